import { expect, test } from 'vitest';
import { Pace } from '../../src/peer/pace.ts';
import { FakeClock } from '../lib/fake-clock.ts';

test('what is taken together leaves one after the other, at the rate; what comes after a pause leaves at once', () => {
  const clock = new FakeClock();
  const pace = new Pace({ clock, bytesPerSecond: 1_000 });
  expect([pace.take(500), pace.take(100), pace.take(1)]).toEqual([0, 500, 600]);
  clock.advance(600);
  expect(pace.take(1)).toBe(1);
  clock.advance(60_000);
  expect(pace.take(1)).toBe(0);
});
