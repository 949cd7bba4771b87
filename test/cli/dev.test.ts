import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Child } from '../../src/cli/dev/child.ts';
import { writeDevState, type DevState } from '../../src/cli/dev/dev-state.ts';
import { openDevFolder } from '../../src/cli/dev/folder.ts';
import { isAlive, ownIdentity } from '../../src/cli/dev/process-identity.ts';
import { until } from '../e2e/until.ts';

let folder = '';
const servers: Server[] = [];
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orion-dev-'));
});
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

function listen(port: number): Promise<void> {
  const server = createServer();
  servers.push(server);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}

const state = (dev: DevState['dev']): DevState => ({
  dev,
  config: 'cluster.toml',
  peers: [{ id: 'peer-1', pid: 1, running: true, dataDir: '/d', api: 'http://127.0.0.1:1', raft: 'r:1' }],
  agents: [],
});

test('a new folder gets ports of its own, and keeps them', async () => {
  const first = await openDevFolder(folder, 3);
  const again = await openDevFolder(folder, undefined);
  expect(first.config.peers.map((peer) => peer.id)).toEqual(['peer-1', 'peer-2', 'peer-3']);
  expect(again.config).toEqual(first.config);
});

test.each(['/proc/nope/deep', '/proc'])(
  'a folder that cannot be used is an error that names it: %s',
  async (path) => {
    await expect(openDevFolder(path, 1)).rejects.toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: expect.stringContaining(`${path} cannot`) as string,
      }),
    );
  },
);

test('a number of peers that makes no cluster is refused before anything is written', async () => {
  await expect(openDevFolder(folder, 2)).rejects.toMatchObject({ code: 'USAGE' });
  expect((await openDevFolder(folder, 1)).config.peers).toHaveLength(1);
});

test('ports in use are passed over', async () => {
  const other = join(folder, 'a');
  const { config } = await openDevFolder(other, 1);
  const taken = Number(new URL(config.peers[0]?.api ?? '').port);
  await listen(taken);
  const { config: second } = await openDevFolder(join(folder, 'b'), 1);
  expect(Number(new URL(second.peers[0]?.api ?? '').port)).toBeGreaterThan(taken);
});

test('a port of a known folder that somebody else holds is an error that names it', async () => {
  const { config } = await openDevFolder(folder, 1);
  const { port } = new URL(config.peers[0]?.api ?? '');
  await listen(Number(port));
  await expect(openDevFolder(folder, undefined)).rejects.toThrow(`port ${port} of peer-1`);
});

test('a folder is not reopened with another number of peers', async () => {
  await openDevFolder(folder, 1);
  await expect(openDevFolder(folder, 3)).rejects.toThrow('holds a cluster of 1 peers');
});

test('two devs do not share a folder', async () => {
  await openDevFolder(folder, 1);
  writeDevState(folder, state(ownIdentity()));
  await expect(openDevFolder(folder, undefined)).rejects.toThrow(`already (pid ${process.pid})`);
});

test('a folder whose dev was killed is opened again, also when its pid was given to somebody else', async () => {
  await openDevFolder(folder, 1);
  writeDevState(folder, state({ pid: process.pid, started: '1' }));
  await expect(openDevFolder(folder, undefined)).resolves.toBeDefined();
  const gone = spawn(process.execPath, ['--version']);
  await once(gone, 'exit');
  expect(isAlive({ pid: gone.pid ?? 0, started: '' })).toBe(false);
});

function childOf(script: string, onExit: (how: string) => void = () => {}): Child {
  const mainFile = join(folder, 'main.mjs');
  writeFileSync(mainFile, script);
  const id = 'peer-1';
  return new Child({
    id,
    mainFile,
    args: ['go', "it's"],
    dataDir: folder,
    logFile: join(folder, 'log'),
    onExit,
  });
}

test('a child is asked to stop over its channel, even while it is paused', async () => {
  const ends: string[] = [];
  const child = childOf(
    "process.on('message', (m) => { console.log(JSON.stringify(m)); process.exit(7); }); console.log('up');",
    (how) => ends.push(how),
  );
  child.start();
  await until('the child is up', () => child.logTail().includes('up'));
  process.kill(child.pid, 'SIGSTOP');
  await child.stop(true);
  expect(child.logTail()).toBe('up\n{"kind":"stop","services":true}');
  expect(ends).toEqual(['exit code 7']);
  expect(child.running).toBe(false);
});

test('a killed child tells how it ended, keeps its pid, and can be started again', async () => {
  const ends: string[] = [];
  const child = childOf('setInterval(() => {}, 1000);', (how) => ends.push(how));
  child.start();
  const { pid } = child;
  child.kill();
  await until('its end is seen', () => ends.length === 1);
  expect(ends).toEqual(['SIGKILL']);
  expect(child.pid).toBe(pid);
  child.start();
  expect(child.pid).not.toBe(pid);
  child.kill();
  await until('its end is seen', () => ends.length === 2);
});

test('the command that starts a child again is ready for a shell', () => {
  const command = childOf('').command();
  expect(command.endsWith(`${join(folder, 'main.mjs')} go 'it'\\''s'`)).toBe(true);
});

const stopRequestUrl = new URL('../../src/cli/stop-request.ts', import.meta.url).href;

/** A process that waits to be told to stop, and writes down how. */
async function waitingProcess(): Promise<{ child: ChildProcess; outcome: () => string }> {
  const script = join(folder, 'waiting.mjs');
  const file = join(folder, 'outcome');
  writeFileSync(
    script,
    `import { writeFileSync } from 'node:fs';
import { stopRequested } from ${JSON.stringify(stopRequestUrl)};
const request = stopRequested();
process.send('ready');
writeFileSync(${JSON.stringify(file)}, JSON.stringify(await request));
process.exit(0);`,
  );
  const child = fork(script, { execArgv: ['--import', 'tsx'] });
  children.push(child);
  await once(child, 'message');
  return { child, outcome: () => readFileSync(file, 'utf8') };
}

test.each<[string, (child: ChildProcess) => unknown, boolean]>([
  ['SIGTERM', (child) => child.kill('SIGTERM'), false],
  ['SIGINT', (child) => child.kill('SIGINT'), false],
  ['the death of its parent', (child) => child.disconnect(), false],
  ['a message to stop', (child) => child.send({ kind: 'stop', services: false }), false],
  ['a message to take services along', (child) => child.send({ kind: 'stop', services: true }), true],
])('%s ends a process; services are stopped only when asked', async (_, tell, services) => {
  const { child, outcome } = await waitingProcess();
  const exited = once(child, 'exit');
  tell(child);
  await exited;
  expect(JSON.parse(outcome())).toEqual({ kind: 'stop', services });
});
