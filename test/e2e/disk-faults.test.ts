// Disks that fail beneath a running peer: it stops rather than believe what it cannot know, and nothing is lost.

import type { ChildProcess } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { Prng } from '../../src/lib/prng.ts';
import type { Setting } from '../../src/protocol/objects.ts';
import { Cluster } from './cluster.ts';
import type { Peer } from './peer.ts';
import { RegisterLoad } from './register-load.ts';
import { breakSyncs, canTrace, endTracer } from './strace.ts';

let cluster: Cluster;
const tracers: ChildProcess[] = [];

afterEach(async () => {
  await Promise.all(tracers.splice(0).map(endTracer));
  await cluster.stop();
});

const loadOn = (peers: () => readonly Peer[]): RegisterLoad =>
  new RegisterLoad({ apis: () => peers().map((peer) => peer.api), clients: 4, prng: new Prng(1) });

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
