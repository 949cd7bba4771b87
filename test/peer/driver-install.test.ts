// The driver and a snapshot: the state first, then the log (R10); and what this peer tells its own core.

import { expect, test } from 'vitest';
import { asIndex, asOperation, asTerm, type PersistOperation, type Snapshot } from '../../raft/types.ts';
import type { Raft } from '../../raft/raft.ts';
import { limits } from '../../src/lib/limits.ts';
import { Driver } from '../../src/peer/driver.ts';
import type { LogStore } from '../../src/peer/ports.ts';
import { FakeClock } from '../lib/fake-clock.ts';
import { TestNode } from '../raft/node.ts';
import { pointAt } from '../storage/state-store-suite.ts';

const snapshot: Snapshot = { ...pointAt(9), hash: 'ab' };
const operation: PersistOperation = {
  operation: asOperation(1),
  hardState: undefined,
  install: snapshot,
  truncateFrom: undefined,
  mended: false,
  entries: [],
};

/** A driver whose core wants `snapshot` installed, over a disk whose work ends when told to. */
function setUp() {
  const clock = new FakeClock();
  const done: string[] = [];
  const ends = new Map<string, { end: () => void; fail: (error: unknown) => void }>();
  const act = (what: string): Promise<void> => {
    done.push(what);
    return new Promise((end, fail) => void ends.set(what, { end, fail }));
  };
  const { raft: sound } = new TestNode('a', { names: ['a', 'b', 'c'] });
  let ready = true;
  const steps: string[] = [];
  const raft = {
    status: () => sound.status(),
    step: ({ kind }: { kind: string }) => steps.push(kind),
    hasReady: () => ready,
    takeReady: () => {
      ready = false;
      return {
        messages: [],
        loads: [],
        snapshots: [],
        discard: [],
        proposals: [],
        changes: [],
        transfers: [],
        apply: [],
        reads: [],
        persist: operation,
      };
    },
  } as unknown as Raft;
  const fatal: unknown[] = [];
  const ignore = (): void => undefined;
  const driver = new Driver({
    raft,
    log: { persist: () => act('log') } as unknown as LogStore,
    clock,
    events: {
      send: ignore,
      apply: ignore,
      sendSnapshot: ignore,
      install: () => act('state'),
      onInstalled: () => {
        done.push('installed');
        driver.tell({ kind: 'snapshotReceived', term: asTerm(3), snapshot });
      },
      discard: ignore,
      onProposal: ignore,
      onTransfer: ignore,
      onChange: ignore,
      onRead: ignore,
      onStatus: ignore,
      onDiskStalled: ignore,
      onStall: ignore,
      onFatal: (error) => fatal.push(error),
    },
  });
  driver.start();
  clock.settle();
  return { driver, clock, done, ends, steps, fatal };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('the log is written only when the state was switched, and that may take its time (R10)', async () => {
  const { clock, done, ends, steps, fatal } = setUp();
  expect(done).toEqual(['state']);
  clock.advance(limits.diskGiveUpMs * 2);
  expect(done).toEqual(['state']);
  ends.get('state')?.end();
  await turn();
  expect(done).toEqual(['state', 'log']);
  ends.get('log')?.end();
  await turn();
  clock.advance(limits.installGiveUpMs);
  expect(steps).toContain('persisted');
  expect(fatal).toEqual([]);
});

test('another snapshot is taken in only once the log begins behind this one, and the core hears of that first', async () => {
  const { clock, done, ends, steps } = setUp();
  ends.get('state')?.end();
  await turn();
  expect(done).toEqual(['state', 'log']);
  ends.get('log')?.end();
  await turn();
  clock.settle();
  expect(done).toEqual(['state', 'log', 'installed']);
  expect(steps.slice(-2)).toEqual(['persisted', 'snapshotReceived']);
});

test('a peer that stops meanwhile writes nothing more: the next start finds the state ahead, and goes on from there', async () => {
  const { driver, done, ends } = setUp();
  driver.stop();
  ends.get('state')?.end();
  await turn();
  expect(done).toEqual(['state']);
});

test('a state that cannot be switched ends the peer', async () => {
  const { done, ends, fatal } = setUp();
  ends.get('state')?.fail(new Error('EIO'));
  await turn();
  expect([done, fatal]).toEqual([['state'], [new Error('EIO')]]);
});

test('a switch that hangs ends the peer, as a write does, though later', () => {
  const { clock, done, fatal } = setUp();
  clock.advance(limits.installGiveUpMs - 2 * limits.tickMs);
  expect(fatal).toEqual([]);
  clock.advance(4 * limits.tickMs);
  expect([done, fatal]).toMatchObject([['state'], [{ code: 'DISK_FAILED' }]]);
});

test('what a peer tells its own core is taken, however much waits', () => {
  const { driver, clock, steps } = setUp();
  for (let i = 0; i < limits.inputsMax; i += 1) driver.tryPush({ kind: 'tick', now: 0 });
  expect(driver.tryPush({ kind: 'tick', now: 0 })).toBe(false);
  driver.tell({ kind: 'diskFull', full: true });
  driver.tell({ kind: 'snapshotReceived', term: asTerm(3), snapshot });
  driver.tell({ kind: 'compacted', base: asIndex(1) });
  clock.settle();
  expect(steps.slice(-3)).toEqual(['diskFull', 'snapshotReceived', 'compacted']);
});
