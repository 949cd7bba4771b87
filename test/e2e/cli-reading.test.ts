// The commands that read, against a real cluster: their tables and JSON, their exit codes, and a failure of each; and those
// that follow, while the leader is killed.

import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ClusterView, List } from '../../src/protocol/api.ts';
import type { Assignment, Event, Service, Setting } from '../../src/protocol/objects.ts';
import { version } from '../../src/protocol/version.ts';
import { orion, type Outcome } from '../cli/terminal.ts';
import { Cluster } from './cluster.ts';
import { Following } from './following.ts';
import { mainFile } from './program.ts';
import { Shell } from './shell.ts';

/** Counts, five times a second. */
const counting = `let n = 0; setInterval(() => console.log('line ' + n++), 200); console.log('begins');`;

let cluster: Cluster;
let shell: Shell;
beforeAll(async () => {
  cluster = await Cluster.start({ peers: 3, agents: 1 });
  shell = new Shell(cluster);
  const services = {
    web: { replicas: 2, labels: { tier: 'front' } },
    count: { script: counting, ports: [], labels: { tier: 'back' } },
  };
  await shell.run('apply', '-f', shell.manifest('shop', services), '--wait');
});
afterAll(() => cluster.stop());

const following: Following[] = [];
const follow = (...args: string[]): Following => {
  const one = new Following([...args, ...shell.peers]);
  following.push(one);
  return one;
};
afterEach(async () => {
  await Promise.all(following.splice(0).map((one) => one.interrupt()));
});

const rows = ({ stdout }: Outcome): string[][] =>
  stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split(/ {2,}/));

test('get lists every kind by its short name, in the form that is asked for', async () => {
  expect(rows(await shell.run('get', 'svc'))).toEqual([
    ['NAME', 'RUNTIME', 'DESIRED', 'RUNNING', 'READY', 'REVISION', 'AGE', 'REASON'],
    ['count', 'node', '1', '1', '1', '1', expect.any(String), '-'],
    ['web', 'node', '2', '2', '2', '1', expect.any(String), '-'],
  ]);
  const wide = await shell.run('get', 'services', '-l', 'tier=front', '-o', 'wide', '--no-headers');
  expect(rows(wide)).toEqual([
    ['web', 'node', '2', '2', '2', '1', expect.any(String), 'shop', 'tier=front', '-'],
  ]);
  expect((await shell.run('get', 'no', '-o', 'name')).stdout).toBe('node/node-1\n');
  const { items } = await shell.json<List<Assignment>>('get', 'asg', '--field-selector', 'spec.service=web');
  expect(items.map(({ spec }) => [spec.index, spec.node])).toEqual([
    [0, 'node-1'],
    [1, 'node-1'],
  ]);
  expect((await shell.run('get', 'peers', '--no-headers')).stdout.trim().split('\n')).toHaveLength(3);
});

test('get shows one object, also by the name that -o name prints', async () => {
  const service = await shell.json<Service>('get', 'service/web');
  expect(service).toMatchObject({ kind: 'Service', metadata: { name: 'web', owner: 'shop' } });
  expect((await shell.run('get', 'service', 'web', '-o', 'yaml')).stdout).toMatch(/^kind: Service\n/);
  expect(await shell.run('get', 'peer', 'peer-2', '-o', 'name')).toMatchObject({ stdout: 'peer/peer-2\n' });
});

test.each([
  [['get', 'svc', 'nobody'], 1, 'There is no "nobody" among the services'],
  [['get', 'peer', 'nobody'], 1, 'There is no peer nobody'],
  [['get', 'svc', '-l', '=='], 1, 'labelSelector'],
  [['describe', 'node', 'nobody'], 1, 'There is no "nobody" among the nodes'],
  [['describe', 'node'], 2, 'orion describe node NAME'],
  [['delete', 'service', 'nobody'], 1, 'There is no Service "nobody"'],
  [['delete', 'node', 'node-1'], 5, 'node-1'],
  [['delete', 'peer', 'peer-1'], 2, 'orion cluster remove'],
  [['logs', 'nobody'], 1, 'nobody'],
  [['logs', 'web', '--replica', '7'], 1, 'has no replica 7'],
  [['events', '--for', 'service'], 2, 'KIND/NAME'],
  [['setting', 'get', 'nobody'], 1, 'There is no "nobody" among the settings'],
  [['setting', 'rm', 'nobody'], 1, 'There is no Setting "nobody"'],
  [['setting', 'set', 'x'], 2, 'give DATA, or -f FILE'],
  [['setting', 'set', 'x', '-f', '/nowhere'], 2, 'cannot read /nowhere'],
  [['cluster', 'promote', 'nobody', '--yes'], 1, 'nobody'],
])('%j fails with %i, and says why', async (args, exitCode, why) => {
  const outcome = await shell.run(...args);
  expect(outcome).toMatchObject({ exitCode, stdout: '' });
  expect(outcome.stderr).toContain(why);
});

