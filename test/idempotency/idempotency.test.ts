// A write that is sent again under its key is done once, whoever leads.

import { expect, test } from 'vitest';
import { runIdempotency } from './run.ts';

const seed = Date.now() % 1_000_000;

test('100 writes, each answered four times while leaders are killed, are applied once each', async () => {
  const report = await runIdempotency({ writes: 100, seed });
  expect([seed, report.failures]).toEqual([seed, []]);
  expect(report.answered).toBeGreaterThanOrEqual(400);
  expect(report.kills).toBeGreaterThan(0);
}, 120_000);
