// The window of changes against a twin that remembers everything.

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import { recordLimits } from '../../src/lib/record-limits.ts';
import type { Setting } from '../../src/protocol/objects.ts';
import { atOnce } from '../../src/state/contents.ts';
import { decodeRow, encodeRow } from '../../src/state/row-codec.ts';
import { type BundleRow, keyOf, type Row, type RowKey } from '../../src/state/row.ts';
import { addDigests, hashOf } from '../../src/state/state-hash.ts';
import { type Applicable, State } from '../../src/state/state.ts';
import type { Change, RowChange } from '../../src/state/view.ts';
import { ChangeWindow, windowBegins, type WindowBounds } from '../../src/state/window.ts';
import { applying, hashOfRows, Lab, newState, objectsOf, rowsOf, startMs } from './lab.ts';

const time = '2026-01-01T00:00:00.000Z';

function setting(name: string, data: string, index: number): Setting {
  const metadata = {
    name,
    uid: name,
    labels: {},
    annotations: {},
    generation: 1,
    createdAt: time,
    updatedAt: time,
  };
  return {
    kind: 'Setting',
    metadata: { ...metadata, resourceVersion: String(index) },
    spec: { data },
    status: {},
  };
}

/** Small, so that a few entries fill several. */
const bundle = { recordsMax: 3, bytesMax: 1_000 };

/** A window beside everything that ever happened. */
class Twin {
  window: ChangeWindow;
  readonly #bounds: WindowBounds;
  readonly objects = new Map<string, Setting>();
  /** What flushes have written. */
  readonly disk = new Map<RowKey, Row>();
  readonly changes: Change[] = [];
  /** What the rows add up to, by what was said of them. */
  sum = 0n;
  /** By index: the objects as they were. */
  readonly history: ReadonlyMap<string, Setting>[] = [new Map()];

