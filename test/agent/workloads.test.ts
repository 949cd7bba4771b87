// What an agent does with the processes it is given, against a leader that the test plays.

import { createServer, type AddressInfo } from 'node:net';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  agentFor,
  assigned,
  forever,
  gateway,
  isPidAlive,
  quick,
  script,
  temporaryDirectory,
} from './rig.ts';
import { until } from '../e2e/until.ts';

/** What a workload writes as JSON, once it has. */
const written = (path: string): Promise<Record<string, string> | string[]> =>
  until(`${path} is there`, () => JSON.parse(readFileSync(path, 'utf8')));

test('a replica that was assigned runs, is reported with its pid, and stops when it is not desired any more', async () => {
  const leader = await gateway();
  await agentFor(leader);
  leader.desire(assigned('a', script(forever)));
  const starting = await leader.status('a', { state: 'starting' });
  const running = await leader.status('a', { state: 'running' });
  expect(isPidAlive(running.pid ?? 0)).toBe(true);
  expect(running.sequence).toBeGreaterThan(starting.sequence);
  leader.desire({ ...assigned('a', script(forever)), desired: 'stopped' });
  await leader.status('a', { state: 'stopping' });
  await leader.status('a', { state: 'exited', reason: 'STOPPED' });
  expect(isPidAlive(running.pid ?? 0)).toBe(false);
});

test('"starting" is not "running": a process that ends at once is never reported running', async () => {
  const leader = await gateway();
  await agentFor(leader, { timing: { ...quick, aliveMs: 10_000 } });
  leader.desire(assigned('a', script('process.exit(1)', { restart: 'never' })));
  await leader.status('a', { state: 'failed', reason: 'CRASHED', exitCode: 1 });
  expect(leader.statuses.map(({ state }) => state)).not.toContain('running');
});

test('a replica that was stopped is never relaunched for having been stopped, whatever its exit code says', async () => {
  const leader = await gateway();
  await agentFor(leader);
  const workload = script(`process.on('SIGTERM', () => process.exit(7)); console.log('up'); ${forever}`);
  leader.desire(assigned('a', workload));
  await leader.status('a', { state: 'running' });
  leader.desire({ ...assigned('a', workload), desired: 'stopped' });
  const end = await leader.status('a', { state: 'exited' });
  expect(end).toMatchObject({ reason: 'STOPPED', restarts: 0 });
  leader.desire({ ...assigned('a', workload), desired: 'stopped' }, assigned('b', script(forever)));
  await leader.status('b', { state: 'running' });
  expect(leader.statuses.findLast(({ assignmentId }) => assignmentId === 'a')).toEqual(end);
});

test('exit 0 is restarted when the policy says always', async () => {
  const leader = await gateway();
  await agentFor(leader);
  leader.desire(assigned('a', script('process.exit(0)', { restart: 'always' })));
  await leader.status('a', { state: 'exited', reason: 'COMPLETED', exitCode: 0 });
  const again = await leader.status('a', ({ pid, restarts }) => pid !== undefined && restarts === 2);
  expect(again.state).toBe('starting');
});

test('exit 0 is an end when the policy says on-failure, and so is any exit when it says never', async () => {
  const leader = await gateway();
  const { dataDir } = await agentFor(leader);
  leader.desire(
    assigned('done', script('process.exit(0)', { restart: 'on-failure' })),
    assigned('dead', script('process.exit(3)', { restart: 'never' })),
  );
  await leader.status('done', { state: 'exited', reason: 'COMPLETED' });
  await leader.status('dead', { state: 'failed', exitCode: 3 });
  const phase = (id: string): string =>
    JSON.parse(readFileSync(join(dataDir, 'replicas', `${id}.json`), 'utf8')).replica.phase.kind;
  expect([phase('done'), phase('dead')]).toEqual(['ended', 'ended']);
});

test('a crash loop shows itself as such, with its exit code and the last lines', async () => {
  const leader = await gateway();
  await agentFor(leader);
  leader.desire(assigned('a', script(`console.log('no database'); process.exit(9)`)));
  const loop = await leader.status('a', { reason: 'CRASH_LOOP' });
  expect(loop).toMatchObject({ state: 'failed', exitCode: 9 });
  expect(loop.message).toContain('exited with code 9');
  expect(loop.message).toContain('no database');
});

test('a replica killed by a signal says by which', async () => {
  const leader = await gateway();
  await agentFor(leader);
  leader.desire(
    assigned('a', script(`process.kill(process.pid, 'SIGKILL'); ${forever}`, { restart: 'never' })),
  );
  const end = await leader.status('a', { state: 'failed' });
  expect(end).toMatchObject({ exitCode: 137 });
  expect(end.message).toContain('SIGKILL');
});

