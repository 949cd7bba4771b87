// What the disk of one peer must hold: the dumb twin of its log, its state and what is staged, and the steps that change it.
//
// M1. A step is all or nothing for each part that it touches: after a power cut in the middle of it, each part is as
//     before or as after. What the log may have cut off is bounded, not prescribed.
// M2. Nothing that is committed is ever truncated, and only what is committed is flushed: as Raft has it.

import type { ClusterId, Entry, HardState, LogBase, PersistOperation, Snapshot } from '../../raft/types.ts';
import { asIndex, asTerm, noBase } from '../../raft/types.ts';
import { assert, present, unreachable } from '../../src/lib/assert.ts';
import type { SnapshotChunk } from '../../src/peer/snapshot-ports.ts';
import { type Row, type RowKey, rowKey } from '../../src/state/row.ts';
import { encodeRow } from '../../src/state/row-codec.ts';
import { addDigests, hashOf, rowDigest } from '../../src/state/state-hash.ts';

export type Rows = ReadonlyMap<RowKey, Row>;

export interface LogModel {
  readonly hardState: HardState;
  /** Behind which its entries begin; it may have cut off more of them. */
  readonly start: LogBase;
  readonly entries: readonly Entry[];
  /** The highest index up to which it was told to cut. */
  readonly cutMax: number;
}

export interface StateModel {
  readonly snapshot: Snapshot | undefined;
  readonly rows: Rows;
}

/** A state of another peer. */
export interface ForeignState {
  readonly snapshot: Snapshot;
  readonly rows: Rows;
  readonly chunks: readonly SnapshotChunk[];
}

export interface StagedModel {
  readonly state: ForeignState;
  readonly received: number;
  readonly finished: boolean;
}

export interface DiskModel {
  readonly clusterId: ClusterId | undefined;
  readonly log: LogModel;
  readonly state: StateModel;
  readonly staged: StagedModel | undefined;
  /** Not on disk: up to here the cluster has committed (M2). */
  readonly committed: number;
}

export type Step =
  | { readonly kind: 'join'; readonly clusterId: ClusterId }
  | { readonly kind: 'persist'; readonly operation: PersistOperation; readonly committed: number }
  | { readonly kind: 'flush'; readonly index: number }
  | { readonly kind: 'compact'; readonly base: number }
  /** Takes in some chunks; all of them, and the end, when `finish`. */
  | {
      readonly kind: 'stage';
      readonly state: ForeignState;
      readonly chunks: number;
      readonly finish: boolean;
    }
  | { readonly kind: 'install'; readonly operation: PersistOperation }
  | { readonly kind: 'discard' }
  | { readonly kind: 'restart' }
  /** At once: no two of them touch the same part. */
  | { readonly kind: 'together'; readonly steps: readonly Step[] };

export const emptyDisk: DiskModel = {
  clusterId: undefined,
  log: { hardState: { term: asTerm(0), vote: undefined }, start: noBase, entries: [], cutMax: 0 },
  state: { snapshot: undefined, rows: new Map() },
  staged: undefined,
  committed: 0,
};

export const lastIndexOf = ({ start, entries }: LogModel): number => start.index + entries.length;
export const flushedIndexOf = ({ snapshot }: StateModel): number => snapshot?.index ?? 0;

/** The disk once the step has ended. */
export function after(disk: DiskModel, step: Step): DiskModel {
  switch (step.kind) {
    case 'join':
      return { ...disk, clusterId: step.clusterId };
    case 'persist':
      return { ...disk, log: persisted(disk.log, step.operation), committed: step.committed };
    case 'flush':
      return { ...disk, state: stateAt(disk, step.index) };
    case 'compact':
      return { ...disk, log: { ...disk.log, cutMax: Math.max(disk.log.cutMax, step.base) } };
    case 'stage': {
      const isSame = disk.staged?.state === step.state;
      const received = (isSame ? (disk.staged?.received ?? 0) : 0) + step.chunks;
      return { ...disk, staged: { state: step.state, received, finished: step.finish } };
    }
    case 'install': {
      const { state } = present(disk.staged, 'what is installed was staged');
      const log = persisted(disk.log, step.operation);
      const { snapshot, rows } = state;
      return { ...disk, log, state: { snapshot, rows }, staged: undefined, committed: snapshot.index };
    }
    case 'discard':
      return { ...disk, staged: undefined };
    case 'restart':
      return { ...disk, staged: isWanted(disk) ? disk.staged : undefined };
    case 'together':
      return step.steps.reduce(after, disk);
    default:
      return unreachable(step);
  }
}

