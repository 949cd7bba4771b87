// orion as a target: three real peers, no agent.

import type { ChildProcess } from 'node:child_process';
import { present } from '../src/lib/assert.ts';
import { Cluster } from '../test/e2e/cluster.ts';
import type { Peer } from '../test/e2e/peer.ts';
import { breakSyncs, canTrace, endTracer } from '../test/e2e/strace.ts';
import { settingWrite, type Cause, type FailoverTarget } from './target.ts';

const portOf = (peer: Peer): number => Number(new URL(peer.api).port);

export async function startOrion(): Promise<FailoverTarget> {
  const cluster = await Cluster.start({ peers: 3, agents: 0 });
  let struck: Peer | undefined;
  let tracer: ChildProcess | undefined;
  const always: readonly Cause[] = ['killed', 'stopped', 'paused'];
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
    pids: () => cluster.peers.map(({ pid }) => pid),
    causes: canTrace ? [...always, 'disk hangs'] : always,
    strike: async (cause) => {
      const leader = await cluster.leader();
      struck = leader;
      if (cause === 'disk hangs') tracer = await breakSyncs(leader.pid, 'hangs');
      else process.kill(leader.pid, signals[cause]);
      const atMs = performance.now();
      const other = present(
        cluster.peers.find((peer) => peer !== leader),
        'there are others',
      );
      const isFollowedUp = async (): Promise<boolean> => {
        const { leader: now } = await cluster.clusterView(other);
        return now !== null && now !== leader.id;
      };
      return { atMs, isFollowedUp };
    },
    heal: async () => {
      const peer = present(struck, 'a leader was struck');
      if (tracer !== undefined) await endTracer(tracer);
      tracer = undefined;
      await peer.kill();
      peer.start();
      await cluster.ready();
    },
    stop: () => cluster.stop(),
  };
}

const signals = { killed: 'SIGKILL', stopped: 'SIGTERM', paused: 'SIGSTOP' } as const;