test('a command or a directory that does not exist is a typed failure of that replica; the agent and the others live', async () => {
  const leader = await gateway();
  await agentFor(leader);
  leader.desire(
    assigned('a', script('', { command: ['/no/such/program'] })),
    assigned('b', script(forever, { path: '/no/such/directory' })),
    assigned('c', script('', { command: ['node', 'nul\0byte'] })),
    assigned('d', script(forever)),
  );
  const a = await leader.status('a', { state: 'failed', reason: 'SPAWN_FAILED' });
  expect(a.message).toContain('/no/such/program');
  const b = await leader.status('b', { state: 'failed', reason: 'SPAWN_FAILED' });
  expect(b.message).toContain('/no/such/directory');
  await leader.status('c', { state: 'failed', reason: 'SPAWN_FAILED' });
  await leader.status('d', { state: 'running' });
  await leader.status('a', ({ restarts }) => restarts > 1);
});

test('a script whose first line names what is not there is told from one that is not there itself', async () => {
  const leader = await gateway();
  await agentFor(leader);
  const path = temporaryDirectory();
  writeFileSync(join(path, 'run.sh'), '#!/bin/sh\r\nexit 0\r\n', { mode: 0o700 });
  leader.desire(
    assigned('a', script('', { path, command: ['./run.sh'] })),
    assigned('b', script('', { path, command: ['./ran.sh'] })),
  );
  const a = await leader.status('a', { state: 'failed', reason: 'SPAWN_FAILED' });
  expect(a.message).toMatch(/^what runs the program \.\/run\.sh was not found .* first line/);
  const b = await leader.status('b', { state: 'failed', reason: 'SPAWN_FAILED' });
  expect(b.message).toMatch(/^the program \.\/ran\.sh was not found/);
});

test('quoted arguments survive byte for byte, and nothing goes through a shell', async () => {
  const leader = await gateway();
  await agentFor(leader);
  const directory = temporaryDirectory();
  const args = ['two words', '$HOME', '"quoted"', "it's", '*', '', '; exit 1', 'ünï', '\n', '--flag=a b'];
  const source = `require('fs').writeFileSync('args', JSON.stringify(process.argv.slice(1))); ${forever}`;
  const command = [process.execPath, '-e', source, '--', ...args.slice(0, 3)];
  leader.desire(assigned('a', script('', { path: directory, command, args: args.slice(3) })));
  await leader.status('a', { state: 'running' });
  expect(await written(join(directory, 'args'))).toEqual(args);
});

test('N replicas on one machine have N ports of their own, kept over restarts and told in the environment', async () => {
  const leader = await gateway();
  await agentFor(leader);
  const directory = temporaryDirectory();
  const source = `const fs = require('fs'); const e = process.env;
    fs.appendFileSync('seen-' + e.ORION_REPLICA_INDEX, JSON.stringify([e.PORT, e.PORT_HTTP, e.PORT_ADMIN_UI]) + '\\n');
    require('http').createServer().listen(Number(e.PORT), '127.0.0.1', () => setTimeout(() => process.exit(1), 150));`;
  const workload = script(source, { path: directory, ports: [{ name: 'http' }, { name: 'admin-ui' }] });
  const ids = ['a', 'b', 'c', 'd'];
  leader.desire(...ids.map((id, index) => assigned(id, workload, index)));
  for (const id of ids)
    await leader.status(id, ({ state, restarts }) => state === 'starting' && restarts === 2);
  const used: number[] = [];
  for (const [index, id] of ids.entries()) {
    const status = await leader.status(id, ({ pid }) => pid !== undefined);
    const lines = new Set(
      readFileSync(join(directory, `seen-${index}`), 'utf8')
        .trim()
        .split('\n'),
    );
    const { http = 0, 'admin-ui': admin = 0 } = status.ports;
    expect([...lines]).toEqual([JSON.stringify([String(http), String(http), String(admin)])]);
    used.push(http, admin);
  }
  expect(new Set(used).size).toBe(8);
});

test('a fixed port that somebody else listens on is PORT_IN_USE until it is free', async () => {
  const leader = await gateway();
  await agentFor(leader);
  const blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
  const { port } = blocker.address() as AddressInfo;
  leader.desire(assigned('a', script(forever, { ports: [{ name: 'http', port }] })));
  const failed = await leader.status('a', { state: 'failed', reason: 'PORT_IN_USE' });
  expect(failed.message).toContain(String(port));
  await new Promise((resolve) => blocker.close(resolve));
  const running = await leader.status('a', { state: 'running' });
  expect(running.ports).toEqual({ http: port });
});

