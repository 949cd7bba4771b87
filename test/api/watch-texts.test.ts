// Which texts are kept for the watchers of a selection.

import { expect, test } from 'vitest';
import { WatchText } from '../../src/api/watch-feed.ts';
import { type TextsOfFeed, WatchTexts } from '../../src/api/watch-texts.ts';

const text = (chars: number): WatchText =>
  new WatchText({ event: 'bookmark', id: '1', data: { resourceVersion: 'x'.repeat(chars) } });

function setUp(): { kept: WatchTexts; a: TextsOfFeed; b: TextsOfFeed } {
  const bounds = { watchTextsMax: 3, watchTextsBytesMax: 10_000 };
  return { kept: new WatchTexts(bounds), a: new Map(), b: new Map() };
}

const keys = (...feeds: readonly TextsOfFeed[]): number[][] => feeds.map((feed) => Array.from(feed.keys()));

test('the newest of each selection, in number', () => {
  const { kept, a, b } = setUp();
  for (let index = 1; index <= 5; index += 1) kept.keep(a, index, index % 2 === 0 ? undefined : text(1));
  kept.keep(b, 1, text(1));
  expect(keys(a, b)).toEqual([[3, 4, 5], [1]]);
});

test('and the newest of all, in bytes: a selection that nobody reads on gives way', () => {
  const { kept, a, b } = setUp();
  for (const index of [1, 2]) kept.keep(a, index, text(1_000));
  for (const index of [1, 2]) kept.keep(b, index, text(1_000));
  expect(keys(a, b)).toEqual([[2], [1, 2]]);
  kept.keep(b, 3, text(4_000));
  expect(keys(a, b)).toEqual([[2], [1, 2]]); // too large by itself
  kept.keep(b, 3, text(3_000));
  expect(keys(a, b)).toEqual([[], [3]]);
});

test('those of a selection that is over are gone, and their room is there for others', () => {
  const { kept, a, b } = setUp();
  for (const index of [1, 2, 3]) kept.keep(a, index, text(1_000));
  kept.clear(a);
  for (const index of [1, 2, 3]) kept.keep(b, index, text(1_000));
  expect(keys(a, b)).toEqual([[], [1, 2, 3]]);
});
