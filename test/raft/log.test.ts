// The log against a twin of plain arrays: cursors, truncations, what is on disk and what is in memory.

import { deepEqual, equal, ok } from 'node:assert/strict';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import { Configurations, firstConfiguration } from '../../raft/configurations.ts';
import { entryBytes } from '../../raft/entry-cache.ts';
import { Log } from '../../raft/log.ts';
import { Quorum } from '../../raft/quorum.ts';
import { TermRuns } from '../../raft/term-runs.ts';
import { asIndex, asTerm, noBase, type Entry } from '../../raft/types.ts';
import { termRunsOf } from './disk.ts';
import { command, genesisOf } from './node.ts';

function noChanges(): Configurations {
  const first = firstConfiguration(genesisOf(['a']));
  return new Configurations({ first, later: [], quorum: new Quorum(first) });
}

const everything = Number.POSITIVE_INFINITY;

test('term runs answer like an array of terms', () => {
  const terms = fc.array(fc.nat(2), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(terms, fc.nat(45), fc.nat(60), fc.nat(45), (steps, index, term, cut) => {
      let current = 1;
      const all = steps.map((step) => (current += step));
      const runs = new TermRuns([{ from: asIndex(1), term: asTerm(all[0] ?? 1) }]);
      for (const [i, value] of all.entries()) runs.append(asIndex(i + 1), asTerm(value));
      if (cut >= 2 && cut <= all.length) {
        runs.truncate(asIndex(cut));
        all.length = cut - 1;
      }
      for (const [i, value] of all.entries()) expect(runs.termAt(asIndex(i + 1))).toBe(value);
      const bound = Math.min(index, all.length);
      const twin = all.slice(0, bound).findLastIndex((value) => value <= term) + 1;
      expect(runs.highestWithTermAtMost({ index: asIndex(bound), term: asTerm(term) })).toBe(twin);
      expect(runs.lastTerm).toBe(all.at(-1));
    }),
  );
});

const logStep = fc.oneof(
  fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constant('merge' as const), back: fc.nat(6), count: fc.nat(5), known: fc.nat(8) }),
  fc.record({ kind: fc.constant('write' as const) }),
  fc.record({ kind: fc.constant('written' as const) }),
  fc.record({ kind: fc.constant('commit' as const), ahead: fc.nat(4) }),
  fc.record({ kind: fc.constant('hand' as const), max: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ kind: fc.constant('apply' as const) }),
);
type LogStep = typeof logStep extends fc.Arbitrary<infer Step> ? Step : never;

/** A log, and beside it in arrays: what it should hold, what is on disk, and what is on its way there. */
class Twins {
  steps = 0;
  readonly log: Log;
  readonly entries: Entry[];
  readonly disk: Entry[];
  #writing: { readonly truncateFrom: number | undefined; readonly entries: readonly Entry[] } | undefined;
  #term = 1;
  #commit: number;
  #handed: number;
  #applied: number;

