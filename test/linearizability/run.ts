// A real cluster under clients that use settings at once, while leaders and followers are killed and paused; what the clients
// were told must be linearizable.

import { setTimeout as sleep } from 'node:timers/promises';
import { present, unreachable } from '../../src/lib/assert.ts';
import { Prng } from '../../src/lib/prng.ts';
import { Cluster } from '../e2e/cluster.ts';
import { SettingClients } from './clients.ts';
import { judgeSettings } from './settings.ts';

const clientCount = 8;
/** A peer stays away for so long, in milliseconds: shorter and longer than an election takes. */
const awayMs = { from: 50, to: 2_000 };
/** Requests that must have ended between two strikes: with fewer than a majority nothing goes on. */
const requestsBetween = 120;
const waitMs = 60_000;

const strikes = ['kill the leader', 'pause the leader', 'kill a follower', 'pause a follower'] as const;
type Strike = (typeof strikes)[number];

export interface LinearizabilityReport {
  readonly operations: number;
  readonly unknown: number;
  readonly strikes: Readonly<Record<Strike, number>>;
  /** Empty when all is well. */
  readonly failures: readonly string[];
}

/** Strikes until `seconds` are over, each kind at least once. The same seed draws the same strikes. */
export async function runLinearizability(options: {
  readonly seconds: number;
  readonly seed: number;
}): Promise<LinearizabilityReport> {
  const prng = new Prng(options.seed);
  const cluster = await Cluster.start({ peers: 3, agents: 0 });
  try {
    const apis = cluster.peerUrls();
    const clients = new SettingClients({ apis, clients: clientCount, prng: new Prng(options.seed) });
    const counts: Record<Strike, number> = {
      'kill the leader': 0,
      'pause the leader': 0,
      'kill a follower': 0,
      'pause a follower': 0,
    };
    const endMs = performance.now() + options.seconds * 1_000;
    const toCome = new Set(strikes);
    while (toCome.size > 0 || performance.now() < endMs) {
      const strike = pick(prng, toCome.size > 0 ? [...toCome] : strikes);
      toCome.delete(strike);
      counts[strike] += 1;
      await carryOut(strike, cluster, prng);
      const goal = clients.history.length + requestsBetween;
      await cluster.until('requests go on', () => clients.history.length >= goal, waitMs);
    }
    await clients.stop();
    const { history, surprises, unknown } = clients;
    const failures = [...surprises, ...judgeSettings(history)];
    return { operations: history.length, unknown, strikes: counts, failures };
  } finally {
    await cluster.stop();
  }
}

async function carryOut(strike: Strike, cluster: Cluster, prng: Prng): Promise<void> {
  const leader = await cluster.leader();
  const followers = await cluster.followers();
  const victim = strike.endsWith('the leader') ? leader : pick(prng, followers);
  switch (strike) {
    case 'kill the leader':
    case 'kill a follower':
      await victim.kill();
      await sleep(prng.int(awayMs));
      return victim.start();
    case 'pause the leader':
    case 'pause a follower':
      victim.pause();
      await sleep(prng.int(awayMs));
      return victim.resume();
    default:
      return unreachable(strike);
  }
}

const pick = <T>(prng: Prng, among: readonly T[]): T =>
  present(among[prng.int({ from: 0, to: among.length })], 'there is one');
