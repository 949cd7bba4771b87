// A state that comes in: what of it is kept, what is refused, and when the core hears of it.

import { expect, test } from 'vitest';
import { asStoreId, asTerm } from '../../raft/types.ts';
import { OrionError } from '../../src/lib/errors.ts';
import { limits } from '../../src/lib/limits.ts';
import type { SnapshotSink } from '../../src/peer/snapshot-ports.ts';
import { fill, type Follower, leader, SnapshotRig, term, turns } from './snapshot-rig.ts';

async function rigWith(index = 9): Promise<SnapshotRig> {
  const rig = new SnapshotRig();
  await fill(rig.store, 12, index);
  return rig;
}

test('a part that came to harm ends the transfer, and nothing of it is kept', async () => {
  const rig = await rigWith();
  const follower = await rig.stuckFollower();
  const [first, second] = follower.inbox;
  if (second?.kind !== 'snapshotChunk') throw new Error('two parts are under way');
  const bytes = Uint8Array.from(second.bytes);
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  follower.receiver.onMessage(leader, first!);
  follower.receiver.onMessage(leader, { ...second, bytes });
  await turns();
  expect(rig.sent).toEqual([{ to: follower.storeId, index: undefined }]);
  expect(rig.saidOf('snapshotFailed')[0]?.reason).toContain('checksum');
  expect(follower.fatal).toEqual([]);
  expect((await follower.store.stage(rig.store.snapshot!)).received).toBe(1);
});

test('a state that is not the one of its hash is refused when it is whole', async () => {
  const rig = await rigWith();
  const follower = rig.follower();
  rig.request(follower);
  await turns();
  const stage = follower.store.stage.bind(follower.store);
  follower.restart();
  follower.store.stage = (snapshot) => stage({ ...snapshot, hash: 'f'.repeat(32) });
  rig.request(follower);
  await rig.run();
  expect(rig.sent.at(-1)).toEqual({ to: follower.storeId, index: undefined });
  expect(rig.saidOf('snapshotFailed')).toHaveLength(1);
  expect(follower.received).toEqual([]);
});

test('until the core has decided on a state nothing else is staged in its place', async () => {
  const rig = await rigWith();
  const follower = rig.follower();
  rig.request(follower);
  await rig.run();
  await fill(rig.store, 3, 12);
  rig.clock.advance(limits.snapshotKeepMs);
  rig.request(follower, 10);
  await rig.run();
  expect(rig.saidOf('snapshotFailed')[0]?.reason).toContain('busy');
  follower.receiver.onDiscarded();
  await turns();
  rig.request(follower, 10);
  await rig.run();
  expect(follower.received.map(({ snapshot }) => snapshot.index)).toEqual([9, 12]);
  follower.receiver.onInstalled();
  await fill(rig.store, 3, 13);
  rig.request(follower, 13);
  await rig.run();
  expect(follower.received.map(({ snapshot }) => snapshot.index)).toEqual([9, 12, 13]);
});

test('an offer of an older term, or with a full disk, is refused; one that ends makes room for the next', async () => {
  const rig = await rigWith();
  const follower = rig.follower();
  follower.term = asTerm(4);
  rig.request(follower);
  await rig.run();
  follower.term = term;
  follower.isFull = true;
  rig.request(follower);
  await rig.run();
  expect(rig.saidOf('snapshotFailed').map(({ reason }) => reason)).toEqual([
    'term 3 is over: this is 4',
    'the disk of the receiver is full',
  ]);
  follower.isFull = false;
  rig.request(follower);
  await rig.run();
  expect(rig.sent.at(-1)?.index).toBe(9);
});

test('a newer offer takes the place of one that is under way; what is late of the older one is passed over', async () => {
  const rig = await rigWith();
  const follower = rig.follower();
  const offer = (transfer: number) =>
    ({ kind: 'snapshotOffer', transfer, term, snapshot: rig.store.snapshot! }) as const;
  follower.receiver.onMessage(leader, offer(1));
  await turns();
  follower.receiver.onMessage(leader, offer(2));
  await turns();
  const late = { kind: 'snapshotEnd', transfer: 1, chunks: 0 } as const;
  follower.receiver.onMessage(leader, late);
  await turns();
  expect(rig.saidOf('snapshotAccept').map(({ transfer }) => transfer)).toEqual([1, 2]);
  expect(rig.saidOf('snapshotFailed')).toEqual([]);
  follower.receiver.onMessage(leader, { ...late, transfer: 2, chunks: 1 });
  expect(rig.saidOf('snapshotFailed')).toMatchObject([{ transfer: 2 }]);
});

