// The log against a twin of plain arrays: cursors, truncations, what is on disk and what is in memory.

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import { Log } from '../../raft/log.ts';
import { TermRuns } from '../../raft/term-runs.ts';
import { asIndex, asTerm, noBase } from '../../raft/types.ts';
import { termRunsOf } from './disk.ts';
import { logStep, noChanges, Twins } from './log-twin.ts';
import { command } from './node.ts';

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

test('the log behaves like arrays, whatever is appended, replaced, written, applied, cut off and begun anew', () => {
  const start = fc.record({
    length: fc.integer({ min: 1, max: 8 }),
    applied: fc.nat(8),
    tail: fc.integer({ min: 1, max: 8 }),
    cacheBytesMax: fc.nat(300),
  });
  fc.assert(
    fc.property(start, fc.array(logStep, { maxLength: 60, size: 'max' }), (from, steps) => {
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
