// Whole peers under faults: many seeds without a failure, one seed one run, and a failure for every part that lies.

import { afterAll, describe, expect, test } from 'vitest';
import { soundWholeParts, type WholeParts } from './machine.ts';
import { wholeMutants } from './mutants.ts';
import { runWhole } from './run.ts';
import { Situations } from './situations.ts';

const seeds = Array.from({ length: 60 }, (_, i) => i + 1);
/** Small, for busy machines. */
const slices = Array.from({ length: 20 }, (_, i) => i);
/** Within how many seeds each mutant must be found. */
const mutantSeedsMax = 40;

describe('whole peers under faults', () => {
  const situations = new Situations();
  let ran = 0;
  let messages = 0;

  test.each(slices)('keep every promise and get well again (slice %i of 60 seeds)', async (slice) => {
    for (const seed of seeds.filter((seed) => seed % slices.length === slice)) {
      const result = await runWhole(seed);
      expect(result.failure, `seed ${seed}: npm run sim:whole -- --seed ${seed} --verbose`).toBeUndefined();
      situations.merge(result.situations);
      messages += result.messages;
      ran += 1;
    }
  });

  test('meet every frequent situation within these seeds', () => {
    expect(ran).toBe(seeds.length);
    expect(situations.missing('frequent')).toEqual([]);
  });

  afterAll(() => {
    process.stdout.write(`${situations.toString()}\n${messages} messages in ${ran} runs\n`);
  });
});

test.each([7, 8, 9])('one seed is one run, bit for bit (seed %i)', async (seed) => {
  const { traceHash } = await runWhole(seed);
  expect((await runWhole(seed)).traceHash).toBe(traceHash);
  expect((await runWhole(seed + 10)).traceHash).not.toBe(traceHash);
});

test('printing a run does not change it', async () => {
  const lines: string[] = [];
  const printed = await runWhole(7, { print: (line) => lines.push(line) });
  expect(printed.traceHash).toBe((await runWhole(7)).traceHash);
  expect(lines.length).toBeGreaterThan(printed.messages);
});

describe('the simulation finds', () => {
  test.each(wholeMutants)('$name', async ({ parts, expected }) => {
    expect(await firstFailure(parts)).toMatch(expected);
  });

  test('nothing where nothing lies', async () => {
    expect((await runWhole(1, { parts: soundWholeParts })).failure).toBeUndefined();
  });
});

async function firstFailure(parts: WholeParts): Promise<string | undefined> {
  for (let seed = 1; seed <= mutantSeedsMax; seed += 1) {
    const { failure } = await runWhole(seed, { parts });
    if (failure !== undefined) return failure;
  }
  return undefined;
}
