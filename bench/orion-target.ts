// orion as a target: three real peers, no agent.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { present } from '../src/lib/assert.ts';
import { Cluster } from '../test/e2e/cluster.ts';
import type { Peer } from '../test/e2e/peer.ts';
import { until } from '../test/e2e/until.ts';
import { settingWrite, type Cause, type FailoverTarget } from './target.ts';

const portOf = (peer: Peer): number => Number(new URL(peer.api).port);

const canTrace = (): boolean =>
  spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0 && process.getuid?.() === 0;

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
    causes: canTrace() ? [...always, 'disk hangs'] : always,
    strike: async (cause) => {
      const leader = await cluster.leader();
      struck = leader;
      if (cause === 'disk hangs') tracer = await hangDisk(leader.pid);
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
      tracer?.kill('SIGKILL');
      await peer.kill();
      peer.start();
      await cluster.ready();
    },
    stop: () => cluster.stop(),
  };
}

const signals = { killed: 'SIGKILL', stopped: 'SIGTERM', paused: 'SIGSTOP' } as const;

/** From now on no sync of that process ends. */
async function hangDisk(pid: number): Promise<ChildProcess> {
  const hang = ['-e', 'trace=fdatasync,fsync', '-e', 'inject=fdatasync,fsync:delay_enter=600s'];
  const tracer = spawn('strace', ['-f', '-q', ...hang, '-o', '/dev/null', '-p', String(pid)]);
  await until('the process is traced', () =>
    /^TracerPid:\t[1-9]/mu.test(readFileSync(`/proc/${pid}/status`, 'utf8')),
  );
  return tracer;
}
