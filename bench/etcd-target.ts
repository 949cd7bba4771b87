// etcd as a target, where it is installed: three members, the JSON gateway. A measure, not a dependency.

import { spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { present } from '../src/lib/assert.ts';
import { request } from '../test/e2e/http.ts';
import { freePorts } from '../test/e2e/ports.ts';
import { until } from '../test/e2e/until.ts';
import { killChild, startChild } from './child.ts';
import { keyCount, valueOf, type FailoverTarget, type WriteRequest } from './target.ts';

interface Member {
  readonly id: string;
  readonly clientPort: number;
  readonly args: readonly string[];
  child: ChildProcess | undefined;
}

interface Status {
  readonly header: { readonly member_id: string };
  readonly leader?: string;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function etcdWrite(i: number): WriteRequest {
  const body = { key: base64(`bench-${i % keyCount}`), value: base64(valueOf(i)) };
  return { method: 'POST', path: '/v3/kv/put', body: JSON.stringify(body) };
}

export const etcdIsInstalled = (): boolean => spawnSync('etcd', ['--version']).status === 0;

export async function startEtcd(): Promise<FailoverTarget> {
  const folder = mkdtempSync(join(tmpdir(), 'orion-etcd-'));
  const members = describeMembers(folder, await freePorts(6));
  const start = (member: Member): void => {
    member.child = startChild('etcd', member.args);
  };
  for (const member of members) start(member);
  const leader = (): Promise<Member> => until('etcd has a leader', () => findLeader(members), 60_000);
  await leader();
  let struck: Member | undefined;
  return {
    name: 'etcd',
    members: async () => {
      const { clientPort } = await leader();
      const others = members.map((one) => one.clientPort).filter((port) => port !== clientPort);
      return { leader: clientPort, followers: others };
    },
    write: etcdWrite,
    pids: () => members.map(({ child }) => present(child?.pid, 'it runs')),
    causes: ['killed', 'stopped', 'paused'],
    strike: async (cause) => {
      const struckMember = await leader();
      const id = (await status(struckMember)).header.member_id;
      const other = present(
        members.find((member) => member !== struckMember),
        'there are others',
      );
      struck = struckMember;
      struckMember.child?.kill(cause === 'killed' ? 'SIGKILL' : cause === 'stopped' ? 'SIGTERM' : 'SIGSTOP');
      const isFollowedUp = async (): Promise<boolean> => {
        const { leader: now } = await status(other);
        return now !== undefined && now !== '0' && now !== id;
      };
      return { atMs: performance.now(), isFollowedUp };
    },
    heal: async () => {
      const member = present(struck, 'a member was struck');
      await killChild(present(member.child, 'it ran'));
      start(member);
      await until('every member answers', () => allAnswer(members), 60_000);
    },
    stop: async () => {
      await Promise.all(members.map(({ child }) => killChild(present(child, 'it ran'))));
      rmSync(folder, { recursive: true });
    },
  };
}

function describeMembers(folder: string, ports: readonly number[]): Member[] {
  const url = (i: number): string => `http://127.0.0.1:${ports[i]}`;
  const initial = [0, 1, 2].map((i) => `m${i}=${url(i + 3)}`).join(',');
  return [0, 1, 2].map((i) => ({
    id: `m${i}`,
    clientPort: present(ports[i], 'six ports were drawn'),
    child: undefined,
    args: Object.entries({
      name: `m${i}`,
      'data-dir': join(folder, `m${i}`),
      logger: 'zap',
      'log-outputs': join(folder, `m${i}.log`),
      'listen-client-urls': url(i),
      'advertise-client-urls': url(i),
      'listen-peer-urls': url(i + 3),
      'initial-advertise-peer-urls': url(i + 3),
      'initial-cluster': initial,
      'initial-cluster-state': 'new',
    }).flatMap(([key, value]) => [`--${key}`, value]),
  }));
}

async function status(member: Member): Promise<Status> {
  const url = `http://127.0.0.1:${member.clientPort}/v3/maintenance/status`;
  return (await request<Status>(url, { method: 'POST', body: {}, timeoutMs: 1_000 })).body;
}

async function findLeader(members: readonly Member[]): Promise<Member | undefined> {
  for (const member of members) {
    const { header, leader } = await status(member);
    if (leader === header.member_id) return member;
  }
  return undefined;
}

async function allAnswer(members: readonly Member[]): Promise<boolean> {
  const answers = await Promise.all(members.map(status));
  return answers.every(({ leader }) => leader !== undefined && leader === answers[0]?.leader);
}
