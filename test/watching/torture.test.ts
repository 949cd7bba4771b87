// Many watchers miss nothing, whoever dies, sleeps or takes over another's state.

import { expect, test } from 'vitest';
import { runTorture } from './run.ts';

const seed = Date.now() % 1_000_000;

test('120 watchers hear every change once and in order, while leaders are killed and a state is taken over', async () => {
  const report = await runTorture({ watchers: 120, seconds: 0, seed });
  expect([seed, report.failures]).toEqual([seed, []]);
  expect(report.changes).toBeGreaterThan(20);
  expect(report.kills).toBe(1);
  expect(report.installs).toBeGreaterThan(0); // one that was killed may have fallen behind what is kept, too
  expect(report.resumed).toBeGreaterThan(20);
}, 180_000);
