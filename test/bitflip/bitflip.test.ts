// A few of the flips of `npm run test:bitflip`; and what judges them is judged.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { asIndex, asTerm, type Entry } from '../../raft/types.ts';
import { present } from '../../src/lib/assert.ts';
import { nodeDisk } from '../../src/storage/node-disk.ts';
import { openParts } from '../crash/parts.ts';
import { type Found, readAll } from '../crash/play.ts';
import { tempDirectory } from '../storage/temp-directory.ts';
import { flipBits } from './bitflip.ts';
import { flipChunks } from './chunks.ts';
import { describeFixture, type Fixture, writeFixture } from './fixture.ts';
import { judgeFlipped } from './judge.ts';

test('a flipped bit is found, in whichever file and region, and what is served is true', async () => {
  const { flips, outcomes, failures } = await flipBits({ seed: 3, atMost: 40 });
  expect(failures).toEqual([]);
  expect(flips).toBeGreaterThanOrEqual(40);
  expect([...(outcomes.get('segment')?.keys() ?? [])]).toEqual(['impaired']);
});

test('a chunk is refused when any of its bits flips on the way', () => {
  const { flips, accepted } = flipChunks();
  expect(flips).toBeGreaterThan(10_000);
  expect(accepted).toBe(0);
});

async function soundStart(): Promise<{ found: Found; judge: (change: Partial<Found>) => string }> {
  const directory = join(await tempDirectory(), 'data');
  const was = await writeFixture(directory);
  const fixture: Fixture = describeFixture();
  const parts = await openParts({ disk: nodeDisk, directory });
  const found = await readAll(parts);
  await parts.close();
  return { found, judge: (change) => judgeFlipped({ ...found, ...change }, fixture, was) };
}

test('a start that serves what was not written, or hides what it lost, is found out', async () => {
  const { found, judge } = await soundStart();
  expect(judge({})).toBe('whole');
  const last = present(found.entries.at(-1), 'there are entries');
  const changed: Entry = { ...last, term: asTerm(last.term + 1) };
  expect(() => judge({ entries: [...found.entries.slice(0, -1), changed] })).toThrow(
    'those that were written',
  );
  expect(() => judge({ entries: found.entries.slice(0, -1) })).toThrow('what is lost is told');
  expect(judge({ entries: found.entries.slice(0, -1), impaired: true })).toBe('impaired');
  expect(() => judge({ rows: new Map([...found.rows].slice(1)) })).toThrow('rows are of one flush');
  expect(() => judge({ snapshot: undefined, rows: new Map() })).toThrow('the log goes on from the state');
  expect(() => judge({ hardState: { term: asTerm(0), vote: undefined } })).toThrow('what is lost is told');
  expect(() => judge({ base: { ...found.base, index: asIndex(found.base.index - 1) } })).toThrow('the base');
  expect(() => judge({ storeId: 'other' })).toThrow('who it was');
});
