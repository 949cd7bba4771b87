// That a state differs is written down, also when the disk has no room at first.

import { expect, test } from 'vitest';
import { OrionError } from '../../src/lib/errors.ts';
import { limits } from '../../src/lib/limits.ts';
import { Noting } from '../../src/peer/noting.ts';
import { FakeClock } from '../lib/fake-clock.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function setUp() {
  const clock = new FakeClock();
  const asked: boolean[] = [];
  const fatal: unknown[] = [];
  const reported: string[] = [];
  const disk = {
    failure: undefined as OrionError | undefined,
    isSlow: undefined as Promise<void> | undefined,
  };
  const noting = new Noting({
    clock,
    doubts: {
      note: async (stand) => {
        asked.push(stand);
        await disk.isSlow;
        if (disk.failure !== undefined) throw disk.failure;
      },
    },
    report: (_fields, message) => reported.push(message),
    onFatal: (error) => fatal.push(error),
  });
  return { clock, noting, asked, fatal, reported, disk };
}

test('a full disk is tried again until it has room', async () => {
  const { clock, noting, asked, fatal, reported, disk } = setUp();
  disk.failure = new OrionError('DISK_FULL', 'no room');
  noting.note(true);
  await turn();
  clock.advance(limits.flushRetryMs);
  await turn();
  expect([asked, reported.length]).toEqual([[true, true], 2]);
  disk.failure = undefined;
  clock.advance(limits.flushRetryMs);
  await turn();
  clock.advance(limits.flushRetryMs * 5);
  await turn();
  expect([asked, reported.length, fatal]).toEqual([[true, true, true], 2, []]);
});

test('what is over meanwhile is not written, and only the newest of several is', async () => {
  const { clock, noting, asked, disk } = setUp();
  disk.failure = new OrionError('DISK_FULL', 'no room');
  noting.note(true);
  await turn();
  disk.failure = undefined;
  noting.note(false);
  await turn();
  clock.advance(limits.flushRetryMs * 2);
  await turn();
  expect(asked).toEqual([true, false]);
  let goOn = (): void => {};
  disk.isSlow = new Promise((resolve) => (goOn = resolve));
  for (const differs of [true, false, true]) noting.note(differs);
  goOn();
  await turn();
  expect(asked).toEqual([true, false, true, true]);
});

test('any other failure of the disk ends the peer, and a peer that stops tries no more', async () => {
  const failing = setUp();
  failing.disk.failure = new OrionError('DISK_FAILED', 'gone');
  failing.noting.note(true);
  await turn();
  expect(failing.fatal).toMatchObject([{ code: 'DISK_FAILED' }]);
  const stopping = setUp();
  stopping.disk.failure = new OrionError('DISK_FULL', 'no room');
  stopping.noting.note(true);
  await turn();
  stopping.noting.stop();
  stopping.clock.advance(limits.flushRetryMs * 2);
  await turn();
  expect(stopping.asked).toEqual([true]);
});