/** Whether what is staged is ahead of the state: a start drops what is not. */
export const isWanted = ({ state, staged }: DiskModel): boolean =>
  staged !== undefined && staged.state.snapshot.index > flushedIndexOf(state);

function persisted(log: LogModel, { hardState, install, truncateFrom, entries }: PersistOperation): LogModel {
  const begun =
    install === undefined ? log : { ...log, start: baseOf(install), entries: [], cutMax: install.index };
  const kept = begun.entries.slice(0, (truncateFrom ?? Infinity) - begun.start.index - 1);
  return { ...begun, hardState: hardState ?? log.hardState, entries: [...kept, ...entries] };
}

function baseOf({ index, term, time, configuration }: Snapshot): LogBase {
  return { index, term, time, configuration };
}

/** The state that has applied the log up to `index`. */
export function stateAt({ log, state }: DiskModel, index: number): StateModel {
  const rows = new Map(state.rows);
  let snapshot = state.snapshot;
  for (const entry of log.entries.slice(flushedIndexOf(state) - log.start.index, index - log.start.index)) {
    const configuration =
      entry.payload.kind === 'configuration'
        ? { ...entry.payload.membership, index: entry.index }
        : present(snapshot?.configuration ?? firstConfiguration(entry), 'genesis is the first entry');
    const [key, row] = rowOf(entry);
    if (row === undefined) rows.delete(key);
    else rows.set(key, row);
    snapshot = { index: entry.index, term: entry.term, time: entry.time, configuration, hash: '' };
  }
  assert(snapshot?.index === index, 'the log holds what is applied');
  return { snapshot: { ...snapshot, hash: hashOfRows(rows) }, rows };
}

function firstConfiguration({ payload }: Entry): Snapshot['configuration'] | undefined {
  if (payload.kind !== 'genesis') return undefined;
  return { index: asIndex(1), voters: payload.genesis.founders, outgoing: [], learners: [], removed: [] };
}

const keys = 12;

/** What an entry does to the state of this twin: it writes one of a few rows, or deletes it. */
function rowOf({ index, term, payload }: Entry): readonly [RowKey, Row | undefined] {
  const key = rowKey('setting', `key-${index % keys}`);
  if (payload.kind !== 'command' || index % 7 === 0) return [key, undefined];
  return [key, settingRow(`key-${index % keys}`, `${index}.${term}`.padEnd(payload.data.length, '.'))];
}

export function settingRow(name: string, data: string): Row {
  const at = '2026-01-02T03:04:05.678Z';
  const times = { createdAt: at, updatedAt: at };
  const metadata = {
    name,
    uid: `u-${name}`,
    labels: {},
    annotations: {},
    resourceVersion: '1',
    generation: 1,
    ...times,
  };
  return { kind: 'Setting', metadata, spec: { data }, status: {} };
}

export function hashOfRows(rows: Rows): string {
  const digests = [...rows].map(([key, row]) => rowDigest(key, encodeRow(row)));
  return hashOf(digests.reduce(addDigests, 0n));
}

/** Changes of `rows` from one state to a later one, as a flush takes them. */
export function changesBetween(before: Rows, later: Rows): Map<RowKey, Row | undefined> {
  const changed = new Map<RowKey, Row | undefined>();
  for (const [key, row] of later) if (before.get(key) !== row) changed.set(key, row);
  for (const key of before.keys()) if (!later.has(key)) changed.set(key, undefined);
  return changed;
}
