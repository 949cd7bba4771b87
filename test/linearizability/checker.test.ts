// The checker, on histories of which it is known whether they are linearizable.

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Violation } from '../sim/observation.ts';
import { type Begun, Registers } from '../sim/whole/registers.ts';
import { judge } from './checker.ts';
import { drawArbitrary, fitsSomeOrder, madeUp } from './made-up.ts';
import { type Call, type Condition, judgeSettings, type KeyedOperation, settingModel } from './settings.ts';

const any: Condition = { kind: 'none' };

/** An operation from `beginMs` to `endMs`. */
const at = (beginMs: number, endMs: number, call: Call): KeyedOperation => ({
  key: 'k',
  beginMs,
  endMs,
  call,
});
const put = (value: string, version?: number, condition: Condition = any): Call => ({
  kind: 'put',
  condition,
  value,
  version,
});
const read = (value: string, version: number): Call => ({ kind: 'read', seen: { value, version } });
const absent: Call = { kind: 'read', seen: undefined };
const remove: Call = { kind: 'delete', condition: any };
const atVersion = (version: number): Condition => ({ kind: 'version', version });

const good: readonly [string, readonly KeyedOperation[]][] = [
  ['nothing at all', []],
  ['a read of what was written', [at(0, 1, put('a', 1)), at(2, 3, read('a', 1))]],
  ['a read before anything was written', [at(0, 1, absent), at(2, 3, put('a', 1))]],
  ['a read beside a write that sees it', [at(0, 9, put('a', 1)), at(2, 3, read('a', 1))]],
  ['a read beside a write that does not', [at(0, 9, put('a', 1)), at(2, 3, absent)]],
  [
    'two writes at once, seen in the order of their versions',
    [at(0, 9, put('a', 2)), at(0, 9, put('b', 1)), at(1, 2, read('b', 1)), at(3, 4, read('a', 2))],
  ],
  ['a write of unknown outcome that never came', [at(0, Infinity, put('a')), at(5, 6, absent)]],
  [
    'a write of unknown outcome that came late',
    [at(0, Infinity, put('a')), at(1, 2, put('b', 1)), at(3, 4, read('b', 1)), at(5, 6, read('a', 7))],
  ],
  [
    'a comparison that fits',
    [at(0, 1, put('a', 1)), at(2, 3, put('b', 4, atVersion(1))), at(4, 5, read('b', 4))],
  ],
  [
    'a comparison that an unknown write spoiled, though nobody saw it',
    [
      at(0, 1, put('a', 1)),
      at(2, Infinity, put('x')),
      at(4, 5, { kind: 'mismatch', condition: atVersion(1) }),
    ],
  ],
  [
    'a delete, and one that finds nothing',
    [at(0, 1, put('a', 1)), at(2, 3, remove), at(4, 5, { kind: 'missing' })],
  ],
  [
    'an unknown delete that came',
    [at(0, 1, put('a', 1)), at(2, Infinity, remove), at(4, 5, read('a', 1)), at(6, 7, absent)],
  ],
];

const bad: readonly [string, readonly KeyedOperation[]][] = [
  ['a read that misses a write before it', [at(0, 1, put('a', 1)), at(2, 3, absent)]],
  ['a read of what was overwritten', [at(0, 1, put('a', 1)), at(2, 3, put('b', 2)), at(4, 5, read('a', 1))]],
  ['a read of what nobody wrote', [at(0, 1, read('a', 1))]],
  ['a read of a write that has not begun', [at(0, 1, read('a', 1)), at(2, 3, put('a', 1))]],
  [
    'two reads, one after the other, that see two writes the wrong way round',
    [at(0, 9, put('a', 1)), at(0, 9, put('b', 2)), at(1, 2, read('b', 2)), at(3, 4, read('a', 1))],
  ],
  [
    'an unknown write that came and was gone again',
    [at(0, Infinity, put('a')), at(1, 2, read('a', 1)), at(3, 4, absent)],
  ],
  [
    'two comparisons with one version that both fit',
    [at(0, 1, put('a', 1)), at(2, 9, put('b', 3, atVersion(1))), at(2, 9, put('c', 4, atVersion(1)))],
  ],
  [
    'a comparison that fails though nobody wrote meanwhile',
    [at(0, 1, put('a', 1)), at(2, 3, { kind: 'mismatch', condition: atVersion(1) })],
  ],
  [
    'two creations that both succeed',
    [at(0, 9, put('a', 1, { kind: 'absent' })), at(0, 9, put('b', 2, { kind: 'absent' }))],
  ],
  ['what was deleted is read', [at(0, 1, put('a', 1)), at(2, 3, remove), at(4, 5, read('a', 1))]],
  ['two deletes of one write that both find it', [at(0, 1, put('a', 1)), at(2, 9, remove), at(2, 9, remove)]],
  ['a value with two versions', [at(0, 1, put('a', 1)), at(2, 3, read('a', 2))]],
  ['a version with two values', [at(0, 9, put('a', 1)), at(0, 9, put('b', 1))]],
  ['versions that fall', [at(0, 1, put('a', 5)), at(2, 3, put('b', 4))]],
];

