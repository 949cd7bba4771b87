// A state on its way from a leader to those who need it: what is sent when, what ends it, and where it goes on.

import { expect, test } from 'vitest';
import { asIndex, asTerm } from '../../raft/types.ts';
import { limits } from '../../src/lib/limits.ts';
import { chunkBytes, fill, SnapshotRig, statusOf, term, turns } from './snapshot-rig.ts';

/** More than one window. */
const parts = limits.snapshotWindowChunks * 3;

async function rigWith(index = 9): Promise<SnapshotRig> {
  const rig = new SnapshotRig();
  await fill(rig.store, parts, index);
  return rig;
}

test('a state is sent whole, and both sides learn that it has arrived, once', async () => {
  const rig = await rigWith();
  const follower = rig.follower();
  rig.request(follower);
  await rig.run();
  expect(rig.sent).toEqual([{ to: follower.storeId, index: 9 }]);
  expect(follower.received).toEqual([{ term, snapshot: rig.store.snapshot }]);
  const { rows } = await follower.store.install(follower.received[0]!.snapshot);
  expect(rows.size).toBe(parts);
  expect(rig.saidOf('snapshotChunk').map(({ number }) => number)).toEqual(
    Array.from({ length: parts }, (_, i) => i),
  );
  await rig.sender.stop();
  expect(rig.clock.timers).toBe(0);
});

test('no more than a window of parts is sent and not taken', async () => {
  const rig = await rigWith();
  const follower = await rig.stuckFollower();
  const { length } = rig.saidOf('snapshotChunk');
  expect(length).toBeLessThanOrEqual(limits.snapshotWindowChunks);
  expect(follower.inbox.length).toBe(limits.snapshotWindowChunks);
  follower.deliver(1);
  await rig.run();
  expect(rig.saidOf('snapshotChunk')).toHaveLength(limits.snapshotWindowChunks + 1);
});

test('parts leave at a steady pace, however many receivers there are', async () => {
  const rig = await rigWith();
  const followers = [rig.follower('a'), rig.follower('b')];
  for (const follower of followers) rig.request(follower);
  const startMs = rig.clock.monotonicMs();
  await rig.run();
  expect(rig.sent).toHaveLength(2);
  const bytes = rig.saidOf('snapshotChunk').reduce((sum, chunk) => sum + chunk.bytes.length, 0);
  expect(bytes).toBeGreaterThan(2 * parts * chunkBytes);
  expect(rig.clock.monotonicMs() - startMs).toBeGreaterThan((bytes / limits.snapshotBytesPerSecond) * 1_000);
});

test('a receiver whose process died goes on where it was: nothing comes twice', async () => {
  const rig = await rigWith();
  const follower = await rig.stuckFollower();
  follower.deliver(5);
  await turns();
  follower.restart();
  expect(rig.sent).toEqual([{ to: follower.storeId, index: undefined }]);
  await fill(rig.store, 3, 12); // the state has moved on meanwhile
  follower.held = false;
  rig.request(follower);
  await rig.run();
  expect(rig.saidOf('snapshotAccept').map(({ from }) => from)).toEqual([0, 5]);
  expect(rig.saidOf('snapshotOffer').map(({ snapshot }) => snapshot.index)).toEqual([9, 9]);
  expect(rig.sent[1]).toEqual({ to: follower.storeId, index: 9 });
});

test('a state that is too old for a receiver is not offered again: a newer one is', async () => {
  const rig = await rigWith();
  rig.request(rig.follower('a'));
  await rig.run();
  await fill(rig.store, 3, 12);
  rig.request(rig.follower('b'), 10);
  await rig.run();
  expect(rig.saidOf('snapshotOffer').map(({ snapshot }) => snapshot.index)).toEqual([9, 12]);
});

test('a receiver that holds everything already says so, and is sent nothing', async () => {
  const rig = await rigWith();
  const follower = rig.follower();
  follower.holds = asIndex(11);
  rig.request(follower);
  await rig.run();
  expect(rig.sent).toEqual([{ to: follower.storeId, index: 11 }]);
  expect(rig.saidOf('snapshotChunk')).toEqual([]);
  expect(follower.received).toEqual([]);
});

