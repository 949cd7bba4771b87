// Describe: one object in sentences and figures, with what belongs to it and what happened to it.

import type { Assignment, Condition, Node, Service, Setting, Event } from '../../../src/protocol/objects.ts';
import { bytesOf } from '../../../src/cli/text.ts';
import type { PeerView } from '../../../src/protocol/api.ts';
import { unreachable } from '../../../src/lib/assert.ts';
import { type Line, type Span, span } from '../cells.ts';
import { objectOf, type Ref, refText } from '../refs.ts';
import type { View, ViewContext } from '../view.ts';
import {
  age,
  cores,
  duration,
  grouped,
  nodeSpan,
  pairs,
  plural,
  serviceState,
  sizes,
  stateSpan,
} from '../wording.ts';
import { replicaName } from '../world.ts';
import { eventsOf, latestFirst } from './events.ts';
import { rolloutBar } from './services.ts';
import { usersOf } from './settings.ts';

const eventsShown = 8;

export const describeView: View = {
  id: 'describe',
  title: 'Describe',
  aliases: ['desc'],
  about: 'object',
  description: 'one object in words, with what belongs to it and what happened to it',
  body: (context) => ({
    kind: 'text',
    wrap: 14,
    lines: context.subject === undefined ? [] : describeLines(context.subject, context),
  }),
};

type Context = Omit<ViewContext, 'list' | 'subject'>;

/** Also beside a list, on terminals that have the room. */
export function describeLines(ref: Ref, context: Context): readonly Line[] {
  if (ref.kind === 'Peer') return peerLines(ref.name, context);
  const object = objectOf(context.world, ref);
  if (object === undefined) return [[span(` ${refText(ref)} is gone`, 'bad')]];
  switch (object.kind) {
    case 'Service':
      return [...serviceLines(object, context), ...happened(ref, context)];
    case 'Assignment':
      return [...assignmentLines(object, context), ...happened(ref, context)];
    case 'Node':
      return [...nodeLines(object, context), ...happened(ref, context)];
    case 'Setting':
      return settingLines(object, context);
    case 'Event':
      return eventLines(object, context);
    default:
      return unreachable(object);
  }
}

const field = (name: string, ...content: (string | Span)[]): Line => [
  span(` ${name.padEnd(12)} `, 'title'),
  ...content.map((one) => (typeof one === 'string' ? span(one) : one)),
];

const heading = (text: string): readonly Line[] => [[], [span(` ${text}`, 'accent')]];

function metadataLines(
  { metadata }: Service | Assignment | Node | Setting | Event,
  { now }: Context,
): readonly Line[] {
  const { labels, annotations, owner } = metadata;
  return [
    ...(Object.keys(labels).length === 0 ? [] : [field('Labels', pairs(labels))]),
    ...(Object.keys(annotations).length === 0 ? [] : [field('Annotations', pairs(annotations))]),
    ...(owner === undefined ? [] : [field('Owner', owner)]),
    field(
      'Age',
      `${age(metadata.createdAt, now.wallMs)}, changed ${age(metadata.updatedAt, now.wallMs)} ago at version ${metadata.resourceVersion}`,
    ),
  ];
}

function serviceLines(service: Service, context: Context): readonly Line[] {
  const { spec, status, metadata } = service;
  const { word, tone } = serviceState(service);
  const replicas = context.world.assignmentsOfService(metadata.name);
  return [
    field('Service', span(metadata.name, 'strong'), '  ', span(word, tone)),
    field(
      'Replicas',
      ...rolloutBar(service, context.glyphs),
      ` ${status.ready} ready, ${status.running} running, ${status.desired} wanted`,
    ),
    field(
      'Revision',
      `${status.revision}${status.observedGeneration < metadata.generation ? ', a newer one was asked for' : ''}`,
    ),
    ...workloadLines(spec),
    field(
      'Placement',
      spec.placement.strategy,
      span(Object.keys(spec.placement.labels).length === 0 ? '' : `  on ${pairs(spec.placement.labels)}`),
    ),
    ...metadataLines(service, context),
    ...conditionLines(status.conditions, context),
    ...heading('Replicas'),
    ...replicas.map((one) => replicaSummary(one, context)),
  ];
}

