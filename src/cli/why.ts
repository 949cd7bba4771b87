// `orion why SERVICE|ASSIGNMENT`: what does not hold, what failed, what happened, and which node refuses it for what.

import { Option } from 'clipanion';
import { OrionError } from '../lib/errors.ts';
import { type NodeVerdict, type ReplicaState, type Why, whyOf } from '../protocol/why.ts';
import { objectsNow } from './observe.ts';
import { objectName, parseTarget } from './kinds.ts';
import { OutputCommand } from './orion-command.ts';
import { type Column, renderTable, type TableStyle } from './table.ts';
import { ageOf, printable } from './text.ts';

/** Of an object's events; all of them are in the JSON. */
const eventsShown = 10;

export class WhyCommand extends OutputCommand {
  static override paths = [['why']];
  static override usage = {
    category: 'Looking',
    description: 'Say why a service or one of its replicas is as it is.',
    details:
      'Shows the conditions, each replica with what it failed of, the last events, and what each node says to one more replica, filter by filter; for an assignment, what its place would be if it were planned anew. `-o wide` shows the figures of filters that pass, too.',
    examples: [
      ['Why are there fewer replicas than asked for?', '$0 why hello'],
      ['What is wrong with this one?', '$0 why hello-0-17'],
    ] as [string, string][],
  };

  name = Option.String({ name: 'SERVICE|ASSIGNMENT' });

  protected override async run(): Promise<void> {
    const format = this.outputFormat();
    const name = nameIn(this.name);
    const objects = await objectsNow(this.client(), ['Service', 'Assignment', 'Node', 'Event']);
    const why = whyOf(name, {
      services: objects.of('Service'),
      assignments: objects.of('Assignment'),
      nodes: objects.of('Node'),
      events: objects.of('Event'),
    });
    if (why === undefined) {
      throw new OrionError('NOT_FOUND', `There is neither a service nor an assignment "${name}".`);
    }
    await this.show(format, why, {
      table: (value, style) => renderWhy(value, style, Date.now()),
      names: (value) => [objectName(value.kind, value.name)],
    });
  }
}

/** `service/hello` is taken as it is printed elsewhere. Throws `USAGE` for another kind. */
function nameIn(text: string): string {
  if (!text.includes('/')) return text;
  const { kind, name = '' } = parseTarget(text, undefined);
  if (kind.name === 'Service' || kind.name === 'Assignment') return name;
  throw new OrionError('USAGE', `why is asked of services and assignments, not of a ${kind.singular}`);
}

function renderWhy(why: Why, style: TableStyle, nowMs: number): string {
  const placing =
    why.kind === 'Service' ? 'One more replica would find:' : 'Planned anew, this replica would find:';
  const sections = [
    `${headline(why)}\n`,
    why.conditions.length === 0 ? '' : renderTable(conditionColumns(nowMs), why.conditions, style),
    why.replicas.length === 0
      ? ''
      : renderTable(replicaColumns, why.replicas, style) + lastWords(why.replicas),
    why.nodes.length === 0
      ? 'There is no node.\n'
      : `${placing}\n${renderTable(verdictColumns(why.nodes, style.isWide), why.nodes, style)}`,
    why.events.length === 0 ? '' : renderTable(eventColumns(nowMs), why.events.slice(0, eventsShown), style),
  ];
  return sections.filter((section) => section !== '').join('\n');
}

function headline({ kind, name, missing, replicas, nodes }: Why): string {
  const what = objectName(kind, name);
  if (missing.length > 0) {
    const held = new Set(replicas.filter(({ desired }) => desired === 'running').map(({ index }) => index));
    const old = missing.filter((index) => held.has(index));
    const absent = missing.filter((index) => !held.has(index));
    const fitting = nodes.filter(({ fits }) => fits).length;
    const parts = [
      ...(absent.length === 0 ? [] : [`without a place: replica ${absent.join(', ')}`]),
      ...(old.length === 0 ? [] : [`still of an earlier revision: replica ${old.join(', ')}`]),
      `${fitting} of ${nodes.length} node(s) would take one more`,
    ];
    return `${what}: ${parts.join('; ')}`;
  }
  const idle = replicas.filter(({ state }) => state !== 'running');
  if (idle.length === 0) return `${what}: ${kind === 'Service' ? 'every replica runs' : 'it runs'}`;
  const parts = idle.map(
    ({ index, state, reason }) => `replica ${index} is ${state}${reason === '' ? '' : ` (${reason})`}`,
  );
  return `${what}: ${parts.join(', ')}`;
}

