// cluster.toml: what loads, and how everything that does not is told.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadCluster, parseCluster } from '../../src/config/cluster.ts';
import { apiAddress } from '../../src/lib/address.ts';
import { isOrionError, type Issue } from '../../src/lib/errors.ts';

interface PeerLines {
  id?: string;
  api?: string;
  raft?: string;
}

const peer = (at: number, { id, api, raft }: PeerLines = {}): string =>
  `[[peer]]\nid = "${id ?? `pi-${at}`}"\napi = "${api ?? `http://127.0.0.1:${6060 + at}`}"\nraft = "${raft ?? `127.0.0.1:${7060 + at}`}"\n`;

const file = (peers: readonly string[], cluster = 'name = "home"\n'): string =>
  `[cluster]\n${cluster}${peers.join('')}`;

/** What is wrong with a file, each problem by itself; nothing when it loads. */
function problemsOf(text: string): readonly Issue[] {
  try {
    parseCluster(text, 'cluster.toml');
  } catch (error) {
    if (isOrionError(error, 'CONFIG_INVALID')) return error.issues;
    throw error;
  }
  return [];
}

test('the least that works gives names, addresses and the defaults', () => {
  expect(parseCluster(file([peer(1)]), 'cluster.toml')).toEqual({
    name: 'home',
    insecure: false,
    peers: [{ id: 'pi-1', api: 'http://127.0.0.1:6061', raft: '127.0.0.1:7061', priority: 'normal' }],
  });
});

test('a peer may have low priority, and no other word will do', () => {
  const text = (priority: string): string => file([`${peer(1)}priority = "${priority}"\n`]);
  expect(parseCluster(text('low'), 'cluster.toml').peers).toMatchObject([{ priority: 'low' }]);
  expect(problemsOf(text('lowest'))).toMatchObject([{ path: 'peer[0].priority', line: 7 }]);
});

test('the example loads as it is, with three peers on this machine', () => {
  const config = loadCluster(join(import.meta.dirname, '../../cluster.example.toml'));
  expect(config.insecure).toBe(false);
  expect(config.peers.map(({ id, api, raft }) => [id, api, raft])).toEqual([
    ['pi-1', 'http://127.0.0.1:6060', '127.0.0.1:7060'],
    ['pi-2', 'http://127.0.0.1:6061', '127.0.0.1:7061'],
    ['pi-3', 'http://127.0.0.1:6062', '127.0.0.1:7062'],
  ]);
});

test.each([1, 3, 5])('%i peers found a cluster', (count) => {
  expect(problemsOf(file(Array.from({ length: count }, (_, at) => peer(at))))).toEqual([]);
});

test.each([2, 4, 6])('%i peers are refused, with the numbers that work', (count) => {
  const problems = problemsOf(file(Array.from({ length: count }, (_, at) => peer(at))));
  expect(problems).toMatchObject([{ path: 'peer', message: expect.stringContaining('3 (survives') }]);
});

test('a file without a peer says what is missing', () => {
  expect(problemsOf('[cluster]\nname = "home"\n')).toMatchObject([{ path: 'peer' }]);
  expect(problemsOf('peer = []\n[cluster]\nname = "home"\n')).toMatchObject([{ path: 'peer' }]);
});

test('every unknown key is told with its path and line', () => {
  const text = file([peer(1), 'weight = 3\n'], 'name = "home"\nnmae = "x"\n');
  expect(problemsOf(text)).toEqual([
    { path: 'cluster.nmae', line: 3, message: 'unknown key; remove it' },
    { path: 'peer[0].weight', line: 8, message: 'unknown key; remove it' },
  ]);
});

test('all problems of a file are told at once, where they stand', () => {
  const text = file(
    [peer(1, { id: 'Pi_1' }), peer(2, { raft: '127.0.0.1:0' }), peer(3, { api: 'ftp://127.0.0.1' })],
    'name = ""\n',
  );
  expect(problemsOf(text).map(({ path, line }) => ({ path, line }))).toEqual([
    { path: 'cluster.name', line: 2 },
    { path: 'peer[0].id', line: 4 },
    { path: 'peer[1].raft', line: 10 },
    { path: 'peer[2].api', line: 13 },
  ]);
});