test('the offer of a new leader takes the place of one under way only once nothing more comes of that', async () => {
  const rig = await rigWith();
  const follower = await rig.stuckFollower();
  follower.term = asTerm(4);
  const other = asStoreId('other');
  const offer = (transfer: number) =>
    ({ kind: 'snapshotOffer', transfer, term: follower.term, snapshot: rig.store.snapshot! }) as const;
  follower.receiver.onMessage(other, offer(1));
  rig.clock.advance(limits.snapshotSilenceMs - 1_000);
  follower.deliver(1);
  await turns();
  rig.clock.advance(limits.snapshotSilenceMs - 1_000);
  follower.receiver.onMessage(other, offer(2));
  rig.clock.advance(1_000);
  follower.receiver.onMessage(other, offer(3));
  await turns();
  expect(rig.saidOf('snapshotFailed')).toMatchObject([
    { transfer: 1, reason: 'the state of another peer still comes in' },
    { transfer: 2 },
  ]);
  expect(rig.saidOf('snapshotAccept').at(-1)).toMatchObject({ transfer: 3, from: 1 });
});

test.each([
  ['fails', 'DISK_FAILED', 1],
  ['has no room', 'DISK_FULL', 0],
] as const)('a disk of the receiver that %s', async (_what, code, fatal) => {
  const rig = await rigWith();
  const follower = rig.follower();
  follower.store.stage = () => Promise.reject(new OrionError(code, 'as the test wants it'));
  rig.request(follower);
  await rig.run();
  expect(follower.fatal).toHaveLength(fatal);
  expect(rig.saidOf('snapshotFailed')).toHaveLength(1 - fatal);
});

/** What is kept of a transfer of which two parts came, `meddle` between them. */
async function kept(meddle: (follower: Follower) => void): Promise<number> {
  const rig = await rigWith();
  const follower = await rig.stuckFollower();
  follower.deliver(1);
  await turns();
  meddle(follower);
  follower.deliver(1);
  await turns();
  expect(follower.fatal).toEqual([]);
  return (await follower.store.stage(rig.store.snapshot!)).received;
}

test('a disk that becomes full ends the transfer, and what came of it makes way for the log', async () => {
  expect(await kept(() => undefined)).toBeGreaterThan(1);
  const said: unknown[] = [];
  const received = await kept((follower) => {
    follower.receiver.onSpace(true);
    said.push(follower.receiver.received);
  });
  expect({ received, said }).toEqual({ received: 0, said: [undefined] });
});

test('what was left of a transfer that broke makes way, too, when the disk is full', async () => {
  const received = await kept((follower) => {
    follower.receiver.onLinkDown(leader);
    follower.receiver.onSpace(true);
  });
  expect(received).toBe(0);
});

test('a part that finds no room ends the transfer, and nothing of it is kept', async () => {
  const rig = await rigWith();
  const follower = rig.follower();
  const stage = follower.store.stage.bind(follower.store);
  follower.store.stage = async (snapshot) => {
    const sink = await stage(snapshot);
    const write: SnapshotSink['write'] = (chunk) =>
      chunk.number < 3 ? sink.write(chunk) : Promise.reject(new OrionError('DISK_FULL', 'as it is'));
    return { received: sink.received, write, finish: () => sink.finish(), close: () => sink.close() };
  };
  rig.request(follower);
  await rig.run();
  expect(rig.saidOf('snapshotFailed')).toHaveLength(1);
  expect(follower.fatal).toEqual([]);
  expect((await stage(rig.store.snapshot!)).received).toBe(0);
});

test('a state that the core holds stays when the disk is full', async () => {
  const rig = await rigWith();
  const follower = rig.follower();
  rig.request(follower);
  await rig.run();
  expect(follower.received).toHaveLength(1);
  follower.receiver.onSpace(true);
  await turns();
  expect((await follower.store.install(rig.store.snapshot!)).rows.size).toBe(12);
});

test('a receiver that stops leaves its store alone', async () => {
  const rig = await rigWith();
  const follower = rig.follower();
  let isOpen = 0;
  const stage = follower.store.stage.bind(follower.store);
  follower.store.stage = async (snapshot) => {
    isOpen += 1;
    const sink = await stage(snapshot);
    return {
      get received() {
        return sink.received;
      },
      write: (chunk) => sink.write(chunk),
      finish: () => sink.finish(),
      close: async () => void (isOpen -= 1),
    };
  };
  rig.request(follower);
  await turns();
  expect(isOpen).toBe(1);
  await follower.receiver.stop();
  expect(isOpen).toBe(0);
  follower.receiver.onMessage(leader, {
    kind: 'snapshotOffer',
    transfer: 9,
    term,
    snapshot: rig.store.snapshot!,
  });
  await turns();
  expect(rig.saidOf('snapshotFailed').at(-1)?.reason).toContain('stopping');
  expect(isOpen).toBe(0);
});
