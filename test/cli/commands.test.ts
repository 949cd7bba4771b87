import { afterEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { FakeApi, type Canned } from './fake-api.ts';
import { assignment, node, service, setting } from './objects.ts';
import { orion, type Outcome } from './terminal.ts';

const apis: FakeApi[] = [];
afterEach(() => {
  for (const api of apis.splice(0)) api.stop();
});

async function against(
  answers: Readonly<Record<string, Canned>>,
  args: readonly string[],
): Promise<Outcome & { api: FakeApi }> {
  const api = await FakeApi.start(answers);
  apis.push(api);
  return { api, ...(await orion([...args, '--peers', api.url])) };
}

const listOf = (...items: readonly object[]): Canned => ({ body: { items, resourceVersion: '7' } });

test('get lists services', async () => {
  const { stdout, stderr, exitCode } = await against({ 'GET /api/services': listOf(service('hello')) }, [
    'get',
    'services',
  ]);
  const [title, row] = stdout.split('\n');
  expect(title).toMatch(/^NAME +RUNTIME +DESIRED +RUNNING +READY +REVISION +AGE +REASON$/);
  expect(row).toMatch(/^hello +node +3 +2 +1 +4 +[0-9]+d +-$/);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
});

test('where there is nothing, somebody says so', async () => {
  const none = { 'GET /api/services': listOf(), 'GET /api/services?labelSelector=a%3Db': listOf() };
  const all = await against(none, ['get', 'services']);
  expect([all.exitCode, all.stderr]).toEqual([0, 'there are no services\n']);
  expect((await against(none, ['get', 'svc', '-l', 'a=b'])).stderr).toBe('there are no services like that\n');
  expect((await against(none, ['get', 'svc', '-o', 'json'])).stderr).toBe('');
});

test('get says of a service that does not run as asked why, in one line', async () => {
  const condition = (type: string, message: string): object => ({
    type,
    status: 'False',
    reason: 'Because',
    message,
    lastTransitionTime: '2026-01-01T00:00:00.000Z',
  });
  const one = service('hello');
  const conditions = [
    condition('Available', '2 of 3 replica(s) run'),
    condition('Placed', 'replica 0 fits no node: 1 node(s) lack cpu\nand more'),
  ];
  const { stdout } = await against(
    { 'GET /api/services': listOf({ ...one, status: { ...one.status, conditions } }) },
    ['get', 'services'],
  );
  expect(stdout.split('\n').slice(1)).toEqual([
    expect.stringMatching(/replica 0 fits no node: 1 node\(s\) lack cpu$/),
    '',
  ]);
});

test('help names the values of options, and a line that lacks one is told so', async () => {
  const { stdout } = await orion(['--help']);
  expect(stdout).toContain('--data-dir DATA-DIR');
  expect(stdout).not.toContain('#0');
  const { stderr, exitCode } = await orion(['peer', 'start']);
  expect(stderr).toContain('error: an option is missing: --config --id --data-dir\n');
  expect(stderr).toContain('<--config CONFIG> <--id ID> <--data-dir DATA-DIR>');
  expect(exitCode).toBe(2);
  const some = await orion(['peer', 'start', '--id=pi-1']);
  expect(some.stderr).toContain('error: an option is missing: --config --data-dir\n');
});

test('get lists nodes with what they have and what is taken', async () => {
  const { stdout } = await against({ 'GET /api/nodes': listOf(node('pi-1', '10.0.0.1')) }, ['get', 'nodes']);
  const [title, row] = stdout.split('\n');
  expect(title).toMatch(/^NAME +STATE +CPU +MEMORY +RUNTIMES +ADDRESS$/);
  expect(row).toMatch(/^pi-1 +ready +0\.5\/4 +512Mi\/8Gi +node,deno +10\.0\.0\.1$/);
});

test('get lists assignments', async () => {
  const { stdout } = await against(
    { 'GET /api/assignments': listOf(assignment('hello-2'), assignment('hello-3', 'CRASH_LOOP')) },
    ['get', 'assignments'],
  );
  const [title, first, second] = stdout.split('\n');
  expect(title).toMatch(/^ID +SERVICE +INDEX +NODE +STATE +PORTS +RESTARTS +REASON$/);
  expect(first).toMatch(/^hello-2 +hello +2 +pi-1 +running +admin=20414,http=20413 +5 +-$/);
  expect(second).toMatch(/CRASH_LOOP$/);
});

test('get lists settings by size, and never prints what they hold', async () => {
  const { stdout } = await against({ 'GET /api/settings': listOf(setting('motd', 'grüße')) }, [
    'get',
    'settings',
  ]);
  expect(stdout.split('\n')[1]).toMatch(/^motd +7 +[0-9]+d$/);
  expect(stdout).not.toContain('gr');
});

test.each(['service', 'services', 'Service', 'SERVICES'])('a kind may be written %s', async (kind) => {
  const { api, exitCode } = await against({ 'GET /api/services/hello': { body: service('hello') } }, [
    'get',
    kind,
    'hello',
  ]);
  expect(exitCode).toBe(0);
  expect(api.asked[0]?.url).toBe('/api/services/hello');
});

test('-o json and -o yaml print the whole object, as the API gave it', async () => {
  const answers = { 'GET /api/services/hello': { body: service('hello') } };
  const json = await against(answers, ['get', 'service', 'hello', '-o', 'json']);
  const yaml = await against(answers, ['get', 'service', 'hello', '-o', 'yaml']);
  expect(JSON.parse(json.stdout)).toEqual(service('hello'));
  expect(parse(yaml.stdout)).toEqual(service('hello'));
});

test('scale sends the number and says so', async () => {
  const { api, stdout } = await against({ 'POST /api/services/hello/scale': { body: service('hello') } }, [
    'scale',
    'hello',
    '5',
  ]);
  expect(JSON.parse(api.asked[0]?.body ?? '')).toEqual({ replicas: 5 });
  expect(stdout).toBe('service/hello scaled to 5\n');
});

test('delete deletes and says so', async () => {
  const { stdout, exitCode } = await against({ 'DELETE /api/settings/motd': { status: 204, body: '' } }, [
    'delete',
    'Setting',
    'motd',
  ]);
  expect({ stdout, exitCode }).toEqual({ stdout: 'setting/motd deleted\n', exitCode: 0 });
});

test('delete says of assignments and events that they go by themselves', async () => {
  const { stderr, exitCode } = await orion(['delete', 'asg', 'hello-0-5']);
  expect({ stderr, exitCode }).toEqual({
    stderr: 'error: assignments come and go by themselves: orion restart SERVICE replaces them\n',
    exitCode: 2,
  });
  expect(await orion(['delete', 'event', 'x'])).toMatchObject({ exitCode: 2, stdout: '' });
});

test('logs prints replica, time and line', async () => {
  const lines = [
    { index: 0, time: '2026-01-01T00:00:00.000Z', line: 'listening' },
    { index: 1, time: '2026-01-01T00:00:01.000Z', line: '' },
  ];
  const { stdout } = await against(
    {
      'GET /api/services/hello/logs?tail=10': {
        body: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
      },
    },
    ['logs', 'hello', '--tail', '10'],
  );
  expect(stdout).toBe('0 2026-01-01T00:00:00.000Z listening\n1 2026-01-01T00:00:01.000Z \n');
});

test('logs of one replica are asked for by its index; one that does not exist is a failure', async () => {
  const { stderr, exitCode } = await against({}, ['logs', 'hello', '--replica', '7']);
  expect(stderr).toContain('/api/services/hello/logs?tail=100&replica=7');
  expect(exitCode).toBe(1);
});

const clusterView = {
  clusterId: 'c',
  name: 'home',
  self: 'pi-1',
  leader: 'pi-1',
  term: 3,
  commitIndex: 41,
  appliedIndex: 40,
  peers: [
    {
      id: 'pi-1',
      storeId: 's',
      api: 'http://127.0.0.1:6060',
      raft: '127.0.0.1:7060',
      role: 'leader',
      voter: true,
      match: 41,
      replication: null,
      lastContactMs: 0,
      version: '0.1.0',
    },
  ],
  quorum: { need: 2, have: 3, voters: 3 },
  log: { base: 10, lastIndex: 41, bytes: 1_536 },
  alarms: [],
};

test.each([
  [{ need: 2, have: 3, voters: 3 }, '3/3 voters, can lose 1'],
  [{ need: 2, have: 2, voters: 3 }, '2/3 voters, can lose 0'],
  [{ need: 3, have: 2, voters: 5 }, '2/5 voters, 1 missing: nothing can be written'],
  [{ need: 2, have: null, voters: 3 }, '3 voters, 2 needed'],
])('cluster status with quorum %o says "%s"', async (quorum, line) => {
  const { stdout } = await against({ 'GET /api/cluster': { body: { ...clusterView, quorum } } }, [
    'cluster',
    'status',
  ]);
  expect(stdout.split('\n')[1]).toMatch(
    /^pi-1 +leader +yes +http:\/\/127\.0\.0\.1:6060 +127\.0\.0\.1:7060 +41 +- +0ms +0\.1\.0$/,
  );
  expect(stdout).toContain(`pi-1 leads; ${line}\n`);
});

test('cluster status says what the log holds, how followers are kept up to date, and every alarm', async () => {
  const [leader] = clusterView.peers;
  const follower = { ...leader, id: 'pi-2', role: 'follower', match: 9, replication: 'snapshot' };
  const alarms = [{ peer: 'pi-2', kind: 'disk-full', message: 'Make room\u001b[2J.', sinceMs: 0 }];
  const { stdout } = await against(
    { 'GET /api/cluster': { body: { ...clusterView, peers: [leader, follower], alarms } } },
    ['cluster', 'status'],
  );
  expect(stdout).toMatch(/^pi-2 .* 9 +snapshot /m);
  expect(stdout).toContain('\nlog of pi-1: entries 11 to 41, 1.5Ki\n');
  expect(stdout).toContain('\nALARM disk-full of pi-2: Make room [2J.\n');
});
