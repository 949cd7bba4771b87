// Workloads outlive their agent, and the next agent finds them: the same processes, each once.

import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { defaultTiming } from '../../agent/timing.ts';
import { until } from '../e2e/until.ts';
import type { FakeGateway } from './fake-gateway.ts';
import {
  agentFor,
  assigned,
  forever,
  gateway,
  isPidAlive,
  killServices,
  quick,
  script,
  temporaryDirectory,
} from './rig.ts';

/** An agent in a process of its own; the answer kills it with SIGKILL and resolves when it is gone. */
function agentProcess(leader: FakeGateway, dataDir: string): { kill(): Promise<void> } {
  const options = JSON.stringify({
    peers: [leader.url],
    nodeId: 'node-1',
    dataDir,
    labels: {},
    timing: quick,
  });
  const program = new URL('agent-process.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', 'tsx', program, options], { stdio: 'ignore' });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await gone;
  };
  onTestFinished(async () => {
    await kill();
    killServices(leader);
  });
  return { kill };
}

/** Runs `ids`, kills their agent, and answers their pids. */
async function runAndKill(leader: FakeGateway, dataDir: string, ...ids: string[]): Promise<number[]> {
  const agent = agentProcess(leader, dataDir);
  const pids: number[] = [];
  for (const id of ids) pids.push((await leader.status(id, { state: 'running' })).pid ?? 0);
  await agent.kill();
  return pids;
}

test('N replicas before an agent is killed, the same N processes after it started again', async () => {
  const leader = await gateway();
  const dataDir = temporaryDirectory();
  leader.desire(
    assigned('a', script(forever)),
    assigned('b', script(forever, { ports: [{ name: 'http' }] })),
  );
  const pids = await runAndKill(leader, dataDir, 'a', 'b');
  expect(pids.map(isPidAlive)).toEqual([true, true]);
  const before = leader.statuses.length;
  const earlier = leader.statuses.findLast(
    ({ assignmentId, state }) => assignmentId === 'b' && state === 'running',
  );
  await agentFor(leader, { dataDir });
  const a = await leader.status('a', { state: 'running' }, before);
  const b = await leader.status('b', { state: 'running' }, before);
  expect([a.pid, b.pid]).toEqual(pids);
  expect(b).toMatchObject({ ports: earlier?.ports, startedAt: earlier?.startedAt, restarts: 0 });
  expect(b.sequence).toBeGreaterThan(earlier?.sequence ?? 0);
  expect(leader.hellos.at(-1)?.running.map(({ pid }) => pid)).toEqual(pids);
  expect(new Set(leader.hellos.map(({ agentId }) => agentId)).size).toBe(1);
});

test('a workload writes on while no agent lives, and what it wrote is read afterwards', async () => {
  const leader = await gateway();
  const dataDir = temporaryDirectory();
  leader.desire(assigned('a', script('let n = 0; setInterval(() => console.log(n++), 10)')));
  await runAndKill(leader, dataDir, 'a');
  const path = join(dataDir, 'logs', 'a.log');
  const size = readFileSync(path).length;
  await until('its output goes on', () => readFileSync(path).length > size + 100);
  const lines = readFileSync(path, 'utf8').trim().split('\n').slice(0, -1);
  expect(lines).toEqual(lines.map((_, i) => String(i)));
});

test('an adopted process that ends is noticed: its exit code is unknown, a failure, and the policy holds', async () => {
  const leader = await gateway();
  const dataDir = temporaryDirectory();
  leader.desire(assigned('a', script(`console.log('hello from a'); ${forever}`)));
  const [pid = 0] = await runAndKill(leader, dataDir, 'a');
  const before = leader.statuses.length;
  await agentFor(leader, { dataDir });
  await leader.status('a', { state: 'running' }, before);
  process.kill(pid, 'SIGKILL');
  const failed = await leader.status('a', { state: 'failed', reason: 'EXIT_UNKNOWN' }, before);
  expect(failed.exitCode).toBeUndefined();
  expect(failed.message).toContain('hello from a');
  const again = await leader.status(
    'a',
    ({ state, restarts }) => state === 'running' && restarts === 1,
    before,
  );
  expect(again.pid).not.toBe(pid);
});

test('an adopted process is stopped like any other', async () => {
  const leader = await gateway();
  const dataDir = temporaryDirectory();
  leader.desire(assigned('a', script(forever)));
  const [pid = 0] = await runAndKill(leader, dataDir, 'a');
  await agentFor(leader, { dataDir });
  leader.desire();
  await leader.status('a', { state: 'exited', reason: 'STOPPED' });
  expect(isPidAlive(pid)).toBe(false);
});

test('an agent that died between a start and its record finds the process by its mark, and starts no second one', async () => {
  const leader = await gateway();
  const dataDir = temporaryDirectory();
  leader.desire(assigned('a', script(forever)), assigned('b', script(forever)));
  const pids = await runAndKill(leader, dataDir, 'a', 'b');
  const path = join(dataDir, 'replicas', 'a.json');
  const record = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(
    path,
    JSON.stringify({ ...record, replica: { ...record.replica, phase: { kind: 'launching' } } }),
  );
  writeFileSync(join(dataDir, 'replicas', 'b.json'), 'torn {');
  const before = leader.statuses.length;
  await agentFor(leader, { dataDir });
  const found = [];
  for (const id of ['a', 'b']) found.push((await leader.status(id, { state: 'running' }, before)).pid);
  expect(found).toEqual(pids);
});

