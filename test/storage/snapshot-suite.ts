// What every StateStore does with snapshots: sends its state in chunks, takes in that of another, and puts it in the place of its own.

import { expect, test } from 'vitest';
import type { Snapshot } from '../../raft/types.ts';
import { present } from '../../src/lib/assert.ts';
import type { StateStore } from '../../src/peer/ports.ts';
import type { SnapshotChunk, SnapshotSource } from '../../src/peer/snapshot-ports.ts';
import type { Row, RowKey } from '../../src/state/row.ts';
import { pointAt, setting, settingKey } from './state-store-suite.ts';

type Open = () => Promise<StateStore>;

const rowsOf = (names: readonly string[], data = 'x'.repeat(40)): Map<RowKey, Row> =>
  new Map(names.map((name) => [settingKey(name), setting(name, data)]));

const names = Array.from({ length: 60 }, (_, i) => `row-${i}`);

async function open(opener: Open): Promise<StateStore> {
  const store = await opener();
  await store.load();
  return store;
}

/** A store with `rows` as of `index`. */
async function filled(opener: Open, rows: ReadonlyMap<RowKey, Row>, index = 7): Promise<StateStore> {
  const store = await open(opener);
  await store.flush({ snapshot: pointAt(index), rows });
  return store;
}

async function readAll(source: SnapshotSource): Promise<SnapshotChunk[]> {
  const chunks: SnapshotChunk[] = [];
  for (;;) {
    const chunk = await source.read(chunks.length);
    if (chunk === undefined) return chunks;
    chunks.push(chunk);
  }
}

/** Its whole state, as it would be sent. */
export async function sent(store: StateStore): Promise<{ snapshot: Snapshot; chunks: SnapshotChunk[] }> {
  const source = await store.openSnapshot();
  const chunks = await readAll(source);
  await source.close();
  return { snapshot: source.snapshot, chunks };
}

export async function takeIn(
  store: StateStore,
  { snapshot, chunks }: { readonly snapshot: Snapshot; readonly chunks: readonly SnapshotChunk[] },
): Promise<void> {
  const sink = await store.stage(snapshot);
  for (const chunk of chunks.slice(sink.received)) await sink.write(chunk);
  await sink.finish();
  await sink.close();
}

