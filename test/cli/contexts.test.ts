import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findPeers } from '../../src/cli/find-peers.ts';
import { parseContexts, renderContexts } from '../../src/config/contexts.ts';
import { FakeApi } from './fake-api.ts';
import { orion, type Outcome } from './terminal.ts';

let folder = '';
const cwd = process.cwd();
const apis: FakeApi[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orion-contexts-'));
  process.chdir(folder);
});

afterEach(() => {
  process.chdir(cwd);
  rmSync(folder, { recursive: true });
  for (const api of apis.splice(0)) api.stop();
});

const env = (): Record<string, string> => ({ XDG_CONFIG_HOME: join(folder, 'config') });
const file = (): string => join(folder, 'config/orion/config.toml');
const context = (...args: string[]): Promise<Outcome> => orion(['context', ...args], env());

function runDev(): void {
  mkdirSync('.orion/dev', { recursive: true });
  const peer = { id: 'peer-1', pid: 1, dataDir: '/d', api: 'http://127.0.0.1:6071', raft: '127.0.0.1:7071' };
  const state = { dev: { pid: 1, started: '' }, config: 'cluster.toml', peers: [peer], agents: [] };
  writeFileSync('.orion/dev/dev.json', JSON.stringify(state));
}

test('the first context is in use at once, and the file is its owner’s alone', async () => {
  expect(await context('add', 'home', 'http://pi-1:6060/,http://pi-2:6060')).toEqual({
    exitCode: 0,
    stdout: 'context/home added\n',
    stderr: '',
  });
  await context('add', 'work', 'http://10.0.0.1:6060');
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect((await context('ls')).stdout).toMatch(
    /^CURRENT +NAME +PEERS\n\* +home +http:\/\/pi-1:6060,http:\/\/pi-2:6060\n +work +http:\/\/10\.0\.0\.1:6060\n$/,
  );
  expect((await context('use', 'work')).stdout).toBe('context/work in use\n');
  const { items } = JSON.parse((await context('ls', '-o', 'json')).stdout) as { items: unknown[] };
  expect(items).toEqual([
    { name: 'home', isCurrent: false, peers: ['http://pi-1:6060', 'http://pi-2:6060'] },
    { name: 'work', isCurrent: true, peers: ['http://10.0.0.1:6060'] },
  ]);
  expect((await context('ls', '-o', 'name')).stdout).toBe('context/home\ncontext/work\n');
});

test('a context that goes takes its being current along', async () => {
  await context('add', 'home', 'http://pi-1:6060');
  await context('add', 'work', 'http://10.0.0.1:6060');
  expect((await context('rm', 'home')).stdout).toBe('context/home removed\n');
  expect(readFileSync(file(), 'utf8')).not.toContain('current');
});

test('what cannot be done is told, and changes nothing', async () => {
  await context('add', 'home', 'http://pi-1:6060');
  const before = readFileSync(file(), 'utf8');
  expect(await context('add', 'home', 'http://x:1')).toMatchObject({ exitCode: 5 });
  expect(await context('add', 'work', 'x')).toMatchObject({ exitCode: 2 });
  expect(await context('use', 'hoem')).toMatchObject({
    exitCode: 2,
    stderr: 'error: "hoem" is no context; did you mean "home"?\n',
  });
  expect((await context('rm', 'office')).stderr).toContain('there are home');
  expect(await context('ls', '-o', 'xml')).toMatchObject({ exitCode: 2 });
  expect(readFileSync(file(), 'utf8')).toBe(before);
});

test('a home in which nothing can be made is told as that', async () => {
  const refused = await orion(['context', 'add', 'home', 'http://pi-1:6060'], { HOME: '/proc' });
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toMatch(/^error: cannot write the contexts: ENOENT/);
});

