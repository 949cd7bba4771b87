// Nodes: what they have, what is reserved of it, and what they really use.

import type { Node } from '../../../src/protocol/objects.ts';
import { isReserving } from '../../../src/protocol/replica.ts';
import { bytesOf } from '../../../src/cli/text.ts';
import { type Line, span } from '../cells.ts';
import { bar, loadTone, sparkline } from '../glyphs.ts';
import { refOf } from '../refs.ts';
import { type Column, rowsOf } from '../table.ts';
import type { View, ViewContext } from '../view.ts';
import { age, ageSeconds, nodeSpan, pairs } from '../wording.ts';

const barWidth = 5;
const sparkWidth = 6;

export const nodesView: View = {
  id: 'nodes',
  title: 'Nodes',
  digit: '3',
  aliases: ['node', 'no'],
  description: 'nodes: capacity as bars, what they use as lines; Enter shows what runs there',
  body: (context) => {
    const columns = columnsFor(context);
    const items = [...context.world.nodes.values()].sort((a, b) =>
      a.metadata.name < b.metadata.name ? -1 : 1,
    );
    const rows = rowsOf(columns, items, (one) => ({
      key: one.metadata.name,
      ref: refOf(one),
      labels: one.metadata.labels,
    }));
    return { kind: 'table', columns, rows, empty: 'no nodes: orion agent start' };
  },
};

function columnsFor(context: ViewContext): readonly Column<Node>[] {
  const { now, world } = context;
  const replicas = (one: Node): number =>
    world.assignmentsOfNode(one.metadata.name).filter(isReserving).length;
  return [
    { title: 'NAME', cell: (one) => one.metadata.name, max: 32 },
    { title: 'STATE', rigid: true, cell: (one) => [nodeSpan(one.status.state)] },
    { title: 'REPL', cell: (one) => String(replicas(one)), sort: replicas, align: 'right' },
    { title: 'CPU', rigid: true, cell: (one) => cpuCell(one, context), sort: cpuShare },
    { title: 'MEMORY', rigid: true, cell: (one) => memoryCell(one, context), sort: memoryShare },
    {
      title: 'CPU USED',
      rigid: true,
      cell: (one) => loadCell(one, context, 'cpu'),
      sort: (one) => loadOf(one, context, 'cpu'),
    },
    {
      title: 'MEM USED',
      rigid: true,
      cell: (one) => loadCell(one, context, 'memory'),
      sort: (one) => loadOf(one, context, 'memory'),
      from: 100,
    },
    {
      title: 'AGE',
      cell: (one) => age(one.metadata.createdAt, now.wallMs),
      sort: (one) => ageSeconds(one.metadata.createdAt, now.wallMs),
      align: 'right',
      from: 90,
    },
    { title: 'RUNTIMES', cell: (one) => one.status.runtimes.join(','), from: 130 },
    { title: 'ADDRESS', cell: (one) => one.status.address, from: 120 },
    { title: 'LABELS', cell: (one) => [span(pairs(one.metadata.labels), 'dim')] },
  ];
}

const cpuShare = ({ status }: Node): number =>
  status.capacity.cpu === 0 ? 0 : status.allocated.cpu / status.capacity.cpu;
const memoryShare = ({ status }: Node): number =>
  status.capacity.memory === 0 ? 0 : status.allocated.memory / status.capacity.memory;

function cpuCell(one: Node, { glyphs }: ViewContext): Line {
  const { allocated, capacity } = one.status;
  const figures = `${Number(allocated.cpu.toFixed(1))}/${Number(capacity.cpu.toFixed(1))}`;
  return [
    ...bar(glyphs, allocated.cpu, capacity.cpu, barWidth, loadTone(cpuShare(one))),
    span(` ${figures}`),
  ];
}

function memoryCell(one: Node, { glyphs }: ViewContext): Line {
  const { allocated, capacity } = one.status;
  const figures = `${bytesOf(allocated.memory)}/${bytesOf(capacity.memory)}`;
  return [
    ...bar(glyphs, allocated.memory, capacity.memory, barWidth, loadTone(memoryShare(one))),
    span(` ${figures}`),
  ];
}

type Figure = 'cpu' | 'memory';

function loadOf(one: Node, { world }: ViewContext, figure: Figure): number {
  const ring = world.load(one.metadata.name)[figure];
  return ring.at(ring.length - 1) ?? 0;
}

function loadCell(one: Node, context: ViewContext, figure: Figure): Line {
  const ring = context.world.load(one.metadata.name)[figure];
  if (ring.length === 0) return [span('-', 'dim')];
  const last = loadOf(one, context, figure);
  const tone = loadTone(last);
  return [
    span(sparkline(context.glyphs, ring.toArray(), 1, sparkWidth), tone),
    span(`${Math.round(last * 100)}%`.padStart(5), tone),
  ];
}