  constructor(bounds: Partial<WindowBounds> = {}) {
    this.#bounds = { changesMax: 1_000, bytesMax: 1_000_000, changeBytesMax: 100_000, bundle, ...bounds };
    this.window = new ChangeWindow(() => undefined, this.#bounds);
  }

  get index(): number {
    return this.history.length - 1;
  }

  /** One entry that sets these, or deletes them where `data` is undefined. */
  write(settings: Readonly<Record<string, string | undefined>>): void {
    const index = this.index + 1;
    const changes: RowChange[] = [];
    for (const [name, data] of Object.entries(settings)) {
      const before = this.objects.get(name);
      if (data === undefined && before === undefined) continue;
      const after = data === undefined ? undefined : setting(name, data, index);
      changes.push({ before, after });
      if (after === undefined) this.objects.delete(name);
      else this.objects.set(name, after);
    }
    this.history.push(new Map(this.objects));
    if (changes.length === 0) return;
    const change = { index, time, changes };
    this.changes.push(change);
    this.window.push(change);
  }

  /** Another window from what the rows are, as a disk gives them back. */
  loaded(): ChangeWindow {
    const rows = this.window.bundles.rows().map((row) => decodeRow(encodeRow(row)) as BundleRow);
    const window = new ChangeWindow((_table, name) => this.objects.get(name), this.#bounds);
    atOnce(window.load(rows));
    return window;
  }

  /** One who was not there takes the rows over, as with a snapshot: its disk holds them. */
  load(): void {
    this.addUp();
    this.flush();
    this.window = this.loaded();
  }

  flush(): void {
    const dirty = new Map<RowKey, Row | undefined>();
    this.window.bundles.takeDirty(dirty);
    for (const [key, row] of dirty) {
      if (row === undefined) this.disk.delete(key);
      else this.disk.set(key, row);
    }
  }

  addUp(): string {
    this.sum = addDigests(this.sum, this.window.bundles.takeDelta());
    return hashOf(this.sum);
  }
}

const entry = fc.dictionary(
  fc.constantFrom('a', 'b', 'c'),
  fc.option(fc.string({ maxLength: 40 }), { nil: undefined }),
  { maxKeys: 3 },
);
const entries = fc.array(entry, { maxLength: 40 });
const moments = fc.array(fc.nat(40), { maxLength: 4 });
const bounds = fc.record({
  changesMax: fc.integer({ min: 1, max: 8 }),
  bytesMax: fc.integer({ min: 200, max: 4_000 }),
  changeBytesMax: fc.integer({ min: 100, max: 1_000 }),
});

const plain = (changes: Iterable<Change>): unknown =>
  [...changes].map(({ index, changes: told }) => ({
    index,
    told: told.map(({ before, after }) => [before, after]),
  }));

test('every change behind its start is told as it was, and every object as it was then', () => {
  fc.assert(
    fc.property(entries, bounds, (written, within) => {
      const twin = new Twin(within);
      for (const one of written) {
        twin.write(one);
        const { window } = twin;
        for (let index = window.start; index <= twin.index; index += 1) {
          expect(plain(window.since(index))).toEqual(
            plain(twin.changes.filter((change) => change.index > index)),
          );
          const was = window.befores('setting', index);
          for (const name of ['a', 'b', 'c']) {
            const object = was.has(name) ? was.get(name) : twin.objects.get(name);
            expect(object).toEqual(twin.history[index]?.get(name));
          }
        }
      }
    }),
  );
});

test('its rows are the same on a peer that loaded them on the way, in the middle of a bundle too, and tell the same', () => {
  fc.assert(
    fc.property(entries, bounds, moments, moments, (written, within, loads, flushes) => {
      const twin = new Twin(within);
      const other = new Twin(within);
      for (const [at, one] of written.entries()) {
        if (loads.includes(at)) other.load();
        twin.write(one);
        other.write(one);
        if (flushes.includes(at)) twin.flush();
        const rows = twin.window.bundles.rows();
        expect(other.window.bundles.rows()).toEqual(rows);
        expect(other.addUp()).toBe(hashOfRows(new Map(rows.map((row) => [keyOf(row), row]))));
        expect(other.window.start).toBe(twin.window.start);
        expect(plain(other.loaded().since(other.window.start))).toEqual(
          plain(twin.window.since(twin.window.start)),
        );
      }
      expect(twin.addUp()).toBe(other.addUp());
      for (const one of [twin, other]) {
        one.flush();
        expect(one.disk).toEqual(new Map(one.window.bundles.rows().map((row) => [keyOf(row), row])));
      }
    }),
  );
});

test('it keeps at least as many changes as it may, and the oldest go first, a bundle at a time', () => {
  const twin = new Twin({ changesMax: 4 });
  const kept: number[] = [];
  for (let i = 1; i <= 12; i += 1) {
    twin.write({ a: `${i}` });
    kept.push(twin.window.bundles.count);
  }
  expect(kept).toEqual([1, 2, 3, 4, 5, 6, 4, 5, 6, 4, 5, 6]);
  expect(twin.window.start).toBe(6);
  expect(plain(twin.window.since(6))).toEqual(plain(twin.changes.slice(6)));
  expect(() => twin.window.since(5)).toThrow(/covers/);
  expect(() => twin.window.befores('setting', 5)).toThrow(/covers/);
});

test('it keeps as many bytes as it may, but always the last bundle', () => {
  const twin = new Twin({ bytesMax: 3_000 });
  for (let i = 1; i <= 20; i += 1) {
    twin.write({ a: 'x'.repeat(300) });
    expect(twin.window.bundles.bytes).toBeLessThanOrEqual(3_000);
  }
  expect(twin.window.bundles.length).toBeGreaterThan(1);
  twin.write({ a: 'y'.repeat(4_000) });
  twin.write({ a: 'z' });
  twin.write({ a: 'z' });
  expect(twin.window.bundles.length).toBe(1);
  expect(twin.window.since(twin.window.start)).not.toEqual([]);
});

test('what comes and goes between two flushes is never written, and what was written is deleted', () => {
  const twin = new Twin({ changesMax: 1 });
  twin.write({ a: '1' });
  twin.flush();
  const [written] = twin.disk.keys();
  for (let i = 2; i <= 30; i += 1) twin.write({ a: `${i}` });
  const dirty = new Map<RowKey, Row | undefined>();
  expect(twin.window.bundles.dirtyCount).toBe(1 + twin.window.bundles.length);
  twin.window.bundles.takeDirty(dirty);
  expect([...dirty].map(([key, row]) => [key, row !== undefined])).toEqual([
    [written, false],
    ...twin.window.bundles.rows().map((row) => [keyOf(row), true]),
  ]);
  expect(twin.window.bundles.dirtyCount).toBe(0);
});

test('a change that is too large to be told ends the window, and it begins anew behind it', () => {
  const twin = new Twin({ changeBytesMax: 1_000 });
  twin.write({ a: 'x'.repeat(2_000) }); // created: there was nothing before
  expect(twin.window.start).toBe(0);
  twin.write({ a: 'small' });
  expect(twin.window.bundles.rows()).toEqual([windowBegins({ index: 2, time })]);
  expect(twin.window.start).toBe(2);
  twin.write({ a: 'smaller' });
  expect(plain(twin.window.since(2))).toEqual(plain(twin.changes.slice(2)));
  expect(plain(twin.loaded().since(2))).toEqual(plain(twin.changes.slice(2)));
});

test('a state tells its past: objects and tables as they were, created, changed and deleted', () => {
  const lab = new Lab();
  const history = [objectsOf(lab.state)];
  const steps = [
    () => lab.run(applying('demo', { web: { replicas: 2 }, worker: {} })),
    () => lab.run({ kind: 'setting.put', name: 'a', data: '1' }),
    () => lab.noop(),
    () => lab.run({ kind: 'setting.put', name: 'a', data: '2' }),
    () => lab.run(applying('demo', { web: { replicas: 3 } }, { prune: true })),
    () => lab.run({ kind: 'setting.delete', name: 'a' }),
    () => lab.run({ kind: 'setting.delete', name: 'a' }), // refused
  ];
  for (const step of steps) {
    step();
    history[lab.state.appliedIndex] = objectsOf(lab.state);
  }
  const { state } = lab;
  const rows = structuredClone(rowsOf(state));
  const { appliedIndex: applied, clusterId } = state;
  const restored = new State({ applied, clusterId, rows, hash: hashOfRows(rows) });
  for (const one of [state, restored]) {
    expect(one.windowStart).toBe(0);
    for (let index = 1; index <= applied; index += 1) {
      const was = history[index] ?? objectsOf(new Lab().state);
      const tables = ['service', 'node', 'assignment', 'setting', 'event'] as const;
      const read = tables.flatMap((table) => one.valuesAt(table, index));
      expect(new Map(read.map((row) => [keyOf(row), row]))).toEqual(was);
      expect(one.objectAt('setting', 'a', index)).toEqual(was.get(keyOf(setting('a', '', 0))));
    }
  }
});

test('an entry that changes nothing is no change, and one that does costs one row more', () => {
  const lab = new Lab();
  lab.run({ kind: 'setting.put', name: 'a', data: '1' });
  expect([...lab.state.takeDirty().keys()]).toEqual(['setting/a', 'changes/0000000000000002']);
  lab.run({ kind: 'setting.put', name: 'a', data: '1' });
  lab.refusal({ kind: 'setting.delete', name: 'b' });
  expect(lab.state.dirtyCount).toBe(0);
  expect([...lab.state.changesSince(0)].map(({ index }) => index)).toEqual([2]);
});

test('a state keeps the changes that the limits name', () => {
  const state = newState();
  const count = recordLimits.windowChangesMax + 2 * recordLimits.bundleRecordsMax + 5;
  const payloadOf = (at: number): Applicable['payload'] => {
    if (at === 0) return { kind: 'genesis', clusterId: 'c' };
    return {
      kind: 'command',
      command: { kind: 'setting.put', name: 'a', data: `${at}`, schema: 1, requestId: '' },
    };
  };
  for (let at = 0; at <= count; at += 1)
    state.apply({ index: at + 1, term: 1, time: startMs, payload: payloadOf(at) });
  const kept = [...state.changesSince(state.windowStart)];
  expect(kept.length).toBeGreaterThanOrEqual(recordLimits.windowChangesMax);
  expect(kept.length).toBeLessThan(recordLimits.windowChangesMax + recordLimits.bundleRecordsMax);
  expect(present(kept[0], 'it keeps some').index - 1).toBe(state.windowStart);
  expect(state.hash()).toBe(hashOfRows(rowsOf(state)));
});
