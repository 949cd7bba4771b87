// What has to happen to a cluster so that its peers answer with what they seldom have to.

import type { Cluster } from '../e2e/cluster.ts';
import type { Peer } from '../e2e/peer.ts';
import type { Contract } from './contract.ts';

/** Runs `act` on the leader while every other peer, but `awake`, sleeps: what it appends cannot be committed. */
export async function whileOthersSleep(
  cluster: Cluster,
  act: (leader: Peer) => Promise<unknown>,
  awake?: Peer,
): Promise<void> {
  const leader = await untilLevel(cluster);
  const others = cluster.peers.filter((peer) => peer.running && peer !== leader && peer !== awake);
  for (const peer of others) peer.pause();
  try {
    await act(leader);
  } finally {
    for (const peer of others) peer.resume();
  }
}

/** Every operation is answered with `outcome` when it is asked from that address. */
export async function untilRefused(
  at: { readonly cluster: Cluster; readonly contract: Contract; readonly api: string },
  from: string,
  outcome: string,
): Promise<void> {
  const { cluster, contract, api } = at;
  await cluster.until(`${outcome} is the answer to ${from}`, async () => {
    await contract.expect(api, 'get /livez', outcome, { from });
    return true;
  });
  const names = contract.answering(Number.parseInt(outcome, 10));
  await Promise.all(names.map((name) => contract.expect(api, name, outcome, { from })));
}

/** The leader, once everybody holds what it holds. */
async function untilLevel(cluster: Cluster): Promise<Peer> {
  return cluster.until('every peer holds the whole log', async () => {
    const leader = await cluster.leader();
    const { peers, log } = await cluster.clusterView(leader);
    return peers.every(({ match }) => match === log.lastIndex) && leader;
  });
}
