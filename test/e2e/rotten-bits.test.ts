// A bit that rots on the disk of one peer, as the cluster lives through it: it is found, told, repaired by the others, and
// the peer counts again.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import { Prng } from '../../src/lib/prng.ts';
import type { Setting } from '../../src/protocol/objects.ts';
import { Cluster } from './cluster.ts';
import type { Peer } from './peer.ts';
import { RegisterLoad } from './register-load.ts';

let cluster: Cluster;

afterEach(() => cluster.stop());

/** Flips a bit in the middle of the last file of `folder` whose name ends so. */
function flipIn(folder: string, ending: string): void {
  const names = readdirSync(folder).filter((name) => name.endsWith(ending));
  const path = join(folder, present(names.toSorted().at(-1), `there is a ${ending} in ${folder}`));
  const bytes = readFileSync(path);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

const count = (peer: Peer, text: string): number => readFileSync(peer.logFile, 'utf8').split(text).length - 1;

/** Waits for `count` more acknowledged writes. */
async function untilMore(load: RegisterLoad, writes: number): Promise<void> {
  const goal = load.acknowledged + writes;
  await cluster.until('writes go on', () => load.acknowledged >= goal);
}

test.each([
  ['log', (peer: Peer) => flipIn(join(peer.dataDir, 'log'), '.log'), 1],
  ['pointer to the state', (peer: Peer) => flipIn(join(peer.dataDir, 'state'), 'current'), 0],
  ['superblock', (peer: Peer) => flipIn(peer.dataDir, 'superblock-a'), 0],
] as const)(
  'a peer with a rotten bit in its %s is made whole by the others, and its vote counts again',
  async (_, flip, alarms) => {
    cluster = await Cluster.start({ agents: 0 });
    const [rotten, other] = (await cluster.followers()) as [Peer, Peer];
    const load = new RegisterLoad({
      apis: () => cluster.peerUrls(),
      clients: 4,
      prng: new Prng(1),
    });
    await untilMore(load, 100);
    await rotten.kill();
    await untilMore(load, 20);
    flip(rotten);
    rotten.start();
    await cluster.ready();
    await cluster.until('it is trusted', async () => {
      const { alarms: standing, peers, commitIndex } = await cluster.clusterView(await cluster.leader());
      const match = peers.find(({ id }) => id === rotten.id)?.match ?? 0;
      return standing.length === 0 && match >= commitIndex - 10;
    });
    expect(count(rotten, '"an alarm is raised"')).toBe(alarms);
    expect(count(rotten, '"an alarm is over"')).toBe(alarms);
    await other.kill(); // of two that are left, both are needed
    await untilMore(load, 20);
    await load.stop();
    expect(load.judge(await cluster.list<Setting>('settings'))).toEqual([]);
  },
);