test('a missing key is told at the line of its table', () => {
  const text = file([peer(1), '[[peer]]\nid = "pi-2"\nraft = "127.0.0.1:7001"\n', peer(3)]);
  expect(problemsOf(text)).toMatchObject([{ path: 'peer[1].api', line: 7 }]);
});

test('broken TOML is told with its line', () => {
  expect(problemsOf('[cluster]\nname = home\n')).toMatchObject([{ path: '', line: 2 }]);
});

test('ids and addresses that stand twice are refused', () => {
  const text = file([
    peer(1),
    peer(2, { id: 'pi-1' }),
    peer(3, { api: 'http://127.0.0.1:6061/', raft: '127.0.0.1:6061' }),
  ]);
  expect(problemsOf(text).map(({ path, message }) => [path, message])).toEqual([
    ['peer[1].id', 'pi-1 is peer[0].id already'],
    ['peer[2].api', '127.0.0.1:6061 is peer[0].api already'],
    ['peer[2].raft', '127.0.0.1:6061 is peer[2].api already'],
  ]);
});

test.each(['127.0.0.1', '127.0.0.1:65536', '127.0.0.1:x', ':7060', '::1:7060', '[::1]', 'a b:1', ''])(
  'the Raft address "%s" is refused',
  (raft) => {
    expect(problemsOf(file([peer(1, { raft })]))).toMatchObject([{ path: 'peer[0].raft' }]);
  },
);

test.each([
  'https://127.0.0.1:6060',
  'http://127.0.0.1:6060/api',
  'http://user@127.0.0.1:6060',
  'http://127.0.0.1:0',
  'http://127.0.0.1:99999',
  '127.0.0.1:6060',
  '',
])('the API address "%s" is refused', (api) => {
  expect(problemsOf(file([peer(1, { api })]))).toMatchObject([{ path: 'peer[0].api' }]);
});

test('an address that other machines reach needs insecure = true', () => {
  const peers = [peer(1, { api: 'http://10.0.0.1:6060', raft: 'pi-1.lan:7060' })];
  expect(problemsOf(file(peers))).toMatchObject([
    { path: 'peer[0].api', message: expect.stringContaining('insecure = true') },
    { path: 'peer[0].raft', message: expect.stringContaining('insecure = true') },
  ]);
  expect(parseCluster(file(peers, 'name = "home"\ninsecure = true\n'), 'cluster.toml').insecure).toBe(true);
});

test('an address of every interface is refused even when insecure: nobody could dial it', () => {
  const text = file([peer(1, { raft: '0.0.0.0:7060' })], 'name = "home"\ninsecure = true\n');
  expect(problemsOf(text)).toMatchObject([{ path: 'peer[0].raft' }]);
});

test('loopback may be a name, an IPv4 or an IPv6 address', () => {
  const peers = [
    peer(1, { api: 'http://localhost:1', raft: 'localhost:2' }),
    peer(2, { api: 'http://[::1]:3', raft: '[::1]:4' }),
    peer(3, { api: 'http://127.1.2.3:5', raft: '127.1.2.3:6' }),
  ];
  expect(problemsOf(file(peers))).toEqual([]);
});

test('the host and port of an API are those of its URL', () => {
  expect(apiAddress('http://[::1]:6060/')).toEqual({ host: '::1', port: 6060 });
  expect(apiAddress('http://PI-1')).toEqual({ host: 'pi-1', port: 80 });
});

test('the message alone says file, line, path and problem', () => {
  expect(() => parseCluster(file([peer(1, { raft: 'x' })]), 'here/cluster.toml')).toThrow(
    /^here\/cluster\.toml:6: peer\[0\]\.raft: not of the form/,
  );
});

test('a file that cannot be read says which and what to do', () => {
  const directory = mkdtempSync(join(tmpdir(), 'orion-config-'));
  try {
    const path = join(directory, 'cluster.toml');
    expect(() => loadCluster(path)).toThrow(
      expect.objectContaining({
        code: 'USAGE', // As for any other file that the command line names.
        message: expect.stringMatching(/cannot read .*cluster\.toml.*cluster\.example\.toml/) as unknown,
      }),
    );
    writeFileSync(path, file([peer(1)]));
    expect(loadCluster(path).peers).toHaveLength(1);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
