// Whatever is sent to a cluster, it answers as its document says, or not at all, and goes on serving.

import { expect, test } from 'vitest';
import { runFuzz } from './run.ts';

const seed = Date.now() % 1_000_000;

test('requests of every operation, sound and spoiled, and broken bytes get no 500 and end no peer', async () => {
  const report = await runFuzz({ runs: 60, seed });
  expect([seed, report.failures]).toEqual([seed, []]);
  expect(report.requests).toBeGreaterThan(200);
  expect(Number(report.byStatus['200'])).toBeGreaterThan(10);
}, 120_000);
