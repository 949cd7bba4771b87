// Kinds as people write them (`service`, `Services`, `NODES`), and the columns under which each is listed.

import { unreachable } from '../lib/assert.ts';
import { OrionError } from '../lib/errors.ts';
import type { Collection } from '../protocol/api.ts';
import type {
  Assignment,
  Condition,
  Event,
  Node,
  OrionObject,
  Service,
  Setting,
} from '../protocol/objects.ts';
import { renderTable, type Column } from './table.ts';
import { ageOf, bytesOf } from './text.ts';

const collections: readonly Collection[] = ['services', 'nodes', 'assignments', 'settings', 'events'];

/** Singular or plural, in any case. Throws `USAGE` for anything else. */
export function parseKind(text: string): Collection {
  const wanted = `${text.toLowerCase().replace(/s$/, '')}s`;
  const collection = collections.find((name) => name === wanted);
  if (collection !== undefined) return collection;
  throw new OrionError('USAGE', `"${text}" is no kind: use one of ${collections.join(', ')}`);
}

/** How one object is called in a sentence: `service/hello`. */
export function objectName(kind: string, name: string): string {
  return `${kind.toLowerCase().replace(/s$/, '')}/${name}`;
}

/** A table of objects, all of one `collection`. `nowMs` is the wall clock, for ages. */
export function renderObjects(collection: Collection, items: readonly OrionObject[], nowMs: number): string {
  switch (collection) {
    case 'services':
      return renderTable(serviceColumns(nowMs), items as readonly Service[]);
    case 'nodes':
      return renderTable(nodeColumns, items as readonly Node[]);
    case 'assignments':
      return renderTable(assignmentColumns, items as readonly Assignment[]);
    case 'settings':
      return renderTable(settingColumns(nowMs), items as readonly Setting[]);
    case 'events':
      return renderTable(eventColumns(nowMs), items as readonly Event[]);
    default:
      return unreachable(collection);
  }
}

const serviceColumns = (nowMs: number): readonly Column<Service>[] => [
  { title: 'NAME', cell: (one) => one.metadata.name },
  { title: 'RUNTIME', cell: (one) => one.spec.runtime },
  { title: 'DESIRED', cell: (one) => String(one.status.desired) },
  { title: 'RUNNING', cell: (one) => String(one.status.running) },
  { title: 'READY', cell: (one) => String(one.status.ready) },
  { title: 'REVISION', cell: (one) => String(one.status.revision) },
  { title: 'AGE', cell: (one) => ageOf(one.metadata.createdAt, nowMs) },
  { title: 'REASON', cell: (one) => whatIsWrong(one.status.conditions) },
];

/** The most telling condition that does not hold, in one line: why there is no place, then what failed. */
function whatIsWrong(conditions: readonly Condition[]): string {
  const wrong = ['Placed', 'Progressing', 'Available'].flatMap((type) =>
    conditions.filter((one) => one.type === type && one.status === 'False'),
  );
  return wrong[0]?.message.split('\n')[0] ?? '';
}

const nodeColumns: readonly Column<Node>[] = [
  { title: 'NAME', cell: (one) => one.metadata.name },
  { title: 'STATE', cell: (one) => one.status.state },
  { title: 'CPU', cell: (one) => `${one.status.allocated.cpu}/${one.status.capacity.cpu}` },
  {
    title: 'MEMORY',
    cell: (one) => `${bytesOf(one.status.allocated.memory)}/${bytesOf(one.status.capacity.memory)}`,
  },
  { title: 'RUNTIMES', cell: (one) => one.status.runtimes.join(',') },
  { title: 'ADDRESS', cell: (one) => one.status.address },
];

const assignmentColumns: readonly Column<Assignment>[] = [
  { title: 'ID', cell: (one) => one.metadata.name },
  { title: 'SERVICE', cell: (one) => one.spec.service },
  { title: 'INDEX', cell: (one) => String(one.spec.index) },
  { title: 'NODE', cell: (one) => one.spec.node },
  { title: 'STATE', cell: (one) => one.status.state },
  { title: 'PORTS', cell: (one) => renderPorts(one.status.ports) },
  { title: 'RESTARTS', cell: (one) => String(one.status.restarts) },
  { title: 'REASON', cell: (one) => one.status.reason ?? '' },
];

const settingColumns = (nowMs: number): readonly Column<Setting>[] => [
  { title: 'NAME', cell: (one) => one.metadata.name },
  { title: 'BYTES', cell: (one) => String(Buffer.byteLength(one.spec.data)) },
  { title: 'AGE', cell: (one) => ageOf(one.metadata.createdAt, nowMs) },
];

const eventColumns = (nowMs: number): readonly Column<Event>[] => [
  { title: 'LAST SEEN', cell: (one) => ageOf(one.status.lastSeen, nowMs) },
  { title: 'TYPE', cell: (one) => one.spec.type },
  { title: 'REASON', cell: (one) => one.spec.reason },
  { title: 'OBJECT', cell: (one) => objectName(one.spec.regarding.kind, one.spec.regarding.name) },
  { title: 'COUNT', cell: (one) => String(one.status.count) },
  { title: 'MESSAGE', cell: (one) => one.spec.message },
];

/** `http=20412,admin=20413`, in the order of names. */
export function renderPorts(ports: Readonly<Record<string, number>>): string {
  return Object.entries(ports)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, port]) => `${name}=${port}`)
    .join(',');
}
