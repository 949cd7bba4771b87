// Disks that fail beneath a running peer: it stops rather than believe what it cannot know, and nothing is lost.

import type { ChildProcess } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { limits } from '../../src/lib/limits.ts';
import { Prng } from '../../src/lib/prng.ts';
import type { Setting } from '../../src/protocol/objects.ts';
import { Cluster } from './cluster.ts';
import { request } from './http.ts';
import { canMountTmpfs, fillUp, mountTmpfs } from './mounts.ts';
import type { Peer } from './peer.ts';
import { RegisterLoad } from './register-load.ts';
import { breakSyncs, canTrace, endTracer } from './strace.ts';

let cluster: Cluster;
const tracers: ChildProcess[] = [];
/** Ended with their test: they would write into the next one's cluster. */
const loads: RegisterLoad[] = [];

afterEach(async () => {
  await Promise.all(tracers.splice(0).map(endTracer));
  await Promise.all(loads.splice(0).map((load) => load.stop()));
  await cluster.stop();
});

function loadOn(peers: () => readonly Peer[]): RegisterLoad {
  const apis = (): string[] => peers().map((peer) => peer.api);
  const load = new RegisterLoad({ apis, clients: 4, prng: new Prng(1) });
  loads.push(load);
  return load;
}

async function untilMore(load: RegisterLoad, writes = 20): Promise<void> {
  const goal = load.acknowledged + writes;
  await cluster.until('writes go on', () => load.acknowledged >= goal);
}

async function expectNothingLost(load: RegisterLoad): Promise<void> {
  await load.stop();
  const settings = await cluster.list<Setting>('settings');
  expect(load.judge(settings)).toEqual([]);
}

test.skipIf(!canTrace).each(['leader', 'follower'])(
  'a %s whose sync fails ends at once, with the exit code of a failed disk, and comes back',
  async (role) => {
    cluster = await Cluster.start({ agents: 0 });
    const leader = await cluster.leader();
    const [follower] = await cluster.followers();
    const victim = role === 'leader' ? leader : (follower ?? leader);
    const load = loadOn(() => cluster.peers);
    await untilMore(load);
    tracers.push(await breakSyncs(victim.pid, 'fails'));
    expect(await victim.exited).toBe('exit code 7');
    expect(victim.logTail()).toMatch(/^error: .*EIO.*This peer stops/mu);
    await untilMore(load); // two of three go on
    victim.start();
    await cluster.ready();
    await untilMore(load);
    await expectNothingLost(load);
  },
);

test.skipIf(!canTrace)(
  'a peer whose disk never answers ends all the same when it is told to, and says why',
  async () => {
    cluster = await Cluster.start({ agents: 0 });
    const load = loadOn(() => cluster.peers);
    await untilMore(load);
    const [victim = await cluster.leader()] = await cluster.followers();
    const tracer = await breakSyncs(victim.pid, 'hangs');
    tracers.push(tracer);
    process.kill(victim.pid, 'SIGTERM');
    await cluster.until('it says why it ends', () => /^error: .*was told to stop/mu.test(victim.logTail()));
    await endTracer(tracer);
    expect(await victim.exited).toBe('SIGKILL');
    victim.start();
    await cluster.ready();
    await untilMore(load);
    await expectNothingLost(load);
  },
);

/** A disk for each of `peers`, with little more room than a peer wants. */
async function startOnSmallDisks(count: number): Promise<readonly Peer[]> {
  cluster = await Cluster.create({ agents: 0 });
  const small = cluster.peers.slice(0, count);
  for (const { dataDir } of small) cluster.closers.push(mountTmpfs(dataDir, smallDiskMegabytes));
  await cluster.startAll();
  return small;
}

const smallDiskMegabytes = 160;
/** Half of the room that a peer keeps for what it must write; or nothing of it: others do not know of it. */
const someLeft = limits.diskFullBytes / 2;
const nothingLeft = 0;

async function alarmsOf(peer: Peer): Promise<readonly string[]> {
  const { alarms } = await cluster.clusterView(peer);
  return alarms.map(({ kind, peer: about }) => `${kind} ${about}`);
}

