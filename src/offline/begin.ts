// A cluster of one voter that begins behind a state: what restore and recover both make of a data directory.
// Why one voter: whoever else is to belong to it comes in by `orion cluster add`, learner first, and takes a snapshot.
//
// O1. Each step can be repeated: a crash in the middle leaves the log and state of before, or an install that the next
//     opening finishes (storage, R10).
// O2. Versions go on far above every index that was ever told (`versionJump`): none is told twice for another thing.

import type { Genesis, Member, Snapshot, StoreId, Term } from '../../raft/types.ts';
import { asIndex, asOperation, asTerm } from '../../raft/types.ts';
import { assert } from '../lib/assert.ts';
import { randomId } from '../lib/hash.ts';
import type { OperationRow } from '../protocol/records.ts';
import { version } from '../protocol/version.ts';
import { timestamp } from '../state/timestamp.ts';
import type { Storage } from '../storage/open.ts';
import { carryOver, type Inherited } from './carry-over.ts';

/** Between the highest index found and the first of what begins anew. */
const versionJump = 2 ** 32;

export interface Beginning {
  readonly genesis: Genesis;
  /** The one voter: this disk. */
  readonly voter: Member;
  /** Stores that will never belong to the cluster again. */
  readonly removed: readonly StoreId[];
  /** What was found: the highest index and term of all, and the time of the last entry. */
  readonly found: { readonly index: number; readonly term: number; readonly time: number };
  readonly inherited: Inherited;
  /** What the audit tells of it: the command, and what it did. */
  readonly told: Required<Pick<OperationRow, 'path' | 'message'>> & Pick<OperationRow, 'members'>;
}

/**
 * Lets the log of `storage` begin behind the rows that are inherited, which become its state. Answers where. Throws
 * MALFORMED, with nothing switched, when they are not those that were written.
 */
export async function beginBehind(storage: Storage, beginning: Beginning): Promise<Snapshot> {
  const { log, state } = storage;
  const { found, voter, removed } = beginning;
  assert(voter.storeId === log.identity.storeId, 'the voter is this disk');
  const index = asIndex(found.index + versionJump);
  const term = asTerm(found.term + 1);
  const { hash, chunks } = await carryOver(beginning.inherited, {
    index,
    time: found.time,
    by: operationOf(beginning, index),
  });
  const snapshot: Snapshot = {
    index,
    term,
    time: found.time,
    configuration: { index, voters: [voter], outgoing: [], learners: [], removed },
    hash,
  };
  const sink = await state.stage(snapshot);
  try {
    for await (const chunk of chunks) if (chunk.number >= sink.received) await sink.write(chunk);
    await sink.finish();
  } finally {
    await sink.close();
  }
  if (log.restored.lastIndex === 0) await writeGenesis(storage, beginning.genesis, term);
  await state.install(snapshot);
  await log.persist({
    operation: asOperation(2),
    hardState: { term, vote: undefined },
    truncateFrom: undefined,
    entries: [],
    install: snapshot,
    mended: true,
  });
  await storage.doubts.note(false); // Nobody is left to differ from; last, since doubts of the state before stand till then.
  return snapshot;
}

/** As the audit has a user's write; it was asked for on this machine, and of no peer. */
function operationOf({ told, found }: Beginning, index: number): OperationRow {
  return {
    actor: 'anonymous',
    agent: `orion/${version}`,
    code: 'OK',
    from: '127.0.0.1',
    id: randomId(),
    index,
    kind: 'Operation',
    method: 'OFFLINE',
    status: 200,
    time: timestamp(Math.max(found.time, Date.now())),
    ...told,
  };
}

/** A log holds genesis before anything else, and keeps it beside its base. */
async function writeGenesis({ log }: Storage, genesis: Genesis, term: Term): Promise<void> {
  await log.joinCluster(genesis.clusterId);
  await log.persist({
    operation: asOperation(1),
    hardState: { term, vote: undefined },
    truncateFrom: undefined,
    entries: [{ index: asIndex(1), term: asTerm(1), time: 0, payload: { kind: 'genesis', genesis } }],
    install: undefined,
    mended: false,
  });
}
