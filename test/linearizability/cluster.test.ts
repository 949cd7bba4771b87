// Settings of a real cluster are linearizable, whoever dies or sleeps.

import { expect, test } from 'vitest';
import { runLinearizability } from './run.ts';

const seed = Date.now() % 1_000_000;

test('what clients of three peers are told fits one order while peers are killed and paused', async () => {
  const report = await runLinearizability({ seconds: 0, seed });
  expect([seed, report.failures]).toEqual([seed, []]);
  expect(report.operations).toBeGreaterThan(500);
}, 120_000);
