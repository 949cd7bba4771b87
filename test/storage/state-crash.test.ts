// States and crashes: whatever a process that ends leaves behind, the next one finds a whole state, the one before or the one
// after what was under way, and goes on.

import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Snapshot } from '../../raft/types.ts';
import { unreachable } from '../../src/lib/assert.ts';
import type { LoadedState, StateStore } from '../../src/peer/ports.ts';
import type { SnapshotChunk } from '../../src/peer/snapshot-ports.ts';
import type { Row, RowKey } from '../../src/state/row.ts';
import { nodeDisk } from '../../src/storage/node-disk.ts';
import { openStateStore } from '../../src/storage/state-store.ts';
import { DyingDisk } from './dying-disk.ts';
import { MemoryStateStore } from './memory-state-store.ts';
import { sent, takeIn } from './snapshot-suite.ts';
import { pointAt, setting, settingKey } from './state-store-suite.ts';
import { tempDirectory } from './temp-directory.ts';

const chunkBytes = 1_000;
const directoryOf = async (): Promise<string> => join(await tempDirectory(), 'state');

interface State {
  readonly index: number;
  readonly rows: ReadonlyMap<RowKey, Row>;
}

const rowsOf = (count: number, data: string): ReadonlyMap<RowKey, Row> =>
  new Map(Array.from({ length: count }, (_, i) => [settingKey(`row-${i}`), setting(`row-${i}`, data)]));

const loaded = ({ snapshot, rows }: LoadedState): State => ({ index: snapshot?.index ?? 0, rows });

/** What another peer would send of this state. */
async function offered({ index, rows }: State): Promise<{ snapshot: Snapshot; chunks: SnapshotChunk[] }> {
  const store = new MemoryStateStore(undefined, { chunkBytes });
  await store.flush({ snapshot: pointAt(index), rows });
  return sent(store);
}

const first: State = { index: 3, rows: rowsOf(3, 'first') };
const second: State = { index: 7, rows: rowsOf(12, 'second') };
const third: State = { index: 9, rows: rowsOf(9, 'third') };

/** Everything that a store does; `toward` is told each state before it is made, `at` once it is durable. */
async function work(
  open: () => Promise<StateStore>,
  progress: { toward(state: State): void; at(state: State): void },
): Promise<void> {
  const store = await open();
  try {
    progress.toward(first);
    await store.flush({ snapshot: pointAt(first.index), rows: first.rows });
    progress.at(first);
    const offer = await offered(second);
    const sink = await store.stage(offer.snapshot);
    for (const chunk of offer.chunks.slice(0, 2)) await sink.write(chunk);
    await sink.close();
    await takeIn(store, offer);
    progress.toward(second);
    expect((await store.install(offer.snapshot)).rows).toEqual(second.rows);
    progress.at(second);
    const dropped = await offered({ index: 20, rows: first.rows });
    await (await store.stage(dropped.snapshot)).close();
    await store.discard();
    progress.toward(third);
    const gone = [...second.rows.keys()].map((key) => [key, undefined] as const);
    await store.flush({ snapshot: pointAt(third.index), rows: new Map([...gone, ...third.rows]) });
    progress.at(third);
  } finally {
    await store.close();
  }
}

/** Lets the process die at an operation, and starts another one. Answers whether there was such an operation. */
async function dieAt(diesAt: number): Promise<boolean> {
  const directory = await directoryOf();
  const dying = new DyingDisk(nodeDisk);
  dying.diesAt = diesAt;
  let [before, after]: (State | undefined)[] = [{ index: 0, rows: new Map() }];
  const outcome = work(() => openStateStore({ directory, chunkBytes, disk: dying.disk }), {
    toward: (state) => (after = state),
    at: (state) => ([before, after] = [state, undefined]),
  });
  await outcome.catch((error: unknown) => {
    if (!dying.isDead) throw error;
  });

  const store = await openStateStore({ directory, chunkBytes });
  const found = await store.load();
  expect([before, after]).toContainEqual(loaded(found));
  expect(found.discarded).toBe(false);
  expect(found.installed).toBe(found.snapshot?.index === second.index);
  const last = { index: 30, rows: rowsOf(5, 'last') };
  const offer = await offered(last);
  await takeIn(store, offer);
  await store.install(offer.snapshot);
  await store.close();
  const again = await openStateStore({ directory, chunkBytes });
  expect(loaded(await again.load())).toEqual(last);
  await again.close();
  expect((await readdir(directory)).filter((name) => !name.startsWith('0'))).toEqual(['current']);
  expect(await readdir(directory)).toHaveLength(2);
  return dying.isDead;
}

test('a process may die at any operation of the disk: the state is the one before or the one after, and is used on', async () => {
  const atOnce = 8;
  let deaths = 0;
  for (let from = 1, died = atOnce; died === atOnce; from += atOnce) {
    const outcomes = await Promise.all(Array.from({ length: atOnce }, (_, i) => dieAt(from + i)));
    died = outcomes.filter(Boolean).length;
    deaths += died;
  }
  expect(deaths).toBeGreaterThan(60);
});

