// The columns under which objects of each kind are listed.

import { unreachable } from '../lib/assert.ts';
import type { PeerView } from '../protocol/api.ts';
import type {
  Assignment,
  Condition,
  Event,
  Node,
  OrionObject,
  Service,
  Setting,
} from '../protocol/objects.ts';
import type { Tone } from './colour.ts';
import { objectName, type KindName } from './kinds.ts';
import type { Column } from './table.ts';
import { ageOf, bytesOf } from './text.ts';

/** What there is a table of. */
export type Listed = OrionObject | PeerView;

/** `nowMs` tells the wall clock, for ages. */
export function columnsOf(kind: KindName, nowMs: () => number): readonly Column<Listed>[] {
  return columnsFor(kind, nowMs) as readonly Column<Listed>[]; // rows of a table are all of its kind
}

function columnsFor(kind: KindName, nowMs: () => number): readonly unknown[] {
  switch (kind) {
    case 'Service':
      return serviceColumns(nowMs);
    case 'Node':
      return nodeColumns(nowMs);
    case 'Assignment':
      return assignmentColumns(nowMs);
    case 'Setting':
      return settingColumns(nowMs);
    case 'Event':
      return eventColumns(nowMs);
    case 'Peer':
      return peerColumns;
    default:
      return unreachable(kind);
  }
}

const serviceColumns = (nowMs: () => number): readonly Column<Service>[] => [
  { title: 'NAME', cell: (one) => one.metadata.name },
  { title: 'RUNTIME', cell: (one) => one.spec.runtime, leaves: 5 },
  { title: 'DESIRED', cell: (one) => String(one.status.desired), leaves: 1 },
  { title: 'RUNNING', cell: (one) => String(one.status.running), leaves: 4 },
  {
    title: 'READY',
    cell: (one) => String(one.status.ready),
    tone: ({ status }) => (status.ready >= status.desired ? 'good' : 'warning'),
  },
  { title: 'REVISION', cell: (one) => String(one.status.revision), leaves: 3 },
  { title: 'AGE', cell: (one) => ageOf(one.metadata.createdAt, nowMs()), leaves: 2 },
  { title: 'OWNER', cell: (one) => one.metadata.owner ?? '', isWide: true },
  { title: 'LABELS', cell: (one) => renderLabels(one.metadata.labels), isWide: true },
  { title: 'REASON', cell: (one) => whatIsWrong(one.status.conditions), tone: () => 'bad', isCut: true },
];

/** The most telling condition that does not hold, in one line: why there is no place, then what failed. */
function whatIsWrong(conditions: readonly Condition[]): string {
  const wrong = ['Placed', 'Progressing', 'Available'].flatMap((type) =>
    conditions.filter((one) => one.type === type && one.status === 'False'),
  );
  return wrong[0]?.message.split('\n')[0] ?? '';
}

const nodeColumns = (nowMs: () => number): readonly Column<Node>[] => [
  { title: 'NAME', cell: (one) => one.metadata.name },
  { title: 'STATE', cell: (one) => one.status.state, tone: (one) => toneOf(one.status.state) },
  { title: 'CPU', cell: (one) => `${one.status.allocated.cpu}/${one.status.capacity.cpu}`, leaves: 1 },
  {
    title: 'MEMORY',
    cell: (one) => `${bytesOf(one.status.allocated.memory)}/${bytesOf(one.status.capacity.memory)}`,
    leaves: 2,
  },
  { title: 'RUNTIMES', cell: (one) => one.status.runtimes.join(','), leaves: 4 },
  { title: 'ADDRESS', cell: (one) => one.status.address, leaves: 3 },
  { title: 'AGE', cell: (one) => ageOf(one.metadata.createdAt, nowMs()), isWide: true },
  { title: 'LABELS', cell: (one) => renderLabels(one.metadata.labels), isWide: true },
];

const assignmentColumns = (nowMs: () => number): readonly Column<Assignment>[] => [
  { title: 'ID', cell: (one) => one.metadata.name },
  { title: 'SERVICE', cell: (one) => one.spec.service, leaves: 5 },
  { title: 'INDEX', cell: (one) => String(one.spec.index), leaves: 4 },
  { title: 'NODE', cell: (one) => one.spec.node, leaves: 1 },
  { title: 'STATE', cell: (one) => one.status.state, tone: (one) => toneOf(one.status.state) },
  { title: 'PORTS', cell: (one) => renderPorts(one.status.ports), leaves: 2 },
  { title: 'RESTARTS', cell: (one) => String(one.status.restarts), leaves: 3 },
  { title: 'REVISION', cell: (one) => String(one.spec.revision), isWide: true },
  { title: 'PID', cell: (one) => String(one.status.pid ?? ''), isWide: true },
  { title: 'EXIT', cell: (one) => String(one.status.exitCode ?? ''), isWide: true },
  { title: 'AGE', cell: (one) => ageOf(one.metadata.createdAt, nowMs()), isWide: true },
  { title: 'REASON', cell: (one) => one.status.reason ?? '', tone: () => 'bad', isCut: true },
];