test('describe tells of a service what runs and what happened', async () => {
  const { stdout } = await shell.run('describe', 'svc', 'web');
  expect(stdout).toMatch(/^Name: +web\nKind: +Service\nOwner: +shop\nLabels: +tier=front\n/);
  expect(stdout).toMatch(/\nReplicas: +2 desired, 2 running, 2 ready\n/);
  expect(stdout).toMatch(/\nAssignments:\nID +SERVICE .*\nweb-0-.* running .*\nweb-1-.* running /);
  expect(stdout).toMatch(/\nConditions:\nTYPE +STATUS .*\n/);
  const asked = async (): Promise<boolean> =>
    (await shell.run('describe', 'svc', 'web')).stdout.includes('RolloutComplete');
  await cluster.until('its event is told', asked);
  const description = await shell.json<{ object: Service; assignments: Assignment[]; events: Event[] }>(
    'describe',
    'service/web',
  );
  expect(description.object.metadata.name).toBe('web');
  expect(description.assignments).toHaveLength(2);
  expect(description.events.every(({ spec }) => spec.regarding.name === 'web')).toBe(true);
});

test.each([
  ['node', 'node-1', /State: +ready\n[^]*Assignments:\nID /],
  ['peer', 'peer-1', /Role: +(leader|follower)\n/],
  ['setting', 'described', /Size: +5B\n/],
])('describe %s', async (kind, name, text) => {
  if (kind === 'setting') await shell.run('setting', 'set', name, 'hello');
  expect((await shell.run('describe', kind, name)).stdout).toMatch(text);
});

test('describe tells of a replica what it runs and where it listens', async () => {
  const [first] = await cluster.running('web');
  const { stdout } = await shell.run('describe', `assignment/${first?.metadata.name}`);
  expect(stdout).toMatch(/\nState: +running \(running is asked\)\n/);
  expect(stdout).toMatch(new RegExp(`\\nListens: +http=${first?.status.ports['http']}\\n`));
});

test('events tell what happened, the newest at the end, and only what is asked for', async () => {
  await cluster.until('all is told', async () =>
    (await shell.run('events')).stdout.includes('RolloutComplete'),
  );
  expect(rows(await shell.run('events'))[0]).toEqual([
    'LAST',
    'TYPE',
    'REASON',
    'OBJECT',
    'COUNT',
    'MESSAGE',
  ]);
  const { items } = await shell.json<List<Event>>('events', '--for', 'service/web');
  expect(items.map(({ spec }) => spec.reason)).toContain('Created');
  expect(new Set(items.map(({ spec }) => spec.regarding.name))).toEqual(new Set(['web']));
});

test('events -w goes on with what happens', async () => {
  const events = follow('events', '-w', '--no-headers', '--for', 'service/web');
  await events.untilLines('it begins with what happened', (lines) => lines.length > 0);
  await shell.run('restart', 'web');
  await events.untilLines('the restart is told', (lines) => lines.some((line) => /  Updated  /.test(line)));
  expect(events.stderr).toBe('');
});

test('settings are written, printed as they are, listed without what they hold, and removed', async () => {
  expect((await shell.run('setting', 'set', 'motd', 'grüße')).stdout).toBe('setting/motd set\n');
  expect((await shell.run('setting', 'get', 'motd')).stdout).toBe('grüße');
  expect(await shell.json<Setting>('setting', 'get', 'motd')).toMatchObject({ spec: { data: 'grüße' } });
  const list = await shell.run('setting', 'ls');
  expect(list.stdout).toMatch(/^NAME +BYTES +AGE\n/);
  expect(list.stdout).toMatch(/^motd +7 +\d+s$/m);
  expect(list.stdout).not.toContain('gr');
  expect(await shell.json('setting', 'rm', 'motd')).toEqual({
    kind: 'Setting',
    name: 'motd',
    action: 'deleted',
  });
  expect((await shell.run('get', 'set', 'motd')).exitCode).toBe(1);
});

test('delete says what it deleted', async () => {
  await shell.run('setting', 'set', 'old', 'x');
  expect((await shell.run('delete', 'setting/old')).stdout).toBe('setting/old deleted\n');
});

test('version tells of this program and of every peer', async () => {
  const { stdout, stderr } = await shell.run('version');
  expect(stdout).toMatch(new RegExp(`^client +${version}\\n\\nPEER +VERSION +API\\npeer-1 `));
  expect(stderr).toBe('');
  const { client, peers } = await shell.json<{ client: string; peers: object[] }>('version');
  expect([client, peers.length]).toEqual([version, 3]);
  const outcome = await orion(['version', '--peers', 'http://127.0.0.1:2']);
  expect(outcome).toMatchObject({ exitCode: 3, stdout: `client  ${version}\n` });
});

