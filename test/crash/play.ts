// Carries a step out on a real log and a real state store, and reads back what they hold.

import { isDeepStrictEqual } from 'node:util';
import {
  asIndex,
  type ClusterId,
  type Entry,
  type HardState,
  type LogBase,
  type Snapshot,
} from '../../raft/types.ts';
import { assert, present, unreachable } from '../../src/lib/assert.ts';
import type { LoadedState, LogStore, StateStore } from '../../src/peer/ports.ts';
import type { SnapshotStore } from '../../src/peer/snapshot-ports.ts';
import { plain } from '../storage/log-fixtures.ts';
import { termRunsOf } from '../storage/memory-log-store.ts';
import { changesBetween, type DiskModel, type Rows, stateAt, type Step } from './model.ts';

/** The storage of one peer, open. */
export interface Parts {
  readonly log: LogStore;
  readonly state: StateStore & SnapshotStore;
  /** What the state held when it was opened. */
  readonly loaded: LoadedState;
  close(): Promise<void>;
}

/** All that an open storage says of itself. */
export interface Found {
  readonly incarnation: number;
  readonly storeId: string;
  readonly clusterId: ClusterId | undefined;
  readonly impaired: boolean;
  readonly hardState: HardState;
  readonly base: LogBase;
  /** Behind the base. */
  readonly entries: readonly Entry[];
  readonly hasGenesis: boolean;
  readonly snapshot: Snapshot | undefined;
  readonly rows: Rows;
  readonly discarded: boolean;
}

/** `disk`: what `parts` hold. A restart is the caller's. */
export async function play(
  parts: Parts,
  disk: DiskModel,
  step: Exclude<Step, { kind: 'restart' }>,
): Promise<void> {
  const { log, state } = parts;
  switch (step.kind) {
    case 'join':
      return log.joinCluster(step.clusterId);
    case 'persist':
      return log.persist(step.operation);
    case 'flush': {
      const later = stateAt(disk, step.index);
      const { hash: _, ...snapshot } = present(later.snapshot, 'something was applied');
      return state.flush({ snapshot, rows: changesBetween(disk.state.rows, later.rows) });
    }
    case 'compact':
      return log.compact(asIndex(step.base));
    case 'stage': {
      const sink = await state.stage(step.state.snapshot);
      const isSame = disk.staged?.state === step.state;
      assert(sink.received === (isSame ? disk.staged?.received : 0), 'a transfer goes on where it was');
      const chunks = step.state.chunks.slice(sink.received, sink.received + step.chunks);
      for (const chunk of chunks) await sink.write(chunk);
      if (step.finish) await sink.finish();
      return sink.close();
    }
    case 'install': {
      await state.install(present(step.operation.install, 'it names the state'));
      return log.persist(step.operation);
    }
    case 'discard':
      return state.discard();
    case 'together':
      await Promise.all(
        step.steps.map((one) => play(parts, disk, one as Exclude<Step, { kind: 'restart' }>)),
      );
      return;
    default:
      return unreachable(step);
  }
}

/** Fails where what a log says contradicts itself. */
export async function readAll({ log, loaded }: Parts): Promise<Found> {
  const { hardState, base, lastIndex, tail, termRuns, genesis, impaired, configurations } = log.restored;
  const entries: Entry[] = [];
  while (base.index + entries.length < lastIndex) {
    const from = asIndex(base.index + entries.length + 1);
    entries.push(...(await log.read({ from, to: asIndex(lastIndex + 1), bytesMax: 4_096 })).map(plain));
  }
  const newest = tail.length === 0 ? [] : entries.slice(-tail.length);
  assertEqual(newest, tail.map(plain), 'the tail is the newest entries');
  assertEqual(termRuns, termRunsOf(entries, base), 'the term runs are those of the entries');
  const found = entries.flatMap(({ index, payload }) =>
    payload.kind === 'configuration' ? [{ ...payload.membership, index }] : [],
  );
  assertEqual(configurations, found, 'the configurations are those of the entries');
  const { incarnation, storeId, clusterId } = log.identity;
  const { snapshot, rows, discarded } = loaded;
  const identity = { incarnation, storeId, clusterId, impaired, hasGenesis: genesis !== undefined };
  return { ...identity, hardState, base, entries, snapshot, rows, discarded };
}

function assertEqual(found: unknown, expected: unknown, what: string): void {
  if (!isDeepStrictEqual(found, expected))
    throw new Error(`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
}