function workloadLines(spec: Service['spec'] | Assignment['spec']['workload']): readonly Line[] {
  const program = spec.command?.join(' ') ?? [spec.runtime, spec.entry ?? '', ...spec.args].join(' ');
  const { cpu, memory } = spec.resources;
  const reserved = [cpu > 0 ? `cpu ${cpu}` : '', memory > 0 ? `memory ${bytesOf(memory)}` : ''].filter(
    (one) => one !== '',
  );
  return [
    field('Runs', program),
    field('In', spec.path),
    ...(spec.ports.length === 0
      ? []
      : [
          field(
            'Ports',
            spec.ports.map(({ name, port }) => (port === undefined ? name : `${name}=${port}`)).join(', '),
          ),
        ]),
    ...(spec.files ?? []).map(({ setting, path }) => field('File', `${path} from setting/${setting}`)),
    field('Reserves', reserved.join(', ') || 'nothing'),
    field('Restart', `${spec.restart}; stops with ${spec.stop.signal}, ${spec.stop.graceSeconds} s`),
  ];
}

function replicaSummary(one: Assignment, { glyphs, now }: Context): Line {
  const state = stateSpan(one.status.state);
  return [
    span(`  ${String(one.spec.index).padStart(3)}  `),
    { ...state, text: state.text.padEnd(9) },
    span(
      ` ${glyphs.arrow} ${one.spec.node}  r${one.spec.revision}  ${age(one.status.startedAt, now.wallMs)}`,
    ),
    span(one.status.restarts > 0 ? `  ${one.status.restarts} restarts` : '', 'warn'),
    span(one.status.reason === undefined ? '' : `  ${one.status.reason}`, 'warn'),
  ];
}

function conditionLines(conditions: readonly Condition[], { now }: Context): readonly Line[] {
  if (conditions.length === 0) return [];
  return [
    ...heading('Conditions'),
    ...conditions.map((one) => [
      span(`  ${one.type.padEnd(12)} `),
      span(one.status.padEnd(8), one.status === 'True' ? 'good' : one.status === 'False' ? 'bad' : 'warn'),
      span(`${age(one.lastTransitionTime, now.wallMs).padStart(5)}  ${one.reason}  `),
      span(one.message.split('\n')[0] ?? '', 'dim'),
    ]),
  ];
}

function assignmentLines(one: Assignment, context: Context): readonly Line[] {
  const { spec, status, metadata } = one;
  const ended = status.exitCode === undefined ? [] : [field('Exit code', String(status.exitCode))];
  const message = (status.message ?? '').split('\n').filter((line) => line !== '');
  return [
    field(
      'Replica',
      span(replicaName(one), 'strong'),
      '  ',
      stateSpan(status.state),
      spec.desired === 'stopped' ? '  to be stopped' : '',
    ),
    field('Id', metadata.name),
    field('Node', spec.node),
    field('Revision', String(spec.revision)),
    field(
      'Process',
      status.pid === undefined
        ? 'none'
        : `pid ${status.pid}, for ${age(status.startedAt, context.now.wallMs)}`,
    ),
    field('Restarts', String(status.restarts)),
    ...ended,
    ...(status.reason === undefined ? [] : [field('Reason', span(status.reason, 'warn'))]),
    ...(Object.keys(status.ports).length === 0 ? [] : [field('Ports', pairs(status.ports))]),
    ...workloadLines(spec.workload),
    ...metadataLines(one, context),
    ...(message.length === 0
      ? []
      : [...heading('Its last words'), ...message.map((line) => [span(`  ${line}`)])]),
  ];
}