test('a workload gets what orion says of it, its own environment, and nothing of the agent’s beyond a short list', async () => {
  process.env['ORION_TEST_SECRET'] = 'secret';
  const leader = await gateway();
  await agentFor(leader);
  const directory = temporaryDirectory();
  const source = `require('fs').writeFileSync('env', JSON.stringify(process.env)); ${forever}`;
  const workload = script(source, { path: directory, env: { GREETING: 'a=b c', ORION_NODE_ID: 'forged' } });
  leader.desire(assigned('web-2-x', workload, 2));
  const seen = await written(join(directory, 'env'));
  delete process.env['ORION_TEST_SECRET'];
  expect(seen).toMatchObject({
    GREETING: 'a=b c',
    ORION_MANAGED: 'true',
    ORION_SERVICE_NAME: 'web',
    ORION_REPLICA_ID: 'web-2',
    ORION_REPLICA_INDEX: '2',
    ORION_ASSIGNMENT_ID: 'web-2-x',
    ORION_NODE_ID: 'node-1',
  });
  expect(seen).not.toHaveProperty('ORION_TEST_SECRET');
  expect(seen).not.toHaveProperty('PORT');
});

test('an assignment that leaves the set is stopped, reported, and forgotten with its record and its log', async () => {
  const leader = await gateway();
  const { dataDir } = await agentFor(leader);
  leader.desire(assigned('a', script(`console.log('x'); ${forever}`)), assigned('b', script(forever)));
  const { pid = 0 } = await leader.status('a', { state: 'running' });
  await leader.status('b', { state: 'running' });
  leader.desire(assigned('b', script(forever)));
  await leader.status('a', { state: 'exited', reason: 'STOPPED' });
  expect(isPidAlive(pid)).toBe(false);
  await until('it is forgotten', () => !existsSync(join(dataDir, 'replicas', 'a.json')));
  expect(existsSync(join(dataDir, 'logs', 'a.log'))).toBe(false);
  expect(existsSync(join(dataDir, 'replicas', 'b.json'))).toBe(true);
});

test('ids are compared whole: web-1 is not web-10, and an id with slashes stays within the directory', async () => {
  const leader = await gateway();
  const { dataDir } = await agentFor(leader);
  leader.desire(...['web-1', 'web-10', '../../escape', '..'].map((id) => assigned(id, script(forever))));
  for (const id of ['web-1', 'web-10', '../../escape', '..']) await leader.status(id, { state: 'running' });
  const before = leader.statuses.length;
  leader.desire(...['web-10', '../../escape', '..'].map((id) => assigned(id, script(forever))));
  await leader.status('web-1', { state: 'exited' });
  expect(leader.statuses.slice(before).every(({ assignmentId }) => assignmentId === 'web-1')).toBe(true);
  expect(existsSync(join(dataDir, 'replicas', '..%2F..%2Fescape.json'))).toBe(true);
});

test('a node that cannot save its set stops what it should, says what it cannot start, and starts it once it can', async () => {
  const leader = await gateway();
  leader.desire(assigned('a', script(forever)), assigned('b', script(forever)));
  const agent = await agentFor(leader);
  for (const id of ['a', 'b']) await leader.status(id, { state: 'running' });
  const inTheWay = join(agent.dataDir, 'desired.json.new');
  mkdirSync(inTheWay);
  leader.desire(assigned('b', script(forever)), assigned('c', script(forever)));
  await leader.status('a', { state: 'exited', reason: 'STOPPED' });
  const { message } = await leader.status('c', { state: 'failed', reason: 'SET_NOT_SAVED' });
  expect(message).toContain('EISDIR');
  rmdirSync(inTheWay);
  await leader.status('c', { state: 'running' });
  expect(leader.hellos).toHaveLength(1);
  const told = leader.statuses.filter(({ reason }) => reason === 'SET_NOT_SAVED');
  expect(told).toHaveLength(1);
});

test('stopAll ends the services with the agent; the next start runs them again', async () => {
  const leader = await gateway();
  const first = await agentFor(leader);
  leader.desire(assigned('a', script(forever)), assigned('b', script('process.exit(1)')));
  const { pid = 0 } = await leader.status('a', { state: 'running' });
  await leader.status('b', { state: 'failed' });
  await first.stopAll();
  expect(isPidAlive(pid)).toBe(false);
  const before = leader.statuses.length;
  await agentFor(leader, { dataDir: first.dataDir });
  const again = await leader.status('a', { state: 'running' }, before);
  expect(again.pid).not.toBe(pid);
});
