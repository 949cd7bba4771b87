import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit.ts';
import { OrionError, type ErrorCode } from '../../src/lib/errors.ts';
import { FakeApi, problem } from './fake-api.ts';
import { orion } from './terminal.ts';

const apis: FakeApi[] = [];
afterEach(() => {
  for (const api of apis.splice(0)) api.stop();
});

test.each<[number, ErrorCode, number]>([
  [404, 'NOT_FOUND', 1],
  [504, 'OUTCOME_UNKNOWN', 1],
  [409, 'CONFLICT', 5],
  [412, 'PRECONDITION_FAILED', 5],
  [403, 'FORBIDDEN', 6],
])('an answer %i %s exits with %i', async (status, code, exitCode) => {
  const api = await FakeApi.start({ 'DELETE /api/services/hello': problem(status, code, 'why it failed') });
  apis.push(api);
  const outcome = await orion(['delete', 'service', 'hello', '--peers', api.url]);
  expect(outcome.exitCode).toBe(exitCode);
  expect(outcome.stderr).toMatch(/^error: why it failed/);
  expect(outcome.stderr).not.toContain('Try this.'); // a peer speaks to programs
  expect(outcome.stdout).toBe('');
});

test('a refusal is told in words of a command line, and what a later peer may say otherwise in its own', async () => {
  const api = await FakeApi.start({
    'DELETE /api/services/a': problem(503, 'NO_QUORUM', 'Two of three peers are missing.', {
      help: 'Nothing was applied. Bring them back.',
    }),
    'DELETE /api/services/b': problem(504, 'OUTCOME_UNKNOWN', 'Who knows', {
      operation: '/api/operations/7',
    }),
    'DELETE /api/services/c': problem(400, 'TEAPOT' as ErrorCode, 'No coffee'),
  });
  apis.push(api);
  const told = async (name: string): Promise<string> =>
    (await orion(['delete', 'service', name, '--peers', api.url])).stderr;
  expect(await told('a')).toBe(
    'error: Two of three peers are missing. Nothing was applied. Who is there: orion cluster status.\n',
  );
  expect(await told('b')).toMatch(
    /^error: Who knows\. It may have been done: .* curl PEER\/api\/operations\/7\n$/,
  );
  expect(await told('c')).toBe('error: No coffee. Try this.\n');
});

test.each<[ErrorCode, number]>([
  ['USAGE', 2],
  ['UNREACHABLE', 3],
  ['NO_LEADER', 4],
  ['NO_QUORUM', 4],
  ['BUSY', 1],
  ['DISK_FAILED', 7],
  ['INTERNAL', 1],
])('%s exits with %i', (code, exitCode) => {
  expect(exitCodeOf(new OrionError(code, 'why'))).toBe(exitCode);
});

test.each([
  [['rollout', 'undo', 'a', '--to-revision', '0'], '--to-revision is a whole number of 1 or more, not "0"'],
  [['get', 'services', '--peers', 'http://u:p@pi:6060'], 'is a list of URLs as http://'],
  [['get', 'services', '--peers', 'http://pi:6060?a=b'], 'is a list of URLs as http://'],
])('a wrong line (%j) exits with 2, and asks nobody', async (args, why) => {
  const outcome = await orion(args);
  expect([outcome.exitCode, outcome.stdout]).toEqual([2, '']);
  expect(outcome.stderr).toContain(why);
});

test('a bug exits with 1, and shows where it happened', async () => {
  const args = ['agent', 'start', '--peers', 'http://127.0.0.1:1', '--node-id', 'n', '--data-dir', '/d'];
  const outcome = await orion(args, {}, { startAgent: () => Promise.reject(new TypeError('a bug')) });
  expect(outcome.exitCode).toBe(1);
  expect(outcome.stderr).toMatch(/TypeError: a bug\n +at /);
});

test('when nobody answers it exits with 3 and lists whom it tried', async () => {
  const url = `http://127.0.0.1:${await closedPort()}`;
  const outcome = await orion(['get', 'services'], { ORION_PEERS: url });
  expect(outcome.exitCode).toBe(3);
  expect(outcome.stderr).toContain(url);
});

test.each([
  [['frobnicate']],
  [['get']],
  [['get', 'unicorns']],
  [['get', 'service/']],
  [['get', 'service', '']],
  [['describe', 'service/']],
  [['events', '--for', 'service/']],
  [['get', 'services', 'hello', '-l', 'app=web']],
  [['get', 'services', 'hello', '-w', '--field-selector', 'spec.replicas=1']],
  [['get', 'peers', '-l', 'app=web']],
  [['get', 'services', '-o', 'xml']],
  [['get', 'services', '--peers', 'not-a-url']],
  [['get', 'services', '--nonsense']],
  [['scale', 'hello', '-1']],
  [['scale', 'hello', '1.5']],
  [['scale', 'hello', '1e3']],
  [['logs', 'hello', '--tail', 'all']],
  [['apply']],
  [['apply', '-f', '/nowhere/orion.yaml']],
  [['peer', 'start', '--id', 'pi-1']],
  [['cluster', 'add', 'pi-4']],
  [['dev', '--agent-count', 'many']],
  [
    [
      'agent',
      'start',
      '--peers',
      'http://127.0.0.1:1',
      '--node-id',
      'n',
      '--data-dir',
      '/d',
      '--label',
      'nokey',
    ],
  ],
])('a wrong command line exits with 2, on standard error: orion %j', async (args) => {
  const outcome = await orion(args);
  expect(outcome.exitCode).toBe(2);
  expect(outcome.stderr).toMatch(/^error: ./);
  expect(outcome.stdout).toBe('');
});

test('every problem that the API names is told, with its place', async () => {
  const errors = [
    { path: 'replicas', message: 'must be a whole number' },
    { path: 'spec.env', line: 7, message: 'too large' },
  ];
  const api = await FakeApi.start({
    'POST /api/services/hello/scale': problem(422, 'INVALID', 'the request is not valid', { errors }),
  });
  apis.push(api);
  const { stderr } = await orion(['scale', 'hello', '2', '--peers', api.url]);
  expect(stderr).toContain('  replicas: must be a whole number\n');
  expect(stderr).toContain('  line 7: spec.env: too large\n');
});

test('--version and --help answer on standard output', async () => {
  expect(await orion(['--version'])).toEqual({ exitCode: 0, stdout: '0.1.0\n', stderr: '' });
  const help = await orion(['--help']);
  expect(help.exitCode).toBe(0);
  expect(help.stdout).toContain('orion apply');
});

/** A port that nobody listens on. */
function closedPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
