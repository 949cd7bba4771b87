// One object as a list of facts, for `orion describe`: what was asked, and what is.

import { unreachable } from '../lib/assert.ts';
import type { PeerView } from '../protocol/api.ts';
import type {
  Assignment,
  Event,
  Metadata,
  Node,
  OrionObject,
  Service,
  ServiceSpec,
} from '../protocol/objects.ts';
import type { Tone } from './colour.ts';
import { renderLabels, renderPorts, toneOf } from './columns.ts';
import { objectName } from './kinds.ts';
import type { TableStyle } from './table.ts';
import { ageOf, bytesOf, printable } from './text.ts';

export interface Fact {
  readonly title: string;
  /** Several lines of text stand below each other; an empty value is left away. */
  readonly value: string;
  readonly tone?: Tone | undefined;
}

/** `Title:  value`, the values below each other. */
export function renderFacts(facts: readonly Fact[], { paint }: TableStyle): string {
  const shown = facts.filter(({ value }) => value !== '');
  const width = Math.max(...shown.map(({ title }) => title.length)) + 3;
  return shown
    .flatMap(({ title, value, tone }) =>
      value
        .trimEnd()
        .split('\n')
        .map((line, i) => {
          const label = i === 0 ? `${title}:` : '';
          return `${paint(label, 'faint')}${' '.repeat(width - label.length)}${paint(printable(line), tone)}\n`;
        }),
    )
    .join('');
}

/** `nowMs` is the wall clock, for ages. */
export function factsOf(object: OrionObject, nowMs: number): readonly Fact[] {
  return [...metadataFacts(object.kind, object.metadata, nowMs), ...ownFacts(object)];
}

function ownFacts(object: OrionObject): readonly Fact[] {
  switch (object.kind) {
    case 'Service':
      return serviceFacts(object);
    case 'Node':
      return nodeFacts(object);
    case 'Assignment':
      return assignmentFacts(object);
    case 'Setting':
      return [{ title: 'Size', value: bytesOf(Buffer.byteLength(object.spec.data)) }];
    case 'Event':
      return eventFacts(object);
    default:
      return unreachable(object);
  }
}

function metadataFacts(kind: string, metadata: Metadata, nowMs: number): readonly Fact[] {
  const when = (time: string): string => `${time} (${ageOf(time, nowMs)} ago)`;
  return [
    { title: 'Name', value: metadata.name },
    { title: 'Kind', value: kind },
    { title: 'Owner', value: metadata.owner ?? '' },
    { title: 'Labels', value: renderLabels(metadata.labels) },
    { title: 'Annotations', value: renderLabels(metadata.annotations) },
    { title: 'Created', value: when(metadata.createdAt) },
    { title: 'Changed', value: when(metadata.updatedAt) },
    { title: 'Version', value: `${metadata.resourceVersion} (generation ${metadata.generation})` },
  ];
}

function serviceFacts({ metadata, spec, status }: Service): readonly Fact[] {
  const { desired, running, ready, revision, observedGeneration } = status;
  const isSeen = observedGeneration === metadata.generation;
  return [
    {
      title: 'Replicas',
      value: `${desired} desired, ${running} running, ${ready} ready${isSeen ? '' : ' (not yet of this generation)'}`,
      tone: isSeen && ready >= desired ? 'good' : 'warning',
    },
    { title: 'Revision', value: String(revision) },
    { title: 'Placement', value: [spec.placement.strategy, renderLabels(spec.placement.labels)].join(' ') },
    ...workloadFacts(spec),
  ];
}

type Workload = Omit<ServiceSpec, 'replicas' | 'placement' | 'files'>;

function workloadFacts(spec: Workload): readonly Fact[] {
  const command = [...(spec.entry === undefined ? (spec.command ?? []) : [spec.entry]), ...spec.args];
  const ports = spec.ports.map(({ name, port }) => `${name}=${port ?? 'chosen by the agent'}`);
  const { cpu, memory } = spec.resources;
  return [
    { title: 'Runtime', value: spec.runtime },
    { title: 'Command', value: command.map(quoted).join(' ') },
    { title: 'Path', value: spec.path },
    { title: 'Ports', value: ports.join(', ') },
    {
      title: 'Environment',
      value: Object.entries(spec.env)
        .map(([name, value]) => `${name}=${value}`)
        .join('\n'),
    },
    { title: 'Reserves', value: cpu + memory === 0 ? '' : `cpu ${cpu}, memory ${bytesOf(memory)}` },
    { title: 'Restart', value: spec.restart },
    { title: 'Stop', value: `${spec.stop.signal}, SIGKILL after ${spec.stop.graceSeconds}s` },
  ];
}

/** As one would type it. */
const quoted = (word: string): string =>
  /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;

function nodeFacts({ status }: Node): readonly Fact[] {
  const { capacity, allocated } = status;
  return [
    { title: 'State', value: status.state, tone: toneOf(status.state) },
    { title: 'Address', value: status.address },
    { title: 'Runtimes', value: status.runtimes.join(', ') },
    { title: 'CPU', value: `${allocated.cpu} of ${capacity.cpu} reserved` },
    { title: 'Memory', value: `${bytesOf(allocated.memory)} of ${bytesOf(capacity.memory)} reserved` },
  ];
}

function assignmentFacts({ spec, status }: Assignment): readonly Fact[] {
  return [
    { title: 'Service', value: `${spec.service}, replica ${spec.index}, revision ${spec.revision}` },
    { title: 'Node', value: spec.node },
    { title: 'State', value: `${status.state} (${spec.desired} is asked)`, tone: toneOf(status.state) },
    { title: 'Reason', value: status.reason ?? '', tone: 'bad' },
    { title: 'Message', value: status.message ?? '' },
    { title: 'Pid', value: String(status.pid ?? '') },
    { title: 'Started', value: status.startedAt ?? '' },
    { title: 'Listens', value: renderPorts(status.ports) },
    { title: 'Restarts', value: String(status.restarts) },
    { title: 'Exit code', value: String(status.exitCode ?? '') },
    ...workloadFacts(spec.workload),
  ];
}

function eventFacts({ spec, status }: Event): readonly Fact[] {
  return [
    { title: 'Object', value: objectName(spec.regarding.kind, spec.regarding.name) },
    { title: 'Type', value: spec.type, tone: spec.type === 'Warning' ? 'warning' : undefined },
    { title: 'Reason', value: spec.reason },
    { title: 'Message', value: spec.message },
    { title: 'Source', value: spec.source },
    { title: 'Seen', value: `${status.count} times, from ${status.firstSeen} to ${status.lastSeen}` },
  ];
}

export function peerFacts(peer: PeerView): readonly Fact[] {
  return [
    { title: 'Name', value: peer.id },
    { title: 'Kind', value: 'Peer' },
    { title: 'Role', value: peer.role, tone: toneOf(peer.role) },
    { title: 'Votes', value: peer.voter ? 'yes' : 'no' },
    { title: 'API', value: peer.api },
    { title: 'Raft', value: peer.raft },
    { title: 'Version', value: peer.version ?? 'unknown' },
    { title: 'Store', value: peer.storeId ?? 'not heard of' },
    { title: 'Holds', value: peer.match === null ? '' : `entries up to ${peer.match}` },
    { title: 'Kept up by', value: peer.replication ?? '' },
    {
      title: 'Last heard',
      value: peer.lastContactMs === null ? '' : `${Math.round(peer.lastContactMs)} ms ago`,
    },
  ];
}
