// What every LogStore does whose beginning is cut off, or that a snapshot takes the place of.

import { expect, test } from 'vitest';
import { asIndex, asTerm } from '../../raft/types.ts';
import type { LogStore } from '../../src/peer/ports.ts';
import {
  command,
  commands,
  configuration,
  genesis,
  genesisEntry,
  persistOf,
  plain,
  readAll,
  snapshotAt,
  someStore,
} from './log-fixtures.ts';
import { restarted } from './log-store-suite.ts';
import { termRunsOf } from './memory-log-store.ts';

/** `make` answers a function that opens the same store again and again. */
export function logBaseSuite(name: string, make: () => Promise<() => Promise<LogStore>>): void {
  test(`${name}: a cut keeps every entry behind it, and what must be known of those before`, async () => {
    const open = await make();
    const log = await open();
    const all = [
      genesisEntry,
      configuration(2, 1),
      ...commands(3, 30, { bytes: 400 }),
      configuration(30, 2),
      ...commands(31, 60, { term: 2 }),
    ];
    for (const entry of all) await log.persist(persistOf({ entries: [entry] }));
    await log.joinCluster(genesis.clusterId);
    expect(log.base).toBe(0);
    await log.compact(asIndex(45));
    expect(log.base).toBeLessThanOrEqual(45);
    expect(await readAll(log, 59)).toEqual(all.filter(({ index }) => index > log.base));
    if (log.base > 0) expect(await log.read({ from: log.base, to: asIndex(60), bytesMax: 1e6 })).toEqual([]);
    const again = await restarted(log, open);
    const { base, genesis: known, termRuns, configurations, lastIndex, tail } = again.restored;
    expect(base.index).toBe(log.base);
    expect(again.base).toBe(log.base);
    expect(known).toEqual(genesis);
    expect(lastIndex).toBe(59);
    expect(tail.map(plain)).toEqual(all.filter(({ index }) => index > log.base));
    expect([base.configuration, ...configurations].at(-1)?.index).toBe(30);
    expect(configurations.every(({ index }) => index > base.index)).toBe(true);
    expect(termRuns).toEqual(termRunsOf(await readAll(again, 59), base));
    const cut = all.find(({ index }) => index === base.index);
    if (cut !== undefined) expect(base).toMatchObject({ term: cut.term, time: cut.time });
    await again.close();
  });

  test(`${name}: cuts go on from each other, over restarts, up to a log without entries or with few`, async () => {
    const open = await make();
    let log = await open();
    for (let at = 1; at < 100; at += 1) {
      await log.persist(persistOf({ entries: [command(at, { bytes: 300 })] }));
      if (at % 10 === 0) await log.compact(asIndex(at));
      if (at % 25 === 0) log = await restarted(log, open);
    }
    const before = log.base;
    await log.compact(asIndex(99));
    await log.compact(asIndex(50));
    expect(log.base).toBeGreaterThanOrEqual(before);
    expect(await readAll(log, 99)).toEqual(commands(log.base + 1, 100, { bytes: 300 }));
    log = await restarted(log, open);
    await log.persist(persistOf({ entries: [command(100)] }));
    expect((await readAll(log, 100)).at(-1)).toEqual(command(100));
    await log.close();
  });

  test(`${name}: a snapshot takes the place of every entry, and the log goes on behind it`, async () => {
    const open = await make();
    const log = await open();
    await log.persist(persistOf({ entries: [genesisEntry, ...commands(2, 20)] }));
    await log.joinCluster(genesis.clusterId);
    const hardState = { term: asTerm(7), vote: someStore };
    const install = snapshotAt(12, 6);
    await log.persist(persistOf({ hardState, install, entries: [command(13, { term: 7 })] }));
    expect(log.base).toBe(12);
    const again = await restarted(log, open);
    const { index, term, time, configuration: known } = install;
    expect(again.restored).toMatchObject({
      hardState,
      base: { index, term, time, configuration: known },
      lastIndex: 13,
      genesis,
      configurations: [],
      impaired: false,
    });
    expect(again.restored.termRuns).toEqual([
      { from: 12, term: 6 },
      { from: 13, term: 7 },
    ]);
    expect(await readAll(again, 13)).toEqual([command(13, { term: 7 })]);
    await again.persist(persistOf({ install: snapshotAt(40, 7) }));
    const third = await restarted(again, open);
    expect(third.restored).toMatchObject({ lastIndex: 40, tail: [], hardState, genesis });
    await third.persist(persistOf({ entries: commands(41, 43, { term: 7 }) }));
    expect(await readAll(third, 42)).toEqual(commands(41, 43, { term: 7 }));
    await third.close();
  });
}