test('a pid that another process has by now is not adopted', async () => {
  const leader = await gateway();
  const dataDir = temporaryDirectory();
  leader.desire(assigned('a', script(forever)));
  const [pid = 0] = await runAndKill(leader, dataDir, 'a');
  process.kill(pid, 'SIGKILL');
  const path = join(dataDir, 'replicas', 'a.json');
  const stranger = spawn(process.execPath, ['-e', forever], { detached: true, stdio: 'ignore' });
  onTestFinished(() => void stranger.kill('SIGKILL'));
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll(`"pid":${pid}`, `"pid":${stranger.pid}`));
  const before = leader.statuses.length;
  await agentFor(leader, { dataDir });
  const again = await leader.status('a', { state: 'running' }, before);
  expect(again.restarts).toBe(1);
  expect(again.pid).not.toBe(stranger.pid);
  leader.desire();
  await leader.status('a', { state: 'exited' }, before);
  expect(isPidAlive(stranger.pid ?? 0)).toBe(true);
});

test('an agent that returns starts nothing that runs elsewhere by now: it asks its leader first', async () => {
  const leader = await gateway();
  const dataDir = temporaryDirectory();
  leader.desire(assigned('a', script(forever)));
  const [pid = 0] = await runAndKill(leader, dataDir, 'a');
  process.kill(pid, 'SIGKILL');
  leader.desire(); // Lost, and placed elsewhere.
  const before = leader.statuses.length;
  await agentFor(leader, { dataDir, timing: { ...quick, restartBackoff: { baseMs: 1, maxMs: 1 } } });
  await leader.status('a', { state: 'exited' }, before);
  expect(leader.statuses.slice(before).filter(({ pid }) => pid !== undefined)).toEqual([]);
});

test('without any peer an agent adopts what lives, and after a while starts what does not', async () => {
  const leader = await gateway();
  const dataDir = temporaryDirectory();
  const marker = join(dataDir, 'starts');
  const source = `require('fs').appendFileSync(${JSON.stringify(marker)}, process.pid + '\\n'); ${forever}`;
  appendFileSync(marker, '');
  leader.desire(assigned('a', script(source)), assigned('b', script(forever)));
  const [a = 0, b = 0] = await runAndKill(leader, dataDir, 'a', 'b');
  process.kill(a, 'SIGKILL');
  const starts = (): string[] => readFileSync(marker, 'utf8').trim().split('\n');
  await leader.close();
  await agentFor(leader, { dataDir, timing: { ...quick, launchHoldMs: 300 } });
  await until('it is started again', () => starts().length === 2);
  expect(isPidAlive(b)).toBe(true);
  expect(defaultTiming.launchHoldMs).toBeGreaterThan(10_000);
});

test('when no peer answers any more, everything keeps running, and what crashes is restarted', async () => {
  const leader = await gateway();
  await agentFor(leader);
  const marker = join(temporaryDirectory(), 'starts');
  const source = `require('fs').appendFileSync(${JSON.stringify(marker)}, process.pid + '\\n'); ${forever}`;
  leader.desire(assigned('a', script(forever)), assigned('b', script(source)));
  const { pid: a = 0 } = await leader.status('a', { state: 'running' });
  const { pid: b = 0 } = await leader.status('b', { state: 'running' });
  await leader.close();
  process.kill(b, 'SIGKILL');
  await until('it is started again', () => readFileSync(marker, 'utf8').trim().split('\n').length === 2);
  expect(isPidAlive(a)).toBe(true);
});

test('stopping an agent leaves its services running', async () => {
  const leader = await gateway();
  const first = await agentFor(leader);
  leader.desire(assigned('a', script(forever)));
  const { pid = 0 } = await leader.status('a', { state: 'running' });
  await first.stop();
  await until('a goodbye', () => leader.messages.some(({ type }) => type === 'goodbye'));
  expect(isPidAlive(pid)).toBe(true);
  const before = leader.statuses.length;
  await agentFor(leader, { dataDir: first.dataDir });
  expect((await leader.status('a', { state: 'running' }, before)).pid).toBe(pid);
});

test('an end for good stays one after a restart: a replica that is never restarted is not started again', async () => {
  const leader = await gateway();
  const first = await agentFor(leader);
  leader.desire(assigned('a', script('process.exit(4)', { restart: 'never' })));
  await leader.status('a', { state: 'failed' });
  await first.stop();
  const before = leader.statuses.length;
  await agentFor(leader, { dataDir: first.dataDir });
  leader.desire(
    assigned('a', script('process.exit(4)', { restart: 'never' })),
    assigned('b', script(forever)),
  );
  await leader.status('b', { state: 'running' }, before);
  const later = leader.statuses.slice(before).filter(({ assignmentId }) => assignmentId === 'a');
  expect(new Set(later.map(({ state, exitCode }) => `${state} ${exitCode}`))).toEqual(new Set(['failed 4']));
});
