// examples/systemd: the units start what they say, with options that there are, and a stopped agent leaves its services.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import { orion } from './terminal.ts';

const folder = resolve(import.meta.dirname, '../../examples/systemd');
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
const canVerify = spawnSync('systemd-analyze', ['--version']).status === 0;

/** `KEY=VALUE` lines, the last of each key. */
const assignmentsOf = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, key = '', value = '']) => [key, value]));

const environment = assignmentsOf(read('orion.env'));

/** What `orion` is given by a unit, with the variables filled in as systemd does. */
function argumentsOf(unit: string): string[] {
  const line = present(assignmentsOf(read(unit))['ExecStart'], 'a unit starts something');
  const [node, main, ...rest] = line.split(' ');
  expect([node, main]).toEqual(['/usr/bin/node', '/opt/orion/dist/src/main.js']);
  return rest.map((word) => word.replace(/\$\{(\w+)\}/g, (_, name: string) => environment[name] ?? ''));
}

test('the unit of a peer starts one, from the file and with the name of its box', async () => {
  const started: unknown[] = [];
  const startPeer = (options: unknown): Promise<never> => {
    started.push(options);
    return Promise.reject(new Error('enough'));
  };
  await orion(argumentsOf('orion-peer.service'), environment, { startPeer });
  expect(started).toMatchObject([
    { configFile: '/etc/orion/cluster.toml', id: 'pi-1', dataDir: '/var/lib/orion/peer', join: [] },
  ]);
});

test('the unit of an agent starts one that knows all peers, and a stop of it leaves services alone', async () => {
  const started: unknown[] = [];
  const startAgent = (options: unknown): Promise<never> => {
    started.push(options);
    return Promise.reject(new Error('enough'));
  };
  await orion(argumentsOf('orion-agent.service'), environment, { startAgent });
  expect(started).toMatchObject([
    {
      peers: ['http://10.0.0.1:6060', 'http://10.0.0.2:6060', 'http://10.0.0.3:6060'],
      nodeId: 'pi-1',
      dataDir: '/var/lib/orion/agent',
      insecure: true,
    },
  ]);
  expect(assignmentsOf(read('orion-agent.service'))).toMatchObject({
    KillMode: 'process',
    OOMPolicy: 'continue',
  });
});

test.skipIf(!canVerify).each(['orion-peer.service', 'orion-agent.service'])(
  'systemd has nothing to say about %s',
  (unit) => {
    const directory = mkdtempSync(join(tmpdir(), 'orion-unit-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const path = join(directory, unit);
    writeFileSync(path, read(unit).replace('/usr/bin/node', process.execPath));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--recursive-errors=no', path], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  },
);