const settingColumns = (nowMs: () => number): readonly Column<Setting>[] => [
  { title: 'NAME', cell: (one) => one.metadata.name },
  { title: 'BYTES', cell: (one) => String(Buffer.byteLength(one.spec.data)), leaves: 1 },
  { title: 'AGE', cell: (one) => ageOf(one.metadata.createdAt, nowMs()), leaves: 2 },
  { title: 'CHANGED', cell: (one) => ageOf(one.metadata.updatedAt, nowMs()), isWide: true },
  { title: 'VERSION', cell: (one) => one.metadata.resourceVersion, isWide: true },
];

const eventColumns = (nowMs: () => number): readonly Column<Event>[] => [
  { title: 'LAST', cell: (one) => ageOf(one.status.lastSeen, nowMs()), leaves: 2 },
  { title: 'FIRST', cell: (one) => ageOf(one.status.firstSeen, nowMs()), isWide: true },
  {
    title: 'TYPE',
    cell: (one) => one.spec.type,
    tone: (one) => (one.spec.type === 'Warning' ? 'warning' : undefined),
    leaves: 3,
  },
  { title: 'REASON', cell: (one) => one.spec.reason },
  { title: 'OBJECT', cell: (one) => objectName(one.spec.regarding.kind, one.spec.regarding.name) },
  { title: 'COUNT', cell: (one) => String(one.status.count), leaves: 4 },
  { title: 'SOURCE', cell: (one) => one.spec.source, isWide: true },
  { title: 'MESSAGE', cell: (one) => one.spec.message, leaves: 1, isCut: true },
];

export const peerColumns: readonly Column<PeerView>[] = [
  { title: 'PEER', cell: (peer) => peer.id },
  { title: 'ROLE', cell: (peer) => peer.role, tone: (peer) => toneOf(peer.role) },
  { title: 'VOTER', cell: (peer) => (peer.voter ? 'yes' : 'no') },
  { title: 'API', cell: (peer) => peer.api, leaves: 1 },
  { title: 'RAFT', cell: (peer) => peer.raft, leaves: 6 },
  { title: 'MATCH', cell: (peer) => (peer.match === null ? '' : String(peer.match)), leaves: 2 },
  { title: 'REPLICATION', cell: (peer) => peer.replication ?? '', leaves: 4 },
  {
    title: 'CONTACT',
    cell: (peer) => (peer.lastContactMs === null ? '' : `${Math.round(peer.lastContactMs)}ms`),
    leaves: 3,
  },
  { title: 'VERSION', cell: (peer) => peer.version ?? '', leaves: 5 },
  { title: 'STORE', cell: (peer) => peer.storeId ?? '', isWide: true },
];

/** What a peer or an object is called among its kind. */
export const nameOf = (one: Listed): string => ('metadata' in one ? one.metadata.name : one.id);

/** Events by when they were last seen, the newest at the end; anything else as it comes. */
export function inOrder<T extends Listed>(kind: KindName, items: readonly T[]): readonly T[] {
  if (kind !== 'Event') return items;
  const seen = (one: Listed): string =>
    'metadata' in one && one.kind === 'Event' ? one.status.lastSeen : '';
  return items.toSorted((a, b) => (seen(a) < seen(b) ? -1 : 1));
}

const tones: Readonly<Record<string, Tone>> = {
  ready: 'good',
  running: 'good',
  leader: 'good',
  pending: 'warning',
  starting: 'warning',
  stopping: 'warning',
  candidate: 'warning',
  unknown: 'warning',
  down: 'bad',
  failed: 'bad',
  lost: 'bad',
};

/** Of the state that something is in. */
export const toneOf = (state: string): Tone | undefined => tones[state];

/** `http=20412,admin=20413`, in the order of names. */
export const renderPorts = (ports: Readonly<Record<string, number>>): string => renderPairs(ports);

/** `app=web,tier=front`, in the order of keys. */
export const renderLabels = (labels: Readonly<Record<string, string>>): string => renderPairs(labels);

function renderPairs(pairs: Readonly<Record<string, string | number>>): string {
  return Object.entries(pairs)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}
