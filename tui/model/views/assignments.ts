// Assignments: every replica, where it is and how it does. About a service or a node: only those.

import type { Assignment } from '../../../src/protocol/objects.ts';
import { span } from '../cells.ts';
import { refOf } from '../refs.ts';
import { type Column, rowsOf } from '../table.ts';
import type { View, ViewContext } from '../view.ts';
import { age, ageSeconds, pairs, restartsSpan, stateSpan } from '../wording.ts';
import { replicaName } from '../world.ts';

export const assignmentsView: View = {
  id: 'assignments',
  title: 'Assignments',
  digit: '2',
  aliases: ['assignment', 'asg', 'replicas', 'po', 'pods'],
  description: 'every replica: state, node, ports, restarts',
  body: (context) => {
    const columns = columnsFor(context);
    const rows = rowsOf(columns, itemsOf(context), (one) => ({
      key: one.metadata.name,
      ref: refOf(one),
      labels: one.metadata.labels,
    }));
    return { kind: 'table', columns, rows, empty: 'no replicas' };
  },
};

function itemsOf({ world, subject }: ViewContext): readonly Assignment[] {
  if (subject?.kind === 'Service') return world.assignmentsOfService(subject.name);
  if (subject?.kind === 'Node') return world.assignmentsOfNode(subject.name);
  return [...world.assignments.values()].sort(byReplica);
}

function byReplica(a: Assignment, b: Assignment): number {
  if (a.spec.service !== b.spec.service) return a.spec.service < b.spec.service ? -1 : 1;
  return a.spec.index - b.spec.index || b.spec.revision - a.spec.revision;
}

function columnsFor({ now }: ViewContext): readonly Column<Assignment>[] {
  return [
    { title: 'REPLICA', cell: replicaName, max: 40 },
    { title: 'STATE', cell: (one) => [stateSpan(one.status.state)] },
    { title: 'NODE', cell: (one) => one.spec.node, max: 24 },
    {
      title: 'REV',
      cell: (one) => String(one.spec.revision),
      sort: (one) => one.spec.revision,
      align: 'right',
    },
    { title: 'PORTS', cell: (one) => pairs(one.status.ports), max: 24 },
    {
      title: 'RESTARTS',
      cell: (one) => [restartsSpan(one)],
      sort: (one) => one.status.restarts,
      align: 'right',
    },
    {
      title: 'AGE',
      cell: (one) => age(one.status.startedAt, now.wallMs),
      sort: (one) => ageSeconds(one.status.startedAt, now.wallMs),
      align: 'right',
    },
    {
      title: 'PID',
      cell: (one) => String(one.status.pid ?? '-'),
      sort: (one) => one.status.pid ?? 0,
      align: 'right',
      from: 100,
    },
    { title: 'ID', cell: (one) => [span(one.metadata.name, 'dim')], from: 130 },
    {
      title: 'REASON',
      cell: (one) => [span(one.status.reason ?? '', one.status.state === 'failed' ? 'bad' : 'warn')],
    },
  ];
}
