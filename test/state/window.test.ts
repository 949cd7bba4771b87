// The window of changes against a twin that remembers everything.

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import { limits } from '../../src/lib/limits.ts';
import type { Setting } from '../../src/protocol/objects.ts';
import { type ChangeRow, keyOf, type RowKey, type RowWrite } from '../../src/state/row.ts';
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

/** A window beside everything that ever happened. */
class Twin {
  window: ChangeWindow;
  readonly #bounds: WindowBounds;
  readonly objects = new Map<string, Setting>();
  readonly rows = new Map<RowKey, ChangeRow>();
  readonly changes: Change[] = [];
  /** What the rows add up to, by what was said of each. */
  sum = 0n;
  /** By index: the objects as they were. */
  readonly history: ReadonlyMap<string, Setting>[] = [new Map()];

  constructor(bounds: Partial<WindowBounds> = {}) {
    this.#bounds = { changesMax: 1_000, bytesMax: 1_000_000, changeBytesMax: 100_000, ...bounds };
    this.window = new ChangeWindow([], () => undefined, this.#bounds);
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
    for (const write of this.window.push(change)) this.#store(write);
  }

  /** Another window from what a disk holds. */
  loaded(): ChangeWindow {
    const rows = [...structuredClone(this.rows).values()].toReversed();
    return new ChangeWindow(rows, (_table, name) => this.objects.get(name), this.#bounds);
  }

  #store({ key, after, delta = 0n }: RowWrite): void {
    this.sum = addDigests(this.sum, delta);
    if (after === undefined) this.rows.delete(key);
    else this.rows.set(key, after as ChangeRow);
  }
}

const entry = fc.dictionary(
  fc.constantFrom('a', 'b', 'c'),
  fc.option(fc.string({ maxLength: 40 }), { nil: undefined }),
  { maxKeys: 3 },
);
const entries = fc.array(entry, { maxLength: 40 });
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

test('its rows are the same on a peer that loaded them on the way, and tell the same', () => {
  fc.assert(
    fc.property(entries, bounds, fc.nat(40), (written, within, loadedAt) => {
      const twin = new Twin(within);
      const other = new Twin(within);
      for (const [at, one] of written.entries()) {
        if (at === loadedAt) other.window = other.loaded();
        twin.write(one);
        other.write(one);
        expect(other.window.rows()).toEqual(twin.window.rows());
        expect([...other.rows.values()]).toEqual(other.window.rows());
        expect(hashOf(other.sum)).toBe(hashOfRows(other.rows));
        expect(other.window.start).toBe(twin.window.start);
        expect(plain(other.loaded().since(other.window.start))).toEqual(
          plain(twin.window.since(twin.window.start)),
        );
      }
    }),
  );
});

test('it keeps as many changes as it may, and the oldest go first', () => {
  const twin = new Twin({ changesMax: 3 });
  for (let i = 1; i <= 5; i += 1) twin.write({ a: `${i}` });
  expect(twin.window.rows().map(({ index }) => index)).toEqual([3, 4, 5]);
  expect(twin.window.start).toBe(2);
  expect(plain(twin.window.since(2))).toEqual(plain(twin.changes.slice(2)));
  expect(() => twin.window.since(1)).toThrow(/covers/);
  expect(() => twin.window.befores('setting', 1)).toThrow(/covers/);
});

test('it keeps as many bytes as it may, but always the last change', () => {
  const twin = new Twin({ bytesMax: 2_000 });
  for (let i = 1; i <= 20; i += 1) twin.write({ a: 'x'.repeat(300) });
  const bytes = twin.window.rows().reduce((sum, row) => sum + row.bytes, 0);
  expect(bytes).toBeLessThanOrEqual(2_000);
  expect(twin.window.rows().length).toBeGreaterThan(1);
  twin.write({ a: 'y'.repeat(3_000) });
  twin.write({ a: 'z' });
  expect(twin.window.rows()).toHaveLength(1);
  expect(twin.window.start).toBe(twin.index - 1);
});

test('a change that is too large to be told ends the window, and it begins anew behind it', () => {
  const twin = new Twin({ changeBytesMax: 1_000 });
  twin.write({ a: 'x'.repeat(2_000) }); // created: there was nothing before
  expect(twin.window.start).toBe(0);
  twin.write({ a: 'small' });
  expect(twin.window.rows()).toEqual([windowBegins({ index: 2, time })]);
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
  expect([...lab.state.takeDirty().keys()]).toEqual(['setting/a', 'change/0000000000000002']);
  lab.run({ kind: 'setting.put', name: 'a', data: '1' });
  lab.refusal({ kind: 'setting.delete', name: 'b' });
  expect(lab.state.dirtyCount).toBe(0);
  expect([...lab.state.changesSince(0)].map(({ index }) => index)).toEqual([2]);
});

test('a state keeps the changes that the limits name', () => {
  const state = newState();
  const count = limits.windowChangesMax + 5;
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
  expect(kept).toHaveLength(limits.windowChangesMax);
  expect(present(kept[0], 'it keeps some').index - 1).toBe(state.windowStart);
  expect(state.hash()).toBe(hashOfRows(rowsOf(state)));
});
