// The mutation gate in small: every patch fits the sources as they are, and a few of the bugs are found quickly.
// `npm run sim:mutants` hunts all of them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { recordOf } from './gate-record.ts';
import { hunt, simulate } from './mutation-gate.ts';
import { mutations } from './mutations/all.ts';
import { applyEdits } from './mutations/mutation.ts';
import { root } from './rebuilt.ts';

/** Bugs that took at most so many seeds when they were added. */
const quickSeedsMax = 40;
const quick = mutations.filter(({ name }) =>
  [
    'term and vote are written one after the other',
    'a heartbeat names a commit index beyond what the follower matches',
    'controllers run on a state that lags behind the terms before',
    'in a joint configuration the new voters decide alone',
    'a snapshot is acknowledged before it is durable',
    'an impaired peer grants votes',
  ].includes(name),
);

test('each known bug has a name of its own', () => {
  expect(new Set(mutations.map(({ name }) => name)).size).toBe(mutations.length);
  expect(mutations.length).toBeGreaterThanOrEqual(25);
});

test.each(mutations)('the patch fits: $name', (mutation) => {
  const source = readFileSync(join(root, mutation.file), 'utf8');
  expect(applyEdits(source, mutation)).not.toBe(source);
});

test('a patch that does not fit is refused', () => {
  const edits = [{ find: 'no such text', replace: '' }];
  const mutation = { name: 'misfit', source: '', file: 'raft/log.ts', edits };
  expect(() => applyEdits('some text', mutation)).toThrow(/finds 0 times/);
});

test('without a patch the simulator built anew finds nothing', async () => {
  const harmless = { name: 'none', source: '', file: 'raft/log.ts', edits: [] };
  expect(await hunt(await simulate(harmless), 10)).toEqual({ kind: 'missed' });
});

test('the record keeps the rows of bugs that were not hunted again, in the order of the bugs', () => {
  const finding = { source: 'R1', seed: 3, failed: 7, failure: 'a | b' };
  const first = recordOf('', [{ ...finding, name: 'second' }], ['first', 'second', 'third']);
  const both = recordOf(first, [{ ...finding, name: 'first', seed: undefined }], ['first', 'second']);
  expect(both.split('\n').slice(-3)).toEqual([
    '| first | R1 | missed | 7 | a / b |',
    '| second | R1 | 3 | 7 | a / b |',
    '',
  ]);
});

describe('the simulator finds', () => {
  test.each(quick)('$name', async (mutation) => {
    expect(await hunt(await simulate(mutation), quickSeedsMax)).toMatchObject({ kind: 'found' });
  });
});
