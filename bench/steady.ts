// Whether a saturated cluster keeps its leader: writes from many connections without a pause, and after them the number of
// elections beside that of the stalls that the peers recorded. An election without a stall before it is a defect.

import { readFileSync } from 'node:fs';
import { Cluster } from '../test/e2e/cluster.ts';
import type { Peer } from '../test/e2e/peer.ts';
import { runLoad } from './run-load.ts';
import { settingWrite } from './target.ts';

const connections = 64;
const warmupMs = 2_000;

export async function benchSteady(minutes: number): Promise<void> {
  const cluster = await Cluster.start({ peers: 3, agents: 1 });
  try {
    const leader = await cluster.leader();
    const before = await cluster.clusterView(leader);
    const target = {
      members: async () => ({ leader: Number(new URL(leader.api).port), followers: [] }),
      write: settingWrite,
    };
    const result = await runLoad(target, { connections, warmupMs, runMs: minutes * 60_000 });
    const after = await cluster.clusterView(leader);
    const row = {
      bench: 'steady',
      minutes,
      connections,
      ...result,
      elections: after.term - before.term,
      stallsMs: cluster.peers.flatMap(stallsOf),
    };
    process.stdout.write(`${JSON.stringify(row)}\n`);
  } finally {
    await cluster.stop();
  }
}

/** How long each of a peer's recorded stalls was. */
function stallsOf(peer: Peer): number[] {
  const lines = readFileSync(peer.logFile, 'utf8').split('\n').filter(Boolean);
  return lines.flatMap((line) => {
    const { msg, ms } = JSON.parse(line) as { readonly msg: string; readonly ms?: number };
    return msg === 'this process stood still' && ms !== undefined ? [ms] : [];
  });
}
