// What every LogStore does, on a disk or in memory.

import { expect, test } from 'vitest';
import { asClusterId, asIndex, asTerm, noBase } from '../../raft/types.ts';
import type { LogStore } from '../../src/peer/ports.ts';
import {
  command,
  commands,
  configuration,
  genesis,
  membership,
  peerId,
  persistOf,
  plain,
  readAll,
  someStore,
} from './log-fixtures.ts';

const entriesOf = (log: LogStore): Promise<unknown> => readAll(log, log.restored.lastIndex);

/** The same store, after a restart. */
export async function restarted(log: LogStore, open: () => Promise<LogStore>): Promise<LogStore> {
  await log.close();
  return open();
}

/** `make` answers a function that opens the same store again and again. */
export function logStoreSuite(name: string, make: () => Promise<() => Promise<LogStore>>): void {
  test(`${name}: a new store is empty, and has a store id`, async () => {
    const open = await make();
    const log = await open();
    expect(log.identity).toMatchObject({ peerId, incarnation: 1, clusterId: undefined, epoch: 0 });
    expect(log.identity.storeId).toMatch(/^[0-9a-f]{32}$/);
    expect(log.restored).toEqual({
      hardState: { term: 0, vote: undefined },
      base: noBase,
      lastIndex: 0,
      termRuns: [],
      tail: [],
      genesis: undefined,
      configurations: [],
      impaired: false,
    });
    await log.close();
  });

  test(`${name}: a restart keeps the store id and raises the incarnation by one`, async () => {
    const open = await make();
    const first = await open();
    const second = await restarted(first, open);
    expect(second.identity.storeId).toBe(first.identity.storeId);
    expect(second.identity.incarnation).toBe(2);
    await second.close();
  });

  test(`${name}: term and vote come back after a restart`, async () => {
    const open = await make();
    const log = await open();
    await log.persist(persistOf({ hardState: { term: asTerm(7), vote: someStore } }));
    const again = await restarted(log, open);
    expect(again.restored.hardState).toEqual({ term: 7, vote: someStore });
    await again.persist(persistOf({ hardState: { term: asTerm(8), vote: undefined } }));
    const third = await restarted(again, open);
    expect(third.restored.hardState).toEqual({ term: 8, vote: undefined });
    await third.close();
  });

  test(`${name}: an operation without a hard state keeps the one before`, async () => {
    const open = await make();
    const log = await open();
    await log.persist(persistOf({ hardState: { term: asTerm(7), vote: someStore } }));
    await log.persist(persistOf({ entries: commands(1, 3) }));
    const again = await restarted(log, open);
    expect(again.restored.hardState).toEqual({ term: 7, vote: someStore });
    await again.close();
  });

  test(`${name}: entries of every kind come back as they were, with the genesis and the term runs`, async () => {
    const open = await make();
    const log = await open();
    const entries = [
      { index: asIndex(1), term: asTerm(1), time: 0, payload: { kind: 'genesis', genesis } },
      { index: asIndex(2), term: asTerm(2), time: 1_763_000_000_000.5, payload: { kind: 'noop' } },
      command(3, { term: 2, bytes: 0 }),
      command(4, { term: 5, bytes: 3_000 }),
      configuration(5, 5),
    ] as const;
    await log.persist(persistOf({ entries: entries.slice(0, 1) }));
    await log.persist(persistOf({ entries: entries.slice(1) }));
    const again = await restarted(log, open);
    expect(await entriesOf(again)).toEqual(entries);
    expect(again.restored.tail.map(plain)).toEqual(entries);
    expect(again.restored.genesis).toEqual(genesis);
    expect(again.restored.termRuns).toEqual([
      { from: 1, term: 1 },
      { from: 2, term: 2 },
      { from: 4, term: 5 },
    ]);
    expect(again.restored.configurations).toEqual([{ ...membership, index: 5 }]);
    await again.close();
  });

  test(`${name}: a configuration that was truncated is not told of any more`, async () => {
    const open = await make();
    const log = await open();
    await log.persist(persistOf({ entries: [command(1), configuration(2, 1), configuration(3, 1)] }));
    await log.persist(
      persistOf({ truncateFrom: 3, entries: [command(3, { term: 2 }), configuration(4, 2)] }),
    );
    const again = await restarted(log, open);
    expect(again.restored.configurations.map(({ index }) => index)).toEqual([2, 4]);
    await again.close();
  });

  test(`${name}: a truncation drops the entries from its index on, and what follows takes their place`, async () => {
    const open = await make();
    const log = await open();
    await log.persist(persistOf({ entries: commands(1, 6) }));
    await log.persist(persistOf({ truncateFrom: 3, entries: commands(3, 5, { term: 2, bytes: 40 }) }));
    const expected = [...commands(1, 3), ...commands(3, 5, { term: 2, bytes: 40 })];
    expect(await readAll(log, 4)).toEqual(expected);
    const again = await restarted(log, open);
    expect(again.restored.lastIndex).toBe(4);
    expect(await entriesOf(again)).toEqual(expected);
    expect(again.restored.termRuns).toEqual([
      { from: 1, term: 1 },
      { from: 3, term: 2 },
    ]);
    await again.close();
  });

  test(`${name}: a truncation may stand alone, and reach back to the first entry`, async () => {
    const open = await make();
    const log = await open();
    await log.persist(persistOf({ entries: commands(1, 6) }));
    await log.persist(persistOf({ truncateFrom: 4 }));
    const again = await restarted(log, open);
    expect(await entriesOf(again)).toEqual(commands(1, 4));
    await again.persist(persistOf({ truncateFrom: 1 }));
    const third = await restarted(again, open);
    expect(third.restored.lastIndex).toBe(0);
    await third.persist(persistOf({ entries: commands(1, 3, { term: 9 }) }));
    const fourth = await restarted(third, open);
    expect(await entriesOf(fourth)).toEqual(commands(1, 3, { term: 9 }));
    await fourth.close();
  });

  test(`${name}: a read is bounded by its range and its bytes, and answers at least one entry`, async () => {
    const open = await make();
    const log = await open();
    for (let at = 1; at < 101; at += 10)
      await log.persist(persistOf({ entries: commands(at, at + 10, { bytes: 100 }) }));
    const read = async (from: number, to: number, bytesMax: number): Promise<number[]> => {
      const found = await log.read({ from: asIndex(from), to: asIndex(to), bytesMax });
      return found.map(({ index }) => index);
    };
    expect(await read(15, 18, 1e6)).toEqual([15, 16, 17]);
    expect(await read(15, 101, 0)).toEqual([15]);
    expect((await read(1, 101, 1e6)).length).toBe(100);
    const some = await read(38, 101, 1_000);
    expect(some.length).toBeGreaterThan(1);
    expect(some.length).toBeLessThanOrEqual(10);
    expect(some).toEqual(Array.from({ length: some.length }, (_, i) => 38 + i));
    await log.close();
  });

  test(`${name}: an operation that leaves a gap is a bug and changes nothing`, async () => {
    const open = await make();
    const log = await open();
    await log.persist(persistOf({ entries: commands(1, 3) }));
    await expect(log.persist(persistOf({ entries: commands(4, 5) }))).rejects.toThrow('no gap');
    await expect(log.persist(persistOf({ entries: commands(2, 5) }))).rejects.toThrow('no gap');
    await log.persist(persistOf({ entries: commands(3, 4) }));
    expect(await readAll(log, 3)).toEqual(commands(1, 4));
    await log.close();
  });

  test(`${name}: it stays in the cluster that it joined, and another is refused once entries follow genesis`, async () => {
    const open = await make();
    const log = await open();
    const [first, second, third] = ['1', '2', '3'].map((digit) => asClusterId(digit.repeat(32)));
    if (first === undefined || second === undefined || third === undefined) throw new Error('three clusters');
    await log.persist(persistOf({ entries: commands(1, 2) }));
    await log.joinCluster(first);
    await log.joinCluster(second); // A founder may drop a genesis that was never acted on.
    await log.persist(persistOf({ entries: commands(2, 3) }));
    await log.joinCluster(second);
    await expect(log.joinCluster(third)).rejects.toMatchObject({ code: 'WRONG_CLUSTER' });
    const again = await restarted(log, open);
    expect(again.identity.clusterId).toBe(second);
    await expect(again.joinCluster(third)).rejects.toMatchObject({ code: 'WRONG_CLUSTER' });
    await again.close();
  });

  test(`${name}: an epoch rises, stays, and never falls`, async () => {
    const open = await make();
    const log = await open();
    await log.raiseEpoch(3);
    await log.raiseEpoch(3);
    expect(log.identity.epoch).toBe(3);
    const again = await restarted(log, open);
    expect(again.identity.epoch).toBe(3);
    await expect(again.raiseEpoch(2)).rejects.toThrow('never falls');
    await again.close();
  });

  test(`${name}: once it is retired it stays so, until it begins anew in a higher epoch`, async () => {
    const open = await make();
    const log = await open();
    expect(log.identity.retired).toBe(false);
    await log.retire();
    const again = await restarted(log, open);
    expect(again.identity.retired).toBe(true);
    await again.raiseEpoch(0);
    expect(again.identity.retired).toBe(true);
    await again.raiseEpoch(1);
    expect((await restarted(again, open)).identity.retired).toBe(false);
  });

  test(`${name}: it counts its syncs, and the bytes that it writes`, async () => {
    const open = await make();
    const log = await open();
    const before = log.stats();
    expect(before.syncP99Ms).toBeUndefined();
    await log.persist(persistOf({ entries: commands(1, 3, { bytes: 1_000 }) }));
    const after = log.stats();
    expect(after.syncs).toBeGreaterThan(before.syncs);
    expect(after.syncP99Ms).toBeGreaterThanOrEqual(0);
    expect(after.bytes).toBeGreaterThanOrEqual(2_000);
    expect(after.bytesWritten - before.bytesWritten).toBeGreaterThanOrEqual(2_000);
    await log.close();
  });
}
