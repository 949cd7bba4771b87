// kill -9 of a random peer, again and again, under load; then nothing that was acknowledged may be missing anywhere,
// and the state on every disk must be the same.

import { setTimeout as sleep } from 'node:timers/promises';
import { asPeerId } from '../../raft/types.ts';
import { present } from '../../src/lib/assert.ts';
import { Prng } from '../../src/lib/prng.ts';
import type { Setting } from '../../src/protocol/objects.ts';
import { openStorage } from '../../src/storage/open.ts';
import { Cluster } from './cluster.ts';
import { request } from './http.ts';
import type { Peer } from './peer.ts';
import { RegisterLoad } from './register-load.ts';

const clients = 8;
/** A killed peer stays away for up to this long, in milliseconds. */
const awayMs = 300;
/** Writes that must be acknowledged between two kills, at most: with fewer than a majority nothing goes on. */
const writesBetween = 40;
/** In this share of cases the next kill waits until the last victim is ready; else two may be away at once. */
const waitsUntilReady = 0.8;
const waitMs = 60_000;

export interface KillReport {
  readonly kills: number;
  readonly acknowledged: number;
  readonly unknown: number;
  /** Empty when all is well. */
  readonly failures: readonly string[];
}

/** Kills `kills` times; `onKill` hears how far it is. The same seed draws the same victims and pauses. */
export async function runKills(options: {
  readonly kills: number;
  readonly seed: number;
  readonly onKill: (count: number, acknowledged: number) => void;
}): Promise<KillReport> {
  const prng = new Prng(options.seed);
  const cluster = await Cluster.start({ peers: 3, agents: 0 });
  try {
    const load = new RegisterLoad({ apis: () => cluster.peerUrls(), clients, prng: new Prng(options.seed) });
    for (let count = 1; count <= options.kills; count += 1) {
      await killOne(cluster, load, prng);
      options.onKill(count, load.acknowledged);
    }
    await load.stop();
    await cluster.ready();
    const failures = [...(await judgeWrites(cluster, load)), ...(await judgeStates(cluster))];
    return { kills: options.kills, acknowledged: load.acknowledged, unknown: load.unknown, failures };
  } finally {
    await cluster.stop();
  }
}

async function killOne(cluster: Cluster, load: RegisterLoad, prng: Prng): Promise<void> {
  const victim = present(cluster.peers[prng.int({ from: 0, to: cluster.peers.length })], 'a peer was drawn');
  const goal = load.acknowledged + prng.int({ from: 1, to: writesBetween + 1 });
  await victim.kill();
  await sleep(prng.int({ from: 0, to: awayMs + 1 }));
  victim.start();
  await cluster.until('writes go on', () => load.acknowledged >= goal, waitMs);
  if (prng.chance(waitsUntilReady))
    await cluster.until(`${victim.id} is ready`, () => isReady(victim), waitMs);
}

async function isReady(peer: Peer): Promise<boolean> {
  return (await request(`${peer.api}/ready`)).status === 200;
}

async function judgeWrites(cluster: Cluster, load: RegisterLoad): Promise<string[]> {
  const failures: string[] = [];
  for (const peer of cluster.peers) {
    const { body } = await request<{ items: Setting[] }>(`${peer.api}/api/settings`, { timeoutMs: waitMs });
    failures.push(...load.judge(body.items).map((what) => `${peer.id}: ${what}`));
  }
  return failures;
}

/** Stops every peer in order, and compares what their disks hold. */
async function judgeStates(cluster: Cluster): Promise<string[]> {
  const states: string[] = [];
  for (const peer of cluster.peers) {
    const ended = await peer.kill('SIGTERM').then(() => peer.exited);
    if (ended !== 'exit code 0') states.push(`${peer.id} ended with ${ended}`);
  }
  for (const peer of cluster.peers) states.push(await stateOf(peer));
  return new Set(states).size === 1 ? [] : [`the states differ: ${states.join(', ')}`];
}

async function stateOf(peer: Peer): Promise<string> {
  const storage = await openStorage({ directory: peer.dataDir, peerId: asPeerId(peer.id) });
  const { snapshot } = await storage.state.load();
  await storage.close();
  return present(snapshot, 'it has applied something').hash;
}