describe('the checker', () => {
  test.each(good)('accepts %s', (_, history) => expect(judgeSettings(history)).toEqual([]));
  test.each(bad)('refuses %s', (_, history) => expect(judgeSettings(history)).toHaveLength(1));

  test('judges keys apart', () => {
    const [write, miss] = [at(0, 1, put('a', 1)), at(2, 3, absent)];
    expect(judgeSettings([write, { ...miss, key: 'other' }])).toEqual([]);
  });

  test('tells what does not fit, and behind what', () => {
    const [failure] = judgeSettings([at(0, 1, put('a', 1)), at(2, 3, absent)]);
    expect(failure).toBe('k: of 2 operations 1 fit an order, then none of\n  2.0 to 3.0 ms: {"kind":"read"}');
  });

  test('accepts whatever took effect at one moment between its begin and its end', () => {
    fc.assert(
      fc.property(fc.array(drawArbitrary(300), { minLength: 20, maxLength: 120 }), (draws) => {
        expect(judgeSettings(madeUp(draws))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('refuses a read that sees what was overwritten before it began, or what is written after it ended', () => {
    let spoiled = 0;
    fc.assert(
      fc.property(
        fc.array(drawArbitrary(200), { minLength: 10, maxLength: 60 }),
        fc.nat(),
        (draws, which) => {
          const history = madeUp(draws);
          const bad = wrongReads(history);
          const picked = bad[which % Math.max(1, bad.length)];
          if (picked === undefined) return;
          spoiled += 1;
          expect(judgeSettings(picked)).toHaveLength(1);
        },
      ),
      { numRuns: 300 },
    );
    expect(spoiled).toBeGreaterThan(100);
  });

  test("says of reads and writes what the judge of the simulation's clients says", () => {
    const counts = { fits: 0, fitsNot: 0 };
    const draw = drawArbitrary(30).filter(({ asks }) => asks === 'read' || asks === 'put');
    fc.assert(
      fc.property(
        fc.array(draw, { minLength: 3, maxLength: 12 }),
        fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 2 }),
        (draws, swaps) => {
          const history = madeUp(draws);
          for (const [i, j] of swaps) swapCalls(history, i, j);
          const told = history.flatMap(asTold);
          const isFit = fitsRegisters(told);
          counts[isFit ? 'fits' : 'fitsNot'] += 1;
          expect(judgeSettings(told).length === 0).toBe(isFit);
        },
      ),
      { numRuns: 2_000 },
    );
    expect(Math.min(counts.fits, counts.fitsNot)).toBeGreaterThan(100);
  });

  test('says of few operations what trying every order says', () => {
    const counts = { fits: 0, fitsNot: 0 };
    fc.assert(
      fc.property(
        fc.array(drawArbitrary(12), { minLength: 3, maxLength: 6 }),
        fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { maxLength: 4 }),
        (draws, swaps) => {
          const history = madeUp(draws);
          for (const [i, j] of swaps) swapCalls(history, i, j);
          const isFit = fitsSomeOrder(settingModel, settingModel.initial, history);
          counts[isFit ? 'fits' : 'fitsNot'] += 1;
          expect(judge(settingModel, history).kind).toBe(isFit ? 'linearizable' : 'broken');
        },
      ),
      { numRuns: 2_000 },
    );
    expect(Math.min(counts.fits, counts.fitsNot)).toBeGreaterThan(200);
  });
});

/** A call that was moved to where nobody heard of its end, or from there, is one that could be there. */
function asTold(one: KeyedOperation): readonly KeyedOperation[] {
  const { call, endMs } = one;
  if (call.kind !== 'put') return endMs === Infinity ? [] : [one];
  if (endMs === Infinity) return [{ ...one, call: { ...call, version: undefined } }];
  return call.version === undefined ? [{ ...one, endMs: Infinity }] : [one];
}

/** What the judge of the simulation's clients says of a history of reads and writes: it hears of each begin and each end. */
function fitsRegisters(history: readonly KeyedOperation[]): boolean {
  const registers = new Registers();
  const begun = new Map<KeyedOperation, Begun>();
  const events = history.flatMap((one) => [
    { atMs: one.beginMs, isEnd: false, one },
    { atMs: one.endMs, isEnd: true, one },
  ]);
  // What ends as another begins is beside it.
  events.sort((a, b) => a.atMs - b.atMs || Number(a.isEnd) - Number(b.isEnd));
  try {
    for (const { isEnd, one } of events) {
      const { key, call } = one;
      if (!isEnd)
        begun.set(
          one,
          call.kind === 'put' ? registers.beginWrite(key, call.value) : registers.beginRead(key),
        );
      else if (call.kind === 'read') registers.served(begun.get(one)!, call.seen);
      else if (call.kind === 'put' && call.version !== undefined) {
        registers.acknowledged(begun.get(one)!, { value: call.value, version: call.version });
      }
    }
    return true;
  } catch (error) {
    if (error instanceof Violation) return false;
    throw error;
  }
}

/** `history` with one read that sees what it cannot: one of them for each such read and value. */
function wrongReads(history: readonly KeyedOperation[]): KeyedOperation[][] {
  const puts = history.flatMap(({ call, ...times }) =>
    call.kind === 'put' && call.version !== undefined
      ? [{ ...times, value: call.value, version: call.version }]
      : [],
  );
  return history.flatMap((one, index) => {
    if (one.call.kind !== 'read') return [];
    return puts
      .filter(
        (seen) =>
          seen.beginMs > one.endMs ||
          puts.some((later) => seen.endMs < later.beginMs && later.endMs < one.beginMs),
      )
      .map(({ value, version }) =>
        history.with(index, { ...one, call: { kind: 'read', seen: { value, version } } }),
      );
  });
}

/** What was asked and answered at one time is so at another. */
function swapCalls(history: KeyedOperation[], i: number, j: number): void {
  const [a, b] = [history[i], history[j]];
  if (a === undefined || b === undefined) return;
  history[i] = { ...a, call: b.call };
  history[j] = { ...b, call: a.call };
}
