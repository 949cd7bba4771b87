// Whole peers under faults: many seeds without a failure, one seed one run, and a failure for every part that lies.

import { afterAll, describe, expect, test } from 'vitest';
import { soundWholeParts, type WholeParts } from './machine.ts';
import { wholeMutants } from './mutants.ts';
import { runWhole } from './run.ts';
import { Situations } from './situations.ts';

const seeds = Array.from({ length: 63 }, (_, i) => i + 1);
/** Within how many seeds each mutant must be found. */
const mutantSeedsMax = 40;

describe('whole peers under faults', () => {
  const situations = new Situations();
  let ran = 0;
  let messages = 0;

  test.each([0, 1, 2])('keep every promise and get well again (third %i of 63 seeds)', async (third) => {
    for (const seed of seeds.filter((seed) => seed % 3 === third)) {
      const result = await runWhole(seed);
      expect(result.failure, `seed ${seed}: npm run sim:whole -- --seed ${seed} --verbose`).toBeUndefined();
      situations.merge(result.situations);
      messages += result.messages;
      ran += 1;
    }
  });

  test('meet every rare situation within these seeds', () => {
    expect(ran).toBe(seeds.length);
    expect(situations.missing()).toEqual([]);
  });

  afterAll(() => {
    process.stdout.write(`${situations.toString()}\n${messages} messages in ${ran} runs\n`);
  });
});

test('one seed is one run, bit for bit', async () => {
  const hashes: string[] = [];
  for (const seed of [7, 8, 9, 7, 8, 9]) hashes.push((await runWhole(seed)).traceHash);
  expect(hashes.slice(3)).toEqual(hashes.slice(0, 3));
  expect(new Set(hashes).size).toBe(3);
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