/** `make` answers a function that opens the same store again and again, with chunks of about a thousand bytes. */
export function snapshotSuite(name: string, make: () => Promise<Open>): void {
  test(`${name}: a state that was sent and installed is the same state, also after a restart`, async () => {
    const from = await filled(await make(), rowsOf(names));
    const opener = await make();
    const to = await filled(opener, rowsOf(['old', 'row-1'], 'old'), 3);
    const { snapshot, chunks } = await sent(from);
    expect(chunks.length).toBeGreaterThan(3);
    await takeIn(to, { snapshot, chunks });
    expect(to.snapshot?.index).toBe(3);
    expect(await to.install(snapshot)).toEqual({ rows: rowsOf(names) });
    expect(to.snapshot).toEqual(snapshot);
    await to.close();

    const again = await opener();
    expect(await again.load()).toEqual({
      snapshot,
      rows: rowsOf(names),
      discarded: false,
      installed: true,
    });
    await again.flush({ snapshot: pointAt(8), rows: new Map([[settingKey('row-1'), undefined]]) });
    await again.close();
    const last = await opener();
    expect(await last.load()).toMatchObject({
      snapshot: { index: 8 },
      rows: rowsOf(names.filter((row) => row !== 'row-1')),
      installed: false,
    });
    await Promise.all([from.close(), last.close()]);
  });

  test(`${name}: equal states have equal hashes and chunks, whatever their history`, async () => {
    const one = await filled(await make(), rowsOf(names));
    const other = await filled(await make(), rowsOf([...names.toReversed(), 'gone'], 'before'), 5);
    await other.flush({
      snapshot: pointAt(7),
      rows: new Map<RowKey, Row | undefined>([...rowsOf(names), [settingKey('gone'), undefined]]),
    });
    expect(await sent(other)).toEqual(await sent(one));
    await Promise.all([one.close(), other.close()]);
  });

  test(`${name}: a source shows the flush at which it was opened, in any order, and nothing past its end`, async () => {
    const store = await filled(await make(), rowsOf(names));
    const before = await sent(store);
    const source = await store.openSnapshot();
    await store.flush({ snapshot: pointAt(8), rows: rowsOf(names, 'after') });
    for (const number of [2, 0, 3, 1]) expect(await source.read(number)).toEqual(before.chunks[number]);
    expect(await source.read(1_000)).toBeUndefined();
    expect(await readAll(source)).toEqual(before.chunks);
    expect(source.snapshot).toEqual(before.snapshot);
    await source.close();
    expect((await sent(store)).snapshot.index).toBe(8);
    await store.close();
  });

  test(`${name}: an empty state is sent without a chunk, and installed`, async () => {
    const from = await filled(await make(), new Map());
    const to = await filled(await make(), rowsOf(names), 3);
    const { snapshot, chunks } = await sent(from);
    expect(chunks).toEqual([]);
    await takeIn(to, { snapshot, chunks });
    expect(await to.install(snapshot)).toEqual({ rows: new Map() });
    await Promise.all([from.close(), to.close()]);
  });

  test(`${name}: a transfer goes on where it ended, also after a restart, and anew for another state`, async () => {
    const { snapshot, chunks } = await sent(await filled(await make(), rowsOf(names)));
    const others = names.slice(1); // without a row that was taken in before
    const other = await sent(await filled(await make(), rowsOf(others, 'other')));
    const opener = await make();
    const store = await open(opener);
    const sink = await store.stage(snapshot);
    expect(sink.received).toBe(0);
    for (const chunk of chunks.slice(0, 2)) await sink.write(chunk);
    await sink.close();
    await store.close();

    const again = await open(opener);
    const resumed = await again.stage(snapshot);
    expect(resumed.received).toBe(2);
    await resumed.close();
    const anew = await again.stage(other.snapshot);
    expect(anew.received).toBe(0);
    await anew.close();
    await takeIn(again, other);
    await again.close();

    const last = await open(opener);
    const finished = await last.stage(other.snapshot);
    expect(finished.received).toBe(other.chunks.length);
    await finished.finish();
    await finished.close();
    expect(await last.install(other.snapshot)).toEqual({ rows: rowsOf(others, 'other') });
    await last.close();
  });

  test(`${name}: a chunk out of order, or not as it was sent, is refused and changes nothing`, async () => {
    const state = await sent(await filled(await make(), rowsOf(names)));
    const [first, second] = state.chunks.map((chunk) => present(chunk, 'there are two'));
    const store = await open(await make());
    const sink = await store.stage(state.snapshot);
    await sink.write(present(first, 'a first chunk'));
    const next = present(second, 'a second chunk');
    const rotten = { ...next, bytes: Uint8Array.from(next.bytes) };
    rotten.bytes[9] = (rotten.bytes[9] ?? 0) ^ 4;
    const bad = [present(first, 'the same again'), { ...next, number: 2 }, rotten];
    for (const chunk of bad) await expect(sink.write(chunk)).rejects.toMatchObject({ code: 'MALFORMED' });
    expect(sink.received).toBe(1);
    await sink.close();
    await takeIn(store, state);
    expect((await store.install(state.snapshot)).rows.size).toBe(names.length);
    await store.close();
  });

  test(`${name}: chunks that do not add up to what was offered are dropped`, async () => {
    const { snapshot, chunks } = await sent(await filled(await make(), rowsOf(names)));
    const store = await open(await make());
    const sink = await store.stage(snapshot);
    for (const chunk of chunks.slice(0, -1)) await sink.write(chunk);
    await expect(sink.finish()).rejects.toMatchObject({ code: 'MALFORMED' });
    const anew = await store.stage(snapshot);
    expect(anew.received).toBe(0);
    await anew.close();
    await store.close();
  });

  test(`${name}: what is staged can be dropped, whether or not it was finished`, async () => {
    const { snapshot, chunks } = await sent(await filled(await make(), rowsOf(names)));
    const opener = await make();
    const store = await filled(opener, rowsOf(['mine']), 3);
    for (const count of [2, chunks.length]) {
      const sink = await store.stage(snapshot);
      for (const chunk of chunks.slice(0, count)) await sink.write(chunk);
      await sink.close();
      await store.discard();
    }
    await store.discard();
    const anew = await store.stage(snapshot);
    expect(anew.received).toBe(0);
    await anew.close();
    await store.close();
    const again = await opener();
    expect(await again.load()).toMatchObject({ snapshot: { index: 3 }, rows: rowsOf(['mine']) });
    await again.close();
  });

  test(`${name}: an install can be repeated, and a source of the state before ends`, async () => {
    const state = await sent(await filled(await make(), rowsOf(names)));
    const opener = await make();
    const store = await filled(opener, rowsOf(['mine', 'too'], 'y'.repeat(2_000)), 3);
    const source = await store.openSnapshot();
    await source.read(0);
    await takeIn(store, state);
    for (let i = 0; i < 2; i += 1) {
      expect(await store.install(state.snapshot)).toEqual({ rows: rowsOf(names) });
    }
    await source.close();
    await store.close();
    const again = await open(opener);
    expect(await again.install(state.snapshot)).toEqual({ rows: rowsOf(names) });
    await again.close();
  });
}
