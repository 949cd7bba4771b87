// The life of a peer: what a stop may find half-done.

import { expect, test, vi } from 'vitest';
import { raftDefaults } from '../../raft/config.ts';
import { asClusterId, asPeerId, asStoreId, type PersistOperation } from '../../raft/types.ts';
import { present } from '../../src/lib/assert.ts';
import { OrionError } from '../../src/lib/errors.ts';
import type { Peer } from '../../src/peer/peer.ts';
import type { PeerIdentity } from '../../src/peer/ports.ts';
import { staleReason } from '../../src/peer/stale.ts';
import { FakeClock } from '../lib/fake-clock.ts';
import { emptyImage, type MemoryImage, MemoryLogStore } from '../storage/memory-log-store.ts';
import { MemoryIncarnations } from './memory-incarnations.ts';
import { LoneTransport, openPeer, peerId } from './lone-peer.ts';

/** A log whose writes begin at once and end when told to. */
class SlowLog extends MemoryLogStore {
  readonly ends: (() => void)[] = [];

  override async persist(operation: PersistOperation): Promise<void> {
    await new Promise<void>((end) => void this.ends.push(end));
    return super.persist(operation);
  }
}

test('a peer that is told to stop while it writes its genesis waits for the write, and does not begin to run', async () => {
  const log = new SlowLog(emptyImage(peerId, asStoreId('s1')));
  const clock = new FakeClock();
  const peer = await openPeer({ log, clock, transport: new LoneTransport() });
  await peer.start();
  expect(log.ends).toHaveLength(1);
  let hasStopped = false;
  const stopped = peer.stop().then(() => (hasStopped = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(hasStopped).toBe(false);
  log.ends[0]?.();
  await stopped;
  clock.advance(raftDefaults.electionMaxMs * 10);
  expect(log.ends).toHaveLength(1);
  expect(clock.timers).toBe(0);
  expect(peer.notReady()).toEqual(['this peer is stopping']);
});

const told = `refused by the other side: ${staleReason}`;

/** A founded cluster of one, and what another peer of it says of itself. */
async function founded(): Promise<{
  readonly image: MemoryImage;
  readonly peer: Peer;
  readonly transport: LoneTransport;
  readonly other: PeerIdentity;
}> {
  const image = emptyImage(peerId, asStoreId('s1'));
  const transport = new LoneTransport();
  const peer = await openPeer({ log: new MemoryLogStore(image), clock: new FakeClock(), transport });
  await peer.start();
  await vi.waitFor(() => expect(transport.started?.self().genesis).toBeDefined());
  const own = present(transport.started, 'it has started').self();
  const other = { ...own, peerId: asPeerId('p2'), storeId: asStoreId('s2') };
  return { image, peer, transport, other };
}

test('a peer whose own cluster tells it that its disk has gone back in time stops, and so does every later start', async () => {
  const { image, peer, transport, other } = await founded();
  const { events } = present(transport.started, 'it has started');
  const foreign = {
    ...other,
    genesis: { ...present(other.genesis, 'it has one'), clusterId: asClusterId('c2') },
  };
  events.onRefused(other.peerId, told, foreign);
  events.onRefused(other.peerId, told);
  events.onRefused(other.peerId, staleReason, other);
  expect(peer.notReady()).not.toContain(staleReason);

  events.onRefused(other.peerId, told, other);
  events.onRefused(other.peerId, told, other);
  expect(peer.notReady()).toEqual([staleReason]);
  await peer.stop();
  expect(image.retired).toBe(true);
  expect(transport.stops).toBeGreaterThan(0);

  const again = new LoneTransport();
  const later = await openPeer({ log: new MemoryLogStore(image), clock: new FakeClock(), transport: again });
  await later.start();
  expect(again.started).toBeUndefined();
  expect(later.notReady()).toEqual([staleReason]);
  await later.stop();
});

test('the disk of a cluster of another name is refused', async () => {
  const { image, peer } = await founded();
  await peer.stop();
  const log = new MemoryLogStore({
    ...image,
    genesis: { ...present(image.genesis, 'it has one'), name: 'away' },
  });
  const opening = openPeer({ log, clock: new FakeClock(), transport: new LoneTransport() });
  await expect(opening).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('"away"'),
  });
});

test('the run of a peer whose link comes up is remembered, and an earlier one refused from then on', async () => {
  const incarnations = new MemoryIncarnations();
  const { image, peer, other } = await founded();
  await peer.stop();
  const transport = new LoneTransport();
  const again = await openPeer({
    log: new MemoryLogStore(image),
    clock: new FakeClock(),
    transport,
    incarnations,
  });
  await again.start();
  const { events, refuse } = present(transport.started, 'it has started');
  const fifth = { ...other, incarnation: 5, runs: ['r5', 'r4'] };
  events.onUp(fifth);
  expect(incarnations.last(other.storeId)).toEqual({ epoch: 0, incarnation: 5, id: 'r5' });
  expect(refuse({ ...fifth, incarnation: 4, runs: ['r4'] })).toBe(staleReason);
  expect(refuse(fifth)).toBeUndefined();
  expect(refuse({ ...fifth, runs: ['copied', 'r4'] })).toBe(staleReason);
  expect(refuse({ ...fifth, incarnation: 6, runs: ['copied again', 'copied', 'r4'] })).toBe(staleReason);
  expect(refuse({ ...fifth, incarnation: 6, runs: ['r6', 'r5', 'r4'] })).toBeUndefined();
  await again.stop();
});

test('a full disk does not stop a peer that cannot note a run, and a failed one does', async () => {
  const fatal: unknown[] = [];
  for (const code of ['DISK_FULL', 'DISK_FAILED'] as const) {
    const { image, peer, other } = await founded();
    await peer.stop();
    const transport = new LoneTransport();
    const note = (): Promise<void> => Promise.reject(new OrionError(code, 'no'));
    const again = await openPeer({
      log: new MemoryLogStore(image),
      clock: new FakeClock(),
      transport,
      incarnations: { last: () => undefined, note },
      onFatal: (error) => void fatal.push((error as OrionError).code),
    });
    await again.start();
    present(transport.started, 'it has started').events.onUp({ ...other, incarnation: 5 });
    await new Promise((resolve) => setImmediate(resolve));
    await again.stop();
  }
  expect(fatal).toEqual(['DISK_FAILED']);
});