test('cluster status and transfer, in every form', async () => {
  const view = await shell.json<ClusterView>('cluster', 'status');
  expect((await shell.run('cluster', 'status')).stdout).toContain(`${view.leader} leads; `);
  expect((await shell.run('cluster', 'status', '-o', 'name')).stdout).toBe(
    'peer/peer-1\npeer/peer-2\npeer/peer-3\n',
  );
  const to = view.peers.find(({ id }) => id !== view.leader)?.id ?? '';
  expect(await shell.run('cluster', 'transfer', to, '--yes')).toMatchObject({ stdout: `${to} leads\n` });
  expect((await shell.run('cluster', 'transfer', to, '--yes')).exitCode).toBe(5);
});

test('completion offers what the cluster has', async () => {
  const { stdout } = await orion(['__complete', '--', 'logs', ...shell.peers, '']);
  expect(stdout).toBe('count\t\nweb\t\n');
});

test('get -w prints what there is, and a line for each change, one object or all', async () => {
  const table = follow('get', 'settings', '-w');
  const json = follow('get', 'setting', 'seen', '-w', '-o', 'json');
  await table.untilLines('the table begins', (lines) => /^NAME +BYTES/.test(lines[0] ?? ''));
  await cluster.until('both are listening', async () => {
    await shell.run('setting', 'set', 'seen', String(performance.now()));
    return json.lines.length >= 2 && table.stdout.includes('seen');
  });
  await shell.run('setting', 'rm', 'seen');
  await table.untilLines('the end is told', (lines) => lines.includes('setting/seen deleted'));
  await json.untilLines('the end is told', (lines) => lines.at(-1)?.includes('"DELETED"') === true);
  const types = json.lines.map((line) => (JSON.parse(line) as { type: string }).type);
  expect(types.slice(1, -1).every((type) => type === 'MODIFIED')).toBe(true);
});

test('examples/client/endpoints.mjs prints where a service can be reached, whenever that changes', async () => {
  const example = join(dirname(mainFile), '../../examples/client/endpoints.mjs');
  const program = new Following(['web', cluster.peerUrls().join(',')], example);
  following.push(program);
  const endpoints = (count: number) => (lines: readonly string[]) =>
    (JSON.parse(lines.at(-1) ?? '[]') as string[]).length === count;
  await program.untilLines('both replicas are told', endpoints(2));
  const [url] = JSON.parse(program.lines.at(-1) ?? '[]') as string[];
  expect((await fetch(url ?? '')).status).toBe(200);
  await shell.run('scale', 'web', '1');
  await program.untilLines('the one that stays is told', endpoints(1));
});

test('logs -f and get -w outlive the leader, without a line twice or a change lost', async () => {
  const logs = follow('logs', 'count', '-f', '--tail', '1');
  const watch = follow('get', 'settings', '-w', '-o', 'json', '--field-selector', 'metadata.name=kept');
  await logs.untilLines('it counts', (lines) => lines.length > 3);
  const written = ['begun'];
  await shell.run('setting', 'set', 'kept', 'begun');
  await watch.untilLines('it watches', (lines) => lines.length === 1);
  const leader = await cluster.leader();
  await leader.kill();
  await cluster.until('writes go on', async () => {
    const data = String(written.length);
    const { exitCode, stderr } = await shell.run('setting', 'set', 'kept', data);
    if (exitCode !== 0) throw new Error(stderr);
    written.push(data);
    return written.length === 4;
  });
  const before = logs.lines.length;
  await logs.untilLines('it counts on', (lines) => lines.length > before + 5);
  const numbers = logs.lines.map((line) => Number(/line (\d+)$/.exec(line)?.[1]));
  expect(numbers).toEqual(numbers.map((_, i) => (numbers[0] ?? 0) + i));
  await watch.untilLines('every write is told', (lines) => lines.length === written.length);
  const data = watch.lines.map((line) => (JSON.parse(line) as { object: Setting }).object.spec.data);
  expect(data).toEqual(written);
  leader.start();
  await cluster.ready();
});

test('logs -f goes on when the leader is paused, though its connections stand', async () => {
  const logs = follow('logs', 'count', '-f', '--tail', '1');
  await logs.untilLines('it counts', (lines) => lines.length > 3);
  const leader = await cluster.leader();
  leader.pause();
  try {
    const before = logs.lines.length;
    await logs.untilLines('it counts on', (lines) => lines.length > before + 10);
  } finally {
    leader.resume();
  }
  const numbers = logs.lines.map((line) => Number(/line (\d+)$/.exec(line)?.[1]));
  expect(numbers).toEqual(numbers.map((_, i) => (numbers[0] ?? 0) + i));
});