function nodeLines(node: Node, context: Context): readonly Line[] {
  const { status, metadata } = node;
  const figures = context.world.stats?.nodes[metadata.name];
  const used =
    figures === undefined
      ? 'not told'
      : `cpu ${cores(figures.cpu, status.capacity.cpu)}, memory ${sizes(figures.memory, status.capacity.memory)}`;
  return [
    field('Node', span(metadata.name, 'strong'), '  ', nodeSpan(status.state)),
    field('Address', status.address),
    field(
      'Reserved',
      `cpu ${cores(status.allocated.cpu, status.capacity.cpu)}, memory ${sizes(status.allocated.memory, status.capacity.memory)}`,
    ),
    field('Used', used),
    field('Runtimes', status.runtimes.join(', ')),
    ...metadataLines(node, context),
    ...conditionLines(status.conditions, context),
    ...heading('Replicas'),
    ...context.world.assignmentsOfNode(metadata.name).map((one) => {
      const state = stateSpan(one.status.state);
      return [
        span(`  ${replicaName(one).padEnd(24)} `),
        { ...state, text: state.text.padEnd(9) },
        span(` r${one.spec.revision}`, 'dim'),
      ];
    }),
  ];
}

function settingLines(setting: Setting, context: Context): readonly Line[] {
  const users = usersOf(context.world, setting.metadata.name);
  return [
    field('Setting', span(setting.metadata.name, 'strong')),
    field('Size', bytesOf(Buffer.byteLength(setting.spec.data))),
    field('Used by', users.join(', ') || 'no service'),
    ...metadataLines(setting, context),
    ...heading('Text'),
    ...setting.spec.data.split('\n').map((line) => [span(`  ${line}`)]),
  ];
}

function eventLines(event: Event, context: Context): readonly Line[] {
  const { spec, status } = event;
  const { wallMs } = context.now;
  return [
    field('Event', span(spec.reason, spec.type === 'Warning' ? 'warn' : 'strong')),
    field('About', `${spec.regarding.kind.toLowerCase()}/${spec.regarding.name}`),
    field(
      'Seen',
      `${plural(status.count, 'time')}, first ${age(status.firstSeen, wallMs)} ago, last ${age(status.lastSeen, wallMs)} ago`,
    ),
    field('Source', spec.source),
    ...heading('What happened'),
    ...spec.message.split('\n').map((line) => [span(`  ${line}`)]),
  ];
}

function happened(subject: Ref, { world, now }: Context): readonly Line[] {
  const events = [...eventsOf({ world, subject })].sort(latestFirst).slice(0, eventsShown);
  if (events.length === 0) return [];
  return [
    ...heading('Events'),
    ...events.map(({ spec, status }) => [
      span(`  ${age(status.lastSeen, now.wallMs).padStart(5)}  `, 'dim'),
      span(spec.reason, spec.type === 'Warning' ? 'warn' : 'plain'),
      span(status.count > 1 ? ` x${status.count}` : ''),
      span(`  ${spec.message.split('\n')[0] ?? ''}`, 'dim'),
    ]),
  ];
}

function peerLines(id: string, { world }: Context): readonly Line[] {
  const cluster = world.cluster;
  const peer: PeerView | undefined = cluster?.peers.find((one) => one.id === id);
  if (cluster === undefined || peer === undefined) return [[span(` peer/${id} is gone`, 'bad')]];
  const figures = world.stats?.peers[id];
  const alarms = cluster.alarms.filter((one) => one.peer === id);
  return [
    field('Peer', span(id, 'strong'), `  ${peer.role}${peer.voter ? ', votes' : ', does not vote'}`),
    field('API', peer.api),
    field('Raft', peer.raft),
    field('Store', peer.storeId ?? 'not heard of'),
    field('Version', peer.version ?? 'not heard of'),
    field('Match', peer.match === null ? '-' : `${grouped(peer.match)} of ${grouped(cluster.log.lastIndex)}`),
    field('Feed', peer.replication ?? '-'),
    field(
      'Heard',
      peer.id === cluster.self ? 'itself' : `${duration(peer.lastContactMs)} ago, by ${cluster.self}`,
    ),
    field('Fsync p99', duration(figures?.fsyncP99Ms)),
    field('Log', figures === undefined ? '-' : bytesOf(figures.logBytes ?? 0)),
    ...(alarms.length === 0 ? [] : heading('Alarms')),
    ...alarms.map((one) => [span(`  ${one.kind}: `, 'bad'), span(one.message)]),
  ];
}
