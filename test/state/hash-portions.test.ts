// The hash of a state is made in portions, so that neither an entry nor a look at the hash holds up who shares the event loop.

import { expect, test, vi } from 'vitest';
import { Lab } from './lab.ts';

const digested = vi.hoisted(() => ({ chars: 0 }));

vi.mock(import('../../src/lib/hash.ts'), async (original) => {
  const hash = await original();
  const digest128 = (text: string): bigint => {
    digested.chars += text.length;
    return hash.digest128(text);
  };
  return { ...hash, digest128 };
});

/** Characters that were digested meanwhile. */
function during(work: () => unknown): number {
  digested.chars = 0;
  work();
  return digested.chars;
}

const dataChars = 200 * 1024;

test('what was changed at last is digested a few large rows at a time, by entries as by who asks', () => {
  const lab = new Lab();
  const portions = Array.from({ length: 20 }, (_, i) => {
    const data = 'x'.repeat(dataChars);
    return during(() => lab.run({ kind: 'setting.put', name: `setting-${i}`, data }));
  });
  portions.push(during(() => lab.state.hash()));
  expect(Math.max(...portions)).toBeLessThan(3 * dataChars);
  expect(portions.reduce((sum, chars) => sum + chars, 0)).toBeGreaterThan(20 * dataChars);
});
