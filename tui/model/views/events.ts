// Events: what happened, the latest first.

import type { Event } from '../../../src/protocol/objects.ts';
import { span } from '../cells.ts';
import { refOf } from '../refs.ts';
import { type Column, rowsOf } from '../table.ts';
import type { View, ViewContext } from '../view.ts';
import { age, ageSeconds } from '../wording.ts';

export const eventsView: View = {
  id: 'events',
  title: 'Events',
  digit: '5',
  aliases: ['event', 'ev'],
  description: 'what happened to services, replicas and nodes, the latest first',
  sort: { column: 'LAST', descending: false },
  body: (context) => {
    const columns = columnsFor(context);
    const rows = rowsOf(columns, eventsOf(context), (one) => ({
      key: one.metadata.name,
      ref: refOf(one),
      labels: one.metadata.labels,
    }));
    return { kind: 'table', columns, rows, empty: 'nothing happened yet' };
  },
};

/** About one object: its own, and a service's replicas'. */
export function eventsOf({ world, subject }: Pick<ViewContext, 'world' | 'subject'>): readonly Event[] {
  const all = [...world.events.values()];
  if (subject === undefined) return all;
  const names = new Set([subject.name]);
  if (subject.kind === 'Service') {
    for (const replica of world.assignmentsOfService(subject.name)) names.add(replica.metadata.name);
  }
  return all.filter(({ spec }) => names.has(spec.regarding.name));
}

export const latestFirst = (a: Event, b: Event): number => (a.status.lastSeen < b.status.lastSeen ? 1 : -1);

/** `service/hello`; a replica by the name people use. */
export function regardingText({ spec: { regarding } }: Event, { world }: Pick<ViewContext, 'world'>): string {
  const replica = regarding.kind === 'Assignment' ? world.assignments.get(regarding.name) : undefined;
  if (replica !== undefined) return `${replica.spec.service}/${replica.spec.index}`;
  return `${regarding.kind.toLowerCase()}/${regarding.name}`;
}

function columnsFor(context: ViewContext): readonly Column<Event>[] {
  const { wallMs } = context.now;
  return [
    {
      title: 'LAST',
      cell: (one) => age(one.status.lastSeen, wallMs),
      sort: (one) => ageSeconds(one.status.lastSeen, wallMs),
      align: 'right',
    },
    { title: 'TYPE', cell: (one) => [span(one.spec.type, one.spec.type === 'Warning' ? 'warn' : 'dim')] },
    { title: 'OBJECT', cell: (one) => regardingText(one, context), max: 28 },
    { title: 'REASON', cell: (one) => one.spec.reason, max: 22 },
    {
      title: 'COUNT',
      cell: (one) => String(one.status.count),
      sort: (one) => one.status.count,
      align: 'right',
    },
    {
      title: 'FIRST',
      cell: (one) => age(one.status.firstSeen, wallMs),
      sort: (one) => ageSeconds(one.status.firstSeen, wallMs),
      align: 'right',
      from: 100,
    },
    { title: 'SOURCE', cell: (one) => one.spec.source, from: 110 },
    { title: 'MESSAGE', cell: (one) => one.spec.message.split('\n')[0] ?? '' },
  ];
}