type Step =
  | {
      readonly kind: 'flush';
      readonly names: readonly number[];
      readonly data: string;
      readonly dies: boolean;
    }
  | { readonly kind: 'restart'; readonly dies: boolean }
  | {
      readonly kind: 'take';
      readonly data: string;
      readonly rows: number;
      readonly chunks: number;
      readonly installs: boolean;
    }
  | { readonly kind: 'discard' };

const data = fc.constantFrom('', 'a', 'b'.repeat(300));
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('flush'),
        names: fc.array(fc.nat(15), { maxLength: 8 }),
        data,
        dies: fc.boolean(),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('restart'), dies: fc.boolean() }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('take'),
        data,
        rows: fc.nat(12),
        chunks: fc.nat(6),
        installs: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('discard') }) },
  ),
  { maxLength: 14 },
);

/** A store beside a map that says what it should hold. */
class Twin {
  rows = new Map<RowKey, Row>();
  #index = 0;
  #staged: { readonly hash: string; readonly index: number; received: number } | undefined;
  #directory: string;
  #store: StateStore;

  private constructor(directory: string, store: StateStore) {
    this.#directory = directory;
    this.#store = store;
  }

  static async make(): Promise<Twin> {
    const directory = await directoryOf();
    return new Twin(directory, await openStateStore({ directory, chunkBytes }));
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'flush':
        return this.#flush(step);
      case 'restart':
        return this.#restart(step.dies);
      case 'take':
        return this.#takeIn(step);
      case 'discard':
        this.#staged = undefined;
        return this.#store.discard();
      default:
        return unreachable(step);
    }
  }

  /** What is on disk is what the map says, and is sent so. */
  async check(): Promise<void> {
    await this.#restart(false);
    expect(loaded(await this.#store.load())).toEqual({ index: this.#index, rows: this.rows });
    if (this.#index > 0) {
      expect(await sent(this.#store)).toEqual(await offered({ index: this.#index, rows: this.rows }));
    }
    await this.#store.close();
  }

  async #flush({ names, data: text, dies }: Step & { kind: 'flush' }): Promise<void> {
    const before = { index: this.#index, rows: new Map(this.rows) };
    const changes = new Map<RowKey, Row | undefined>();
    for (const name of names) {
      const key = settingKey(`row-${name}`);
      const row = text === '' ? undefined : setting(`row-${name}`, text);
      changes.set(key, row);
      if (row === undefined) this.rows.delete(key);
      else this.rows.set(key, row);
    }
    this.#index += 1;
    const flushed = this.#store.flush({ snapshot: pointAt(this.#index), rows: changes });
    if (dies) await this.#restart(true);
    await flushed;
    if (!dies) return;
    const found = loaded(await this.#store.load());
    expect([before, { index: this.#index, rows: this.rows }]).toContainEqual(found);
    this.#index = found.index;
    this.rows = new Map(found.rows);
  }

  /** In order, or by going on with what a process that was killed at this moment would leave. */
  async #restart(dies: boolean): Promise<void> {
    const old = this.#store;
    if (dies) {
      const copy = await directoryOf();
      await cp(this.#directory, copy, { recursive: true });
      this.#directory = copy;
    }
    const closed = old.close();
    if (!dies) await closed;
    this.#store = await openStateStore({ directory: this.#directory, chunkBytes });
    if (this.#staged !== undefined && this.#staged.index <= this.#index) this.#staged = undefined;
    await closed;
  }

  async #takeIn(step: Step & { kind: 'take' }): Promise<void> {
    const { snapshot, chunks } = await offered({
      index: this.#index + 5,
      rows: rowsOf(step.rows, step.data),
    });
    const known = this.#staged;
    const isKnown = known?.hash === snapshot.hash && known.index === snapshot.index;
    const sink = await this.#store.stage(snapshot);
    expect(sink.received).toBe(isKnown ? known.received : 0);
    const upTo = step.installs ? chunks.length : Math.max(step.chunks, sink.received);
    for (const chunk of chunks.slice(sink.received, upTo)) await sink.write(chunk);
    this.#staged = { hash: snapshot.hash, index: snapshot.index, received: sink.received };
    if (step.installs) await sink.finish();
    await sink.close();
    if (!step.installs) return;
    const { rows } = await this.#store.install(snapshot);
    expect(rows).toEqual(rowsOf(step.rows, step.data));
    this.#staged = undefined;
    this.#index = snapshot.index;
    this.rows = new Map(rows);
  }
}

test('whatever the order of flushes, kills, transfers and installs, the state is that of a map', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      const twin = await Twin.make();
      for (const step of taken) await twin.take(step);
      await twin.check();
    }),
    { numRuns: 15 },
  );
});