  constructor(start: { length: number; applied: number; tail: number; cacheBytesMax: number }) {
    this.entries = Array.from({ length: start.length }, (_, i) => command(i + 1, 1));
    this.disk = [...this.entries];
    this.#commit = this.#handed = this.#applied = Math.min(start.applied, start.length);
    this.log = new Log({
      configurations: noChanges(),
      base: noBase,
      lastIndex: asIndex(start.length),
      termRuns: termRunsOf(this.entries),
      tail: this.entries.slice(-start.tail),
      applied: asIndex(this.#applied),
      cacheBytesMax: start.cacheBytesMax,
    });
  }

  step(step: LogStep): void {
    this.steps += 1;
    switch (step.kind) {
      case 'append':
        return this.#append(step.count);
      case 'merge':
        return this.#merge(step);
      case 'write':
        if (this.#writing === undefined && this.log.hasUnwritten) this.#writing = this.log.takeUnwritten();
        return;
      case 'written':
        return this.#written();
      case 'commit':
        this.#commit = Math.min(this.entries.length, this.#commit + step.ahead);
        return this.log.advanceCommit(asIndex(this.#commit));
      case 'hand':
        return this.#hand(step.max);
      case 'apply':
        this.#applied = this.#handed;
        return this.log.advanceApplied(asIndex(this.#applied));
    }
  }

  /** Everything that can be seen of the log is what the arrays say. */
  check(): void {
    const { log, entries } = this;
    equal(log.lastIndex, entries.length);
    equal(log.lastTerm, entries.at(-1)?.term);
    for (const entry of entries) equal(log.termAt(entry.index), entry.term);
    const differs = entries.findIndex((entry, i) => this.disk[i] !== entry);
    const onDisk = differs < 0 ? entries.length : differs;
    ok(log.durable <= onDisk, 'durable is what the disk holds, or less');
    const isSettled = this.#writing === undefined && !log.hasUnwritten;
    ok(!isSettled || log.durable === entries.length, 'all is durable once nothing is on its way');
    const inMemory = entries.slice(log.firstCached - 1);
    deepEqual(log.slice({ from: log.firstCached, to: log.lastIndex, bytesMax: everything }), inMemory);
    equal(log.unapplied, entries.length - this.#applied);
    const unapplied = inMemory.filter((entry) => entry.index > this.#applied);
    equal(
      log.unappliedBytes,
      unapplied.reduce((sum, entry) => sum + entryBytes(entry), 0),
    );
  }

  #append(count: number): void {
    const added = Array.from({ length: count }, (_, i) => command(this.entries.length + 1 + i, this.#term));
    this.entries.push(...added);
    for (const entry of added) this.log.append(entry);
  }

  /** From somewhere above the commit index: some entries that are known, then some of a new term. */
  #merge(step: { readonly back: number; readonly count: number; readonly known: number }): void {
    const first = Math.max(2, this.#commit + 1, this.entries.length + 1 - step.back);
    const known = this.entries.slice(first - 1, first - 1 + Math.min(step.count, step.known));
    const freshCount = step.count - known.length;
    if (freshCount > 0) this.#term += 1;
    const freshFrom = first + known.length;
    const fresh = Array.from({ length: freshCount }, (_, i) => command(freshFrom + i, this.#term));
    if (freshCount > 0) this.entries.splice(freshFrom - 1, this.entries.length, ...fresh);
    this.log.merge([...known, ...fresh]);
  }

  #written(): void {
    if (this.#writing === undefined) return;
    if (this.#writing.truncateFrom !== undefined) this.disk.length = this.#writing.truncateFrom - 1;
    for (const entry of this.#writing.entries)
      equal(this.disk.push(entry), entry.index, 'writes leave no gap');
    this.#writing = undefined;
    this.log.onWritten();
  }

  #hand(max: number): void {
    const range = this.log.applicable(max);
    const to = Math.min(this.#commit, this.log.durable, this.#applied + max);
    deepEqual(range, to > this.#handed ? { from: this.#handed + 1, to } : undefined);
    if (range === undefined) return;
    const wanted = this.entries.slice(range.from - 1, range.to);
    deepEqual(this.log.slice({ ...range, bytesMax: everything }) ?? wanted, wanted);
    this.log.hand(wanted);
    this.#handed = range.to;
  }
}

test('the log behaves like arrays, whatever is appended, replaced, written, committed and applied', () => {
  const start = fc.record({
    length: fc.integer({ min: 1, max: 8 }),
    applied: fc.nat(8),
    tail: fc.integer({ min: 1, max: 8 }),
    cacheBytesMax: fc.nat(300),
  });
  fc.assert(
    fc.property(start, fc.array(logStep, { maxLength: 60 }), (from, steps) => {
      const twins = new Twins(from);
      twins.check();
      for (const step of steps) {
        twins.step(step);
        twins.check();
      }
      expect(twins.steps).toBe(steps.length);
    }),
    { numRuns: 300 },
  );
});

test('memory keeps to its bound once everything is durable and applied', () => {
  const entries = [command(1, 1)];
  const log = new Log({
    configurations: noChanges(),
    base: noBase,
    lastIndex: asIndex(1),
    termRuns: termRunsOf(entries),
    tail: entries,
    applied: asIndex(0),
    cacheBytesMax: 1_000,
  });
  for (let index = 2; index <= 5_000; index += 1) {
    log.append(command(index, 1));
    log.takeUnwritten();
    log.onWritten();
    log.advanceCommit(asIndex(index));
    const range = present(log.applicable(10), 'something to apply');
    log.hand(present(log.slice({ ...range, bytesMax: 1e9 }), 'in memory'));
    log.advanceApplied(range.to);
    expect((log.lastIndex - log.firstCached) * 32).toBeLessThan(1_000);
    expect(log.slice({ from: log.lastIndex, to: log.lastIndex, bytesMax: 1 })).toHaveLength(1);
  }
});
