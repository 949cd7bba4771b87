// Services: how many of their replicas are ready, how far a rollout is; opened, the replicas themselves.

import type { Assignment, Service } from '../../../src/protocol/objects.ts';
import type { Line, Span } from '../cells.ts';
import { span } from '../cells.ts';
import { bar, type Glyphs } from '../glyphs.ts';
import { refOf } from '../refs.ts';
import { type Column, lineRow, type Row, rowsOf } from '../table.ts';
import type { View, ViewContext } from '../view.ts';
import { age, ageSeconds, pairs, serviceState, stateSpan } from '../wording.ts';

const barWidth = 10;

export const servicesView: View = {
  id: 'services',
  title: 'Services',
  digit: '1',
  aliases: ['service', 'svc', 'deploy'],
  description: 'services, rollouts as bars; Enter opens one to its replicas',
  body: (context) => {
    const columns = columnsFor(context);
    const items = [...context.world.services.values()].sort(byName);
    const rows = rowsOf(columns, items, (one) => ({
      key: one.metadata.name,
      ref: refOf(one),
      labels: one.metadata.labels,
      children: context.world
        .assignmentsOfService(one.metadata.name)
        .map((replica) => replicaRow(replica, context)),
    }));
    return { kind: 'table', columns, rows, empty: 'no services: orion apply -f orion.yaml' };
  },
};

function columnsFor({ glyphs, now, world }: ViewContext): readonly Column<Service>[] {
  return [
    { title: 'NAME', cell: (one) => one.metadata.name, max: 40 },
    {
      title: 'READY',
      rigid: true,
      cell: (one) => `${one.status.ready}/${one.status.desired}`,
      sort: readyShare,
      align: 'right',
    },
    {
      title: 'ROLLOUT',
      rigid: true,
      cell: (one) => rolloutBar(one, glyphs),
      sort: readyShare,
      max: barWidth,
    },
    { title: 'STATE', cell: (one) => [span(serviceState(one).word, serviceState(one).tone)], max: 22 },
    {
      title: 'REV',
      cell: (one) => String(one.status.revision),
      sort: (one) => one.status.revision,
      align: 'right',
    },
    {
      title: 'RESTARTS',
      cell: (one) => restarts(world.assignmentsOfService(one.metadata.name)),
      align: 'right',
      from: 100,
    },
    {
      title: 'AGE',
      cell: (one) => age(one.metadata.createdAt, now.wallMs),
      sort: (one) => ageSeconds(one.metadata.createdAt, now.wallMs),
      align: 'right',
    },
    { title: 'RUNTIME', cell: (one) => one.spec.runtime, from: 120 },
    { title: 'OWNER', cell: (one) => one.metadata.owner ?? '-', from: 140 },
    { title: 'WHY', cell: (one) => [span(serviceState(one).why, 'dim')] },
  ];
}

const byName = (a: Service, b: Service): number => (a.metadata.name < b.metadata.name ? -1 : 1);

const readyShare = ({ status }: Service): number =>
  status.desired === 0 ? 1 : status.ready / status.desired;

function restarts(replicas: readonly Assignment[]): string {
  return String(replicas.reduce((sum, one) => sum + one.status.restarts, 0));
}

/** Ready replicas of the current revision, then those that run already, then what is missing. */
export function rolloutBar({ status }: Service, glyphs: Glyphs): Line {
  const { desired, ready, running } = status;
  if (desired === 0) return [span('-', 'dim')];
  if (ready >= desired) return bar(glyphs, 1, 1, barWidth, 'good');
  const done = Math.floor((Math.min(ready, desired) / desired) * barWidth);
  const begun = Math.max(
    0,
    Math.min(barWidth, Math.floor((Math.min(running, desired) / desired) * barWidth)) - done,
  );
  return [
    span(glyphs.full.repeat(done), 'good'),
    span(glyphs.full.repeat(begun), 'warn'),
    span(glyphs.empty.repeat(barWidth - done - begun), 'dim'),
  ];
}

function replicaRow(replica: Assignment, context: ViewContext): Row {
  const { name, labels } = replica.metadata;
  return lineRow({ key: name, ref: refOf(replica), labels }, () => replicaLine(replica, context));
}

/** `hello/0  running  pi-1  http=20413  r4  3m  CRASH_LOOP` */
function replicaLine({ spec, status }: Assignment, { now, glyphs }: ViewContext): Line {
  const restarted: Span[] = status.restarts > 0 ? [span(`  ${status.restarts} restarts`, 'warn')] : [];
  const why = status.reason === undefined ? [] : [span(`  ${status.reason}`, 'warn')];
  const state = stateSpan(status.state);
  return [
    span(`${spec.service}/${spec.index}`.padEnd(16)),
    span(' '),
    { text: state.text.padEnd(9), tone: state.tone },
    span(` ${glyphs.arrow} ${spec.node.padEnd(10)} r${spec.revision}`),
    span(`  ${age(status.startedAt, now.wallMs).padStart(4)}`),
    span(`  ${pairs(status.ports)}`, 'dim'),
    ...restarted,
    ...why,
  ];
}