test('a file that cannot be read or written is told as that', async () => {
  writeFileSync(join(folder, 'config'), ''); // where the folder should be
  const refused = await context('add', 'home', 'http://pi-1:6060');
  expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
  expect(refused.stderr).toMatch(/^error: cannot write the contexts: ENOTDIR/);
  rmSync(join(folder, 'config'));
  mkdirSync(file(), { recursive: true });
  expect((await context('ls')).stderr).toMatch(/^error: cannot read the contexts: EISDIR/);
});

test('the cluster is the one that is named, else the dev of this folder, else the current context, else port 6060', async () => {
  const find = (wanted: Partial<Parameters<typeof findPeers>[0]>): readonly string[] =>
    findPeers({ peers: undefined, context: undefined, env: env(), ...wanted }).peers;
  expect(find({})).toEqual(['http://127.0.0.1:6060']);
  await context('add', 'home', 'http://pi-1:6060');
  expect(find({})).toEqual(['http://pi-1:6060']);
  runDev();
  expect(find({})).toEqual(['http://127.0.0.1:6071']);
  expect(find({ env: { ...env(), ORION_PEERS: 'http://b:2' } })).toEqual(['http://b:2']);
  expect(find({ context: 'home', env: { ...env(), ORION_PEERS: 'http://b:2' } })).toEqual([
    'http://pi-1:6060',
  ]);
  expect(find({ peers: 'http://a:1/, http://b:2' })).toEqual(['http://a:1', 'http://b:2']);
  expect(() => find({ peers: 'http://a:1', context: 'home' })).toThrow('not both');
});

test('ORION_PEERS that is set to nothing names no peers', () => {
  const found = findPeers({ peers: undefined, context: undefined, env: { ...env(), ORION_PEERS: '' } });
  expect(found).toEqual({ peers: ['http://127.0.0.1:6060'] });
});

test('a damaged dev.json is an error that says what to do', () => {
  mkdirSync('.orion/dev', { recursive: true });
  writeFileSync('.orion/dev/dev.json', '{"peers": [');
  expect(() => findPeers({ peers: undefined, context: undefined, env: {} })).toThrow(
    /dev\.json is damaged: remove it/,
  );
});

test('whoever uses a context brings its peers up to date', async () => {
  const api = await FakeApi.start({
    'GET /api/cluster': { body: { peers: [{ api: 'http://127.0.0.1:4' }, { api: 'http://127.0.0.1:5' }] } },
    'GET /api/nodes': { body: { items: [], resourceVersion: '7' } },
  });
  apis.push(api);
  await context('add', 'home', `${api.url},http://127.0.0.1:3`);
  const { exitCode, stderr } = await orion(['get', 'nodes', '-o', 'name', '--context', 'home'], env());
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const { peers } = parseContexts(readFileSync(file(), 'utf8'), 'file');
  expect(peers.get('home')).toEqual([api.url, 'http://127.0.0.1:4', 'http://127.0.0.1:5']);
});

test.each([
  ['no = toml = file', /Invalid TOML/],
  ['other = 1', /"other" is no key here/],
  ['context = 1', /must be a table/],
  ['[context.a]\npeers = []', /\[context\.a\] needs peers/],
  ['[context.a]\npeers = ["ftp://x"]', /\[context\.a\] needs peers/],
  ['current = "b"\n[context.a]\npeers = ["http://x:1"]', /"current" must name one/],
])('a file that holds %j is refused, with its name', async (text, why) => {
  mkdirSync(join(folder, 'config/orion'), { recursive: true });
  writeFileSync(file(), text);
  const { exitCode, stderr } = await orion(['get', 'nodes'], env());
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`error: ${file()}: `);
  expect(stderr).toMatch(why);
});

test('what is written is what is read', () => {
  const contexts = { current: 'a.b', peers: new Map([['a.b', ['http://x:1']]]) };
  expect(parseContexts(renderContexts(contexts), 'file')).toEqual(contexts);
  expect(parseContexts('', 'file')).toEqual({ current: undefined, peers: new Map() });
});