test('at most two are sent at once; the next waits for its turn', async () => {
  const rig = await rigWith();
  const followers = ['a', 'b', 'c'].map((name) => rig.follower(name));
  for (const follower of followers) {
    follower.held = true;
    rig.request(follower);
  }
  await rig.run();
  expect(followers.map(({ inbox }) => inbox.length)).toEqual([1, 1, 0]);
  rig.sender.onLinkDown(followers[0]!.storeId);
  await rig.run();
  expect(followers.map(({ inbox }) => inbox.at(-1)?.kind)).toEqual([
    'snapshotCancelled',
    'snapshotOffer',
    'snapshotOffer',
  ]);
  expect(rig.sent).toEqual([{ to: 'a', index: undefined }]);
});

test.each([
  ['a new term', () => statusOf('leader', asTerm(4))],
  ['the end of its leadership', () => statusOf('follower', term)],
])('%s ends what waits for its turn; what is on its way goes on, whoever leads', async (_what, status) => {
  const rig = await rigWith();
  const followers = ['a', 'b', 'c'].map((name) => rig.follower(name));
  for (const follower of followers) {
    follower.held = true;
    rig.request(follower);
  }
  await rig.run();
  rig.sender.onStatus(statusOf('leader', term));
  expect(rig.sent).toEqual([]);
  rig.sender.onStatus(status());
  expect(rig.sent).toEqual([{ to: 'c', index: undefined }]);
  for (const follower of followers) {
    follower.held = false;
    follower.deliver();
  }
  await rig.run();
  expect(rig.sent.slice(1).map(({ index }) => index)).toEqual([9, 9]);
  expect(followers.map(({ received }) => received)).toMatchObject([[{ term }], [{ term }], []]);
  await rig.sender.stop();
  expect(rig.clock.timers).toBe(0);
});

test('a receiver that got enough from another meanwhile is sent nothing', async () => {
  const rig = await rigWith();
  const follower = rig.follower();
  follower.holds = asIndex(7);
  rig.request(follower, 8);
  await turns();
  rig.sender.onLinkDown(follower.storeId);
  rig.request(follower, 7);
  await rig.run();
  expect(rig.sent).toEqual([
    { to: follower.storeId, index: undefined },
    { to: follower.storeId, index: 7 },
  ]);
  expect(follower.inbox).toEqual([]);
  expect(follower.received).toEqual([]);
  expect(follower.receiver.received).toBeUndefined();
});

test('a state that is found to differ is sent on to nobody, nor is what was kept of it later', async () => {
  const rig = await rigWith();
  const follower = rig.follower();
  follower.held = true;
  rig.request(follower);
  await rig.run();
  rig.sender.onDiffers();
  expect(rig.sent).toEqual([{ to: follower.storeId, index: undefined }]);
  expect(follower.inbox.at(-1)?.kind).toBe('snapshotCancelled');
  await fill(rig.store, parts, 12);
  follower.held = false;
  rig.request(follower);
  await rig.run();
  expect(follower.received).toMatchObject([{ snapshot: { index: 12 } }]);
});

test('a receiver that says nothing for long is given up', async () => {
  const rig = await rigWith();
  const follower = await rig.stuckFollower();
  rig.clock.advance(limits.snapshotSilenceMs - 1_000);
  expect(rig.sent).toEqual([]);
  rig.clock.advance(1_000);
  expect(rig.sent).toEqual([{ to: follower.storeId, index: undefined }]);
});

test('what is kept open for a receiver that comes back is closed after a while, and before the sender stops', async () => {
  const rig = await rigWith();
  let isOpen = 0;
  const open = rig.store.openSnapshot.bind(rig.store);
  rig.store.openSnapshot = async () => {
    isOpen += 1;
    const source = await open();
    return { ...source, close: async () => void (isOpen -= 1) };
  };
  rig.request(rig.follower('a'));
  await rig.run();
  expect(isOpen).toBe(1);
  rig.clock.advance(limits.snapshotKeepMs);
  await turns();
  expect(isOpen).toBe(0);
  const held = rig.follower('b');
  held.held = true;
  rig.request(held);
  await rig.sender.stop();
  expect(isOpen).toBe(0);
  expect(rig.sent.at(-1)).toEqual({ to: 'b', index: undefined });
});
