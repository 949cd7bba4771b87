// The bare reference as a target: three processes, a leader by decree.

import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { present } from '../src/lib/assert.ts';
import { freePorts } from '../test/e2e/ports.ts';
import { killChild, startChild } from './child.ts';
import { settingWrite, type Target } from './target.ts';

const file = fileURLToPath(new URL('./bare.js', import.meta.url));

export async function startBare(): Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), 'orion-bare-'));
  const [leader = 0, ...followers] = await freePorts(3);
  const start = (role: string, port: number, more: readonly number[]) =>
    startChild(process.execPath, [file, role, String(port), join(folder, String(port)), ...more.map(String)]);
  const children = followers.map((port) => start('follower', port, []));
  await Promise.all(children.map((child) => once(child.stdout ?? child, 'data')));
  children.push(start('leader', leader, followers));
  await once(children[2]?.stdout ?? process, 'data');
  return {
    name: 'bare',
    members: () => Promise.resolve({ leader, followers }),
    write: settingWrite,
    pids: () => children.map(({ pid }) => present(pid, 'it runs')),
    stop: async () => {
      await Promise.all(children.map(killChild));
      rmSync(folder, { recursive: true });
    },
  };
}