const conditionColumns = (nowMs: number): readonly Column<Why['conditions'][number]>[] => [
  { title: 'CONDITION', cell: (one) => one.type },
  { title: 'STATUS', cell: (one) => one.status, tone: (one) => (one.status === 'True' ? undefined : 'bad') },
  { title: 'REASON', cell: (one) => one.reason, leaves: 2 },
  { title: 'SINCE', cell: (one) => ageOf(one.lastTransitionTime, nowMs), leaves: 1 },
  { title: 'MESSAGE', cell: (one) => one.message.split('\n')[0] ?? '', isCut: true },
];

const replicaColumns: readonly Column<ReplicaState>[] = [
  { title: 'REPLICA', cell: (one) => String(one.index) },
  { title: 'ASSIGNMENT', cell: (one) => one.assignment, leaves: 3 },
  { title: 'REVISION', cell: (one) => String(one.revision), leaves: 4 },
  { title: 'NODE', cell: (one) => one.node, leaves: 1 },
  { title: 'STATE', cell: (one) => one.state, tone: (one) => (one.state === 'failed' ? 'bad' : undefined) },
  { title: 'RESTARTS', cell: (one) => String(one.restarts), leaves: 2 },
  { title: 'REASON', cell: (one) => one.reason },
  { title: 'LAST FAILURE', cell: (one) => one.message.split('\n')[0] ?? '', isCut: true },
];

/** The lines that failed replicas wrote last. */
function lastWords(replicas: readonly ReplicaState[]): string {
  return replicas
    .flatMap(({ index, message }) =>
      message
        .split('\n')
        .slice(1)
        .map((line) => `  ${index} | ${printable(line)}\n`),
    )
    .join('');
}

/** One column a filter: `ok`, or what it lacks. */
function verdictColumns(nodes: readonly NodeVerdict[], isWide: boolean): readonly Column<NodeVerdict>[] {
  const names = nodes[0]?.filters.map(({ filter }) => filter) ?? [];
  return [
    { title: 'NODE', cell: (one) => one.node },
    { title: 'FITS', cell: (one) => (one.fits ? 'yes' : 'no'), tone: (one) => (one.fits ? 'good' : 'bad') },
    ...names.map((name): Column<NodeVerdict> => {
      const verdict = (one: NodeVerdict): NodeVerdict['filters'][number] | undefined =>
        one.filters.find(({ filter }) => filter === name);
      return {
        title: name.toUpperCase(),
        cell: (one) => (verdict(one)?.passed === true && !isWide ? 'ok' : (verdict(one)?.detail ?? '')),
        tone: (one) => (verdict(one)?.passed === false ? 'bad' : undefined),
        isCut: true,
        leaves: nodes.every((one) => verdict(one)?.passed === true) ? 1 : undefined, // it is no reason
      };
    }),
  ];
}

const eventColumns = (nowMs: number): readonly Column<Why['events'][number]>[] => [
  { title: 'LAST SEEN', cell: (one) => ageOf(one.status.lastSeen, nowMs), leaves: 2 },
  {
    title: 'TYPE',
    cell: (one) => one.spec.type,
    tone: (one) => (one.spec.type === 'Warning' ? 'warning' : undefined),
    leaves: 3,
  },
  { title: 'REASON', cell: (one) => one.spec.reason },
  { title: 'ABOUT', cell: (one) => objectName(one.spec.regarding.kind, one.spec.regarding.name) },
  { title: 'COUNT', cell: (one) => String(one.status.count), leaves: 4 },
  { title: 'MESSAGE', cell: (one) => one.spec.message.split('\n')[0] ?? '', leaves: 1, isCut: true },
];
