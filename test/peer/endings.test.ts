// How a peer ends: told to stop, failed, or out of its cluster. What it had under way ends with it.

import { expect, test, vi } from 'vitest';
import { raftDefaults } from '../../raft/config.ts';
import { asPeerId, asStoreId, type PersistOperation } from '../../raft/types.ts';
import { present } from '../../src/lib/assert.ts';
import { OrionError } from '../../src/lib/errors.ts';
import { limits } from '../../src/lib/limits.ts';
import { compactionDefaults } from '../../src/peer/compactor.ts';
import type { PeerOptions } from '../../src/peer/peer-options.ts';
import { staleReason } from '../../src/peer/stale.ts';
import { FakeClock } from '../lib/fake-clock.ts';
import { emptyImage, MemoryLogStore } from '../storage/memory-log-store.ts';
import { MemoryStateStore } from '../storage/memory-state-store.ts';
import { LoneTransport, openPeer, peerId } from './lone-peer.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A log whose writes and cuts wait while it is held, as for room on the disk: for as long as anybody listens. */
class HeldLog extends MemoryLogStore {
  writes = 0;
  held: (() => void)[] | undefined;
  giveUp = (): void => undefined;

  override async persist(operation: PersistOperation): Promise<void> {
    this.writes += 1;
    const { held } = this;
    if (held !== undefined) await new Promise<void>((go) => void held.push(go));
    await super.persist(operation);
  }

  override compact(): Promise<void> {
    const noRoom = new OrionError('DISK_FAILED', 'no room');
    return new Promise((_resolve, reject) => (this.giveUp = () => reject(noRoom)));
  }

  override onSpace(listener: ((full: boolean) => void) | undefined): void {
    if (listener === undefined) this.giveUp();
  }
}

/** A cluster of one, which leads; its time goes on with `pass`. */
async function leading(options: Partial<PeerOptions> = {}) {
  const log = new HeldLog(emptyImage(peerId, asStoreId('s1')));
  const transport = new LoneTransport();
  const clock = new FakeClock();
  const fatal: unknown[] = [];
  const onFatal = (error: unknown): void => void fatal.push(error);
  const peer = await openPeer({ log, clock, transport, onFatal, ...options });
  const terms: (number | undefined)[] = [];
  peer.onControlTerm((term) => terms.push(term));
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += limits.tickMs) {
      clock.advance(limits.tickMs);
      await turn();
    }
  };
  await peer.start();
  await vi.waitFor(() => expect(transport.started?.self().genesis).toBeDefined());
  await pass(raftDefaults.electionMaxMs * 2);
  expect(terms.at(-1)).toBe(2);
  return { peer, log, transport, clock, fatal, terms, pass };
}

test('a leader that was told to stop does not decide again before it has stopped', async () => {
  const { peer, transport, terms, pass } = await leading();
  let end = (): void => undefined;
  transport.end = new Promise((resolve) => (end = resolve));
  const stopped = peer.stop();
  await pass(200);
  expect(terms.at(-1)).toBeUndefined();
  expect(peer.controlTerm()).toBeUndefined();
  end();
  await stopped;
  expect(peer.controlTerm()).toBeUndefined();
});

test('a peer whose state cannot be written writes nothing more, decides nothing, and lets nobody wait', async () => {
  const stateStore = new MemoryStateStore();
  const { peer, log, fatal, terms, pass } = await leading({ stateStore });
  const flush = vi.spyOn(stateStore, 'flush');
  const put = (name: string): Promise<unknown> =>
    peer
      .propose({ kind: 'setting.put', name, data: 'x' }, { operation: name } as never)
      .catch((error: unknown) => (error as OrionError).code);
  flush.mockRejectedValue(new OrionError('DISK_FAILED', 'no'));
  void put('a');
  await pass(limits.tickMs);
  log.held = [];
  const second = put('b');
  await pass(limits.flushMs * 2);
  expect(fatal).toHaveLength(1);
  expect(await second).toBe('OUTCOME_UNKNOWN');
  const { writes } = log;
  for (const go of log.held) go();
  await pass(limits.flushMs * 2);
  expect(log.writes).toBe(writes);
  expect(terms.at(-1)).toBeUndefined();
  await peer.stop();
});

test('a write that waits for room keeps nobody from stopping, nor an old copy of a disk from being marked', async () => {
  const { peer, log, transport, pass } = await leading();
  log.held = [];
  const put = peer.propose({ kind: 'setting.put', name: 'a', data: 'x' }, { operation: 'a' } as never);
  await pass(limits.tickMs);
  expect(log.held).toHaveLength(1);
  const { events, self } = present(transport.started, 'it has started');
  events.onRefused(asPeerId('p2'), `refused by the other side: ${staleReason}`, self());
  await expect(put).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
  await peer.stop();
  expect(log.identity.retired).toBe(true);
  expect(log.held).toHaveLength(1);
});

test('a cut of the log that waits for room keeps nobody from stopping, and is no failure of a peer that stops', async () => {
  const { peer, log, fatal, pass } = await leading({
    compaction: { ...compactionDefaults, keepEntries: 0, keepBytes: 0, cutBytesMin: 1 },
  });
  const compact = vi.spyOn(log, 'compact');
  for (let i = 0; i < 5; i += 1) {
    void peer.propose({ kind: 'setting.put', name: `s${i}`, data: 'x' }, { operation: `o${i}` } as never);
    await pass(limits.flushMs * 2);
  }
  expect(compact).toHaveBeenCalled();
  await peer.stop();
  expect(fatal).toEqual([]);
});
