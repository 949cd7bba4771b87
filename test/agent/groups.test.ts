// All that a replica starts ends with it: its group, and what left that.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../e2e/until.ts';
import { agentFor, assigned, forever, gateway, isPidAlive, script, temporaryDirectory } from './rig.ts';

test('stopping takes the whole group along: a grandchild that ignores SIGTERM is killed after the grace', async () => {
  const leader = await gateway();
  await agentFor(leader);
  const directory = temporaryDirectory();
  const stubborn = `process.on('SIGTERM', () => {}); require('fs').writeFileSync('pid', String(process.pid)); ${forever}`;
  const parent = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(stubborn)}]); ${forever}`;
  const workload = script(parent, { path: directory, stop: { signal: 'SIGTERM', graceSeconds: 1 } });
  leader.desire(assigned('a', workload));
  const { pid = 0 } = await leader.status('a', { state: 'running' });
  const grandchild = await until(
    'a grandchild',
    () => Number(readFileSync(join(directory, 'pid'), 'utf8')) || undefined,
  );
  leader.desire();
  await leader.status('a', { state: 'exited', reason: 'STOPPED' });
  expect([pid, grandchild].map(isPidAlive)).toEqual([false, false]);
});

test('a grandchild has the whole grace to end in order, though its parent is gone at once', async () => {
  const leader = await gateway();
  await agentFor(leader);
  const directory = temporaryDirectory();
  const orderly = `process.on('SIGTERM', () => setTimeout(() => { require('fs').writeFileSync('saved', ''); process.exit() }, 300));
    require('fs').writeFileSync('up', ''); ${forever}`;
  const parent = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(orderly)}]); ${forever}`;
  leader.desire(assigned('a', script(parent, { path: directory })));
  await until('a grandchild', () => existsSync(join(directory, 'up')));
  leader.desire();
  await leader.status('a', { state: 'exited', reason: 'STOPPED' });
  expect(existsSync(join(directory, 'saved'))).toBe(true);
});

/** Starts `source` in a session of its own, and does not wait for it. */
const leavesGroup = (source: string): string => `
  const child = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(source)}],
    { detached: true, stdio: 'ignore' });
  child.unref();`;
const tell = (pid: string): string => `require('node:fs').writeFileSync(process.env.OUT, String(${pid}));`;
const pidIn = (path: string): Promise<number> =>
  until('a pid', () => existsSync(path) && Number(readFileSync(path, 'utf8')));

test('a grandchild with a session of its own is stopped with its replica, one that ignores SIGTERM after the grace', async () => {
  const leader = await gateway();
  const out = join(temporaryDirectory(), 'pid');
  const stubborn = `process.on('SIGTERM', () => {}); ${tell('process.pid')} ${forever}`;
  const stop = { signal: 'SIGTERM', graceSeconds: 1 } as const;
  const workload = script(`${leavesGroup(stubborn)} ${forever}`, { env: { OUT: out }, stop });
  leader.desire(assigned('a', workload));
  await agentFor(leader);
  const grandchild = await pidIn(out);
  leader.desire({ ...assigned('a', workload), desired: 'stopped' });
  await leader.status('a', { state: 'exited', reason: 'STOPPED' });
  expect(isPidAlive(grandchild)).toBe(false);
});

test('what a program left in the background is gone before it is started again, and nothing of another agent', async () => {
  const leader = await gateway();
  const out = join(temporaryDirectory(), 'pid');
  const env = { ...process.env, ORION_ASSIGNMENT_ID: 'a', ORION_AGENT_ID: 'of-another-cluster' };
  const other = spawn(process.execPath, ['-e', forever], { env, detached: true, stdio: 'ignore' });
  onTestFinished(() => void other.kill('SIGKILL'));
  const source = `${leavesGroup(forever)} ${tell('child.pid')}`;
  leader.desire(assigned('a', script(source, { env: { OUT: out }, restart: 'on-failure' })));
  await agentFor(leader);
  await leader.status('a', { state: 'exited', reason: 'COMPLETED' });
  const left = await pidIn(out);
  await until('what was left is gone', () => !isPidAlive(left));
  expect(isPidAlive(other.pid ?? 0)).toBe(true);
});
