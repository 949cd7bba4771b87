// orion as a target: three real peers, no agent.

import { Cluster, type Peer } from '../test/e2e/cluster.ts';
import { settingWrite, type FailoverTarget } from './target.ts';

const portOf = (peer: Peer): number => Number(new URL(peer.api).port);

export async function startOrion(): Promise<FailoverTarget> {
  const cluster = await Cluster.start({ peers: 3, agents: 0 });
  let killed: Peer | undefined;
  return {
    name: 'orion',
    members: async () => {
      const leader = await cluster.leader();
      return {
        leader: portOf(leader),
        followers: cluster.peers.filter((peer) => peer !== leader).map(portOf),
      };
    },
    write: settingWrite,
    killLeader: async () => {
      const leader = await cluster.leader();
      killed = leader;
      process.kill(leader.pid, 'SIGKILL');
      return cluster.peers.filter((peer) => peer !== leader).map(portOf);
    },
    heal: async () => {
      await killed?.exited;
      killed?.start();
      await cluster.ready();
    },
    stop: () => cluster.stop(),
  };
}
