// When an agent tries which peer next: the waits, without waiting.

import { expect, test } from 'vitest';
import { PeerBook } from '../../agent/peers.ts';
import { limits } from '../../src/lib/limits.ts';
import { Prng } from '../../src/lib/prng.ts';
import { temporaryDirectory } from './rig.ts';

const leader = 'http://127.0.0.1:6060';
const follower = 'http://127.0.0.1:6061';

function bookOf(...configured: string[]): PeerBook {
  const directory = temporaryDirectory();
  return new PeerBook({ configured, directory, insecure: false, prng: new Prng(1), log: () => {} });
}

/** The waits of `count` tries in which `leader` refuses and `follower` names it. */
function waits(book: PeerBook, count: number): number[] {
  return Array.from({ length: count }, () =>
    book.take() === leader ? book.refused() : book.redirected(leader, [leader, follower]),
  );
}

test('an agent that the leader refuses comes back less and less often, whatever followers say', () => {
  const all = waits(bookOf(follower, leader), 60).filter((delayMs) => delayMs > 0);
  expect(all.at(-1)).toBeGreaterThanOrEqual(limits.agentRetryMaxMs / 2);
});

test('an agent that is welcomed and cannot stay comes back less and less often, wherever its leader stands in turn', () => {
  for (const book of [bookOf(follower, leader), bookOf(leader, follower), bookOf(leader)]) {
    const all = Array.from({ length: 60 }, () => {
      if (book.take() === follower) return book.redirected(leader, []);
      book.welcomed([]);
      return book.failed();
    }).filter((delayMs) => delayMs > 0);
    expect(all.at(-1)).toBeGreaterThanOrEqual(limits.agentRetryMaxMs / 2);
  }
});

test('two peers that name each other do not catch an agent: it waits between rounds', () => {
  const book = bookOf(follower, leader);
  const all = Array.from({ length: 60 }, () =>
    book.redirected(book.take() === leader ? follower : leader, []),
  );
  expect(all.filter((delayMs) => delayMs > 0).length).toBeGreaterThanOrEqual(5);
});

test('while nobody leads, an agent whose peers answer stays near', () => {
  const book = bookOf(follower, leader);
  const all = Array.from({ length: 60 }, () => {
    book.take();
    return book.redirected(null, []);
  });
  expect(Math.max(...all)).toBeLessThanOrEqual(limits.agentRetryAnsweredMaxMs);
  expect(all.at(-1)).toBeGreaterThan(0);
});