async function lead(peer: Peer): Promise<void> {
  await cluster.until(`${peer.id} leads`, async () => {
    const leader = await cluster.leader();
    if (leader === peer) return true;
    await request(`${leader.api}/api/cluster/transfer`, { method: 'POST', body: { to: peer.id } });
    return false;
  });
}

async function untilCaughtUp(peer: Peer): Promise<void> {
  await cluster.until(`${peer.id} holds everything`, async () => {
    const { peers, commitIndex } = await cluster.clusterView(await cluster.leader());
    const match = peers.find(({ id }) => id === peer.id)?.match ?? 0;
    return match >= commitIndex;
  });
}

test.skipIf(!canMountTmpfs).each([
  ['leader', someLeft],
  ['leader', nothingLeft],
  ['follower', nothingLeft],
])(
  'a %s whose disk fills up under load (%i bytes left) neither leads nor acknowledges until there is room, and comes back by itself',
  async (role, leave) => {
    const [small] = (await startOnSmallDisks(1)) as [Peer];
    if (role === 'leader') await lead(small);
    const other = cluster.peers.find((peer) => peer !== small) ?? small;
    if (role === 'follower') await lead(other);
    const load = loadOn(() => cluster.peers);
    await untilMore(load);
    const giveBack = fillUp(small.dataDir, leave);
    await cluster.until('the others know', async () =>
      (await alarmsOf(other)).includes(`disk-full ${small.id}`),
    );
    await cluster.until('another leads', async () => (await cluster.leader()).id !== small.id);
    await untilMore(load, 200);
    expect(small.running).toBe(true);
    expect((await request(`${small.api}/livez`)).status).toBe(200);
    giveBack();
    await cluster.until('the alarm is over', async () => (await alarmsOf(other)).length === 0);
    await untilCaughtUp(small);
    await untilMore(load);
    expect(small.running).toBe(true);
    await expectNothingLost(load);
  },
);

test.skipIf(!canMountTmpfs)(
  'a peer that is started on a disk without any room waits for it, ends when it is told to, and starts by itself once there is some',
  async () => {
    const [small] = (await startOnSmallDisks(1)) as [Peer];
    const load = loadOn(() => cluster.peers.filter((peer) => peer !== small));
    await untilMore(load);
    await small.kill();
    const giveBack = fillUp(small.dataDir, nothingLeft);
    const untilItWaited = (times: number): Promise<true> =>
      cluster.until('it says that it waits', () =>
        Promise.resolve(small.logTail().split('once there is room').length > times),
      );
    small.start();
    await untilItWaited(1);
    await small.kill('SIGTERM');
    expect(await small.exited).toBe('exit code 0');
    small.start();
    await untilItWaited(2);
    expect(small.running).toBe(true);
    expect(await alarmsOf(small)).toEqual([`disk-full ${small.id}`]);
    expect(await request(`${small.api}/readyz`)).toMatchObject({
      status: 503,
      body: { reasons: [expect.stringContaining('Make room on that disk')] },
    });
    expect((await request(`${small.api}/api/settings`)).status).toBe(503);
    giveBack();
    await untilCaughtUp(small);
    await expectNothingLost(load);
  },
);

test.skipIf(!canMountTmpfs)(
  'a cluster is read-only while a majority of its disks is full, and no longer',
  async () => {
    const small = await startOnSmallDisks(2);
    const load = loadOn(() => cluster.peers);
    await untilMore(load);
    const giveBack = small.map(({ dataDir }) => fillUp(dataDir, nothingLeft));
    await cluster.until('everybody knows', async () => {
      const alarms = await Promise.all(cluster.peers.map(alarmsOf));
      return alarms.every((kinds) => small.every(({ id }) => kinds.includes(`disk-full ${id}`)));
    });
    await cluster.until('writes are refused, for certain', async () => {
      const [peer] = cluster.peers;
      const { status } = await request(`${peer?.api}/api/settings/x`, { method: 'PUT', body: { data: 'x' } });
      return status === 503;
    });
    expect((await request(`${small[0]?.api}/api/settings?consistency=stale`)).status).toBe(200);
    for (const give of giveBack) give();
    await untilMore(load, 100);
    await cluster.until('no alarm stands', async () => (await alarmsOf(await cluster.leader())).length === 0);
    await expectNothingLost(load);
  },
);
