// The applier and a snapshot that takes the place of the state (W5).

import { expect, test } from 'vitest';
import { asIndex, type Snapshot } from '../../raft/types.ts';
import { limits } from '../../src/lib/limits.ts';
import { chunksOf } from '../../src/peer/snapshot-ports.ts';
import { rowKey } from '../../src/state/row.ts';
import { settingRow } from '../api/fake-rows.ts';
import { MemoryStateStore } from '../storage/memory-state-store.ts';
import { setUp, snapshot, turn } from './applier-rig.ts';

/** What another peer has sent, staged in `store`. */
async function staged(store: MemoryStateStore, names: readonly string[] = ['theirs']): Promise<Snapshot> {
  const other = new MemoryStateStore();
  const at = { ...snapshot, index: asIndex(50), configuration: snapshot.configuration };
  await other.flush({
    snapshot: at,
    rows: new Map(names.map((name) => [rowKey('setting', name), settingRow(name, 'x')])),
  });
  const source = await other.openSnapshot();
  const sink = await store.stage(source.snapshot);
  for await (const chunk of chunksOf(source)) await sink.write(chunk);
  await sink.finish();
  return source.snapshot;
}

test('a snapshot takes the place of the state after the flush under way, and what waited is forgotten', async () => {
  const { applier, store, clock, flushes, flushed, apply } = setUp();
  const theirs = await staged(store);
  apply();
  clock.advance(limits.flushMs);
  apply();
  let isInstalled = false;
  const installed = applier.install(theirs, 'the-cluster').then(() => (isInstalled = true));
  await turn();
  expect(isInstalled).toBe(false);
  flushes[0]?.end();
  await installed;
  const { state } = applier;
  expect([state.appliedIndex, state.clusterId, state.hash()]).toEqual([50, 'the-cluster', theirs.hash]);
  expect([...state.settings.values()].map(({ metadata }) => metadata.name)).toEqual(['theirs']);
  clock.advance(limits.flushMs * 10);
  expect(flushed).toEqual([2]);
  expect(flushes).toHaveLength(1);
});

test("a flush for a backup and a snapshot keep out of each other's way, whichever is asked for first", async () => {
  const { applier, store, clock, flushes, flushed, apply } = setUp();
  const theirs = await staged(store);
  const install = store.install.bind(store);
  let onInstall = (): void => undefined;
  store.install = async (what) => {
    await new Promise<void>((resolve) => (onInstall = resolve));
    return install(what);
  };
  apply();
  clock.advance(limits.flushMs);
  apply();
  const before = applier.flush();
  const installed = applier.install(theirs, 'the-cluster');
  const after = applier.flush();
  await turn();
  flushes[0]?.end();
  await turn();
  expect([flushes.length, applier.state.appliedIndex]).toEqual([1, 3]); // the state is being replaced
  const meanwhile = applier.flush();
  await turn();
  expect(flushes).toHaveLength(1);
  onInstall();
  await installed;
  expect(await Promise.all([before, after, meanwhile])).toEqual([true, true, true]);
  expect([flushes.length, flushed, applier.state.appliedIndex]).toEqual([1, [2], 50]);
});

test('a large snapshot is taken over in steps, and until the last of them the state before is read', async () => {
  const { applier, store, clock, apply } = setUp();
  const names = Array.from({ length: 5_000 }, (_, i) => `row-${i}`);
  const theirs = await staged(store, names);
  apply();
  const installed = applier.install(theirs, 'the-cluster');
  const { state } = applier;
  const count = (): number => [...state.settings.values()].length;
  const before = state.appliedIndex;
  const seen: number[] = [];
  while (state.appliedIndex === before) {
    seen.push(count());
    await turn();
    clock.settle();
  }
  await installed;
  expect(seen.length).toBeGreaterThan(4);
  expect(new Set(seen)).toEqual(new Set([1]));
  expect([state.appliedIndex, count()]).toEqual([50, 5_000]);
});
