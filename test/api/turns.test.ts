// Turns: one in each round of the event loop.

import { expect, test } from 'vitest';
import { Turns } from '../../src/api/turns.ts';

const round = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('whoever asks alone has his turn at once', async () => {
  const turns = new Turns();
  for (let i = 0; i < 3; i += 1) {
    let isRound = false;
    setImmediate(() => (isRound = true));
    await turns.take();
    expect(isRound).toBe(false);
    await round();
  }
});

test('of many that ask at once one has his turn in each round, in their order', async () => {
  const turns = new Turns();
  const had: string[] = [];
  const work = async (name: string): Promise<void> => {
    for (let i = 0; i < 3; i += 1) {
      await turns.take();
      had.push(name);
    }
  };
  const all = Promise.all([work('a'), work('b')]);
  for (let rounds = 1; rounds <= 6; rounds += 1) {
    await Promise.resolve();
    expect(had.length).toBeLessThanOrEqual(rounds);
    await round();
  }
  await all;
  expect(had).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
});

test('a piece of work takes a turn for each of its steps, and gives what it ends with', async () => {
  const turns = new Turns();
  const steps: number[] = [];
  const other = turns.take();
  function* work(): Generator<void, string> {
    for (let i = 0; i < 3; i += 1) {
      steps.push(i);
      yield;
    }
    return 'done';
  }
  const done = turns.run(work());
  await other;
  expect(steps).toEqual([]);
  expect(await done).toBe('done');
  expect(steps).toEqual([0, 1, 2]);
});
