import { expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { nearest } from '../../src/cli/nearest.ts';
import { orion } from './terminal.ts';

test('help shows every command in a group, each with one line that says what it does', async () => {
  const { stdout } = await orion([]);
  expect(await orion(['help'])).toEqual({ exitCode: 0, stdout, stderr: '' });
  for (const { path, isHidden } of commands) {
    if (isHidden === true) expect(stdout).not.toContain(path);
    else expect(stdout).toMatch(new RegExp(`^  orion ${path}\\b.*\\n?.*[.:]$`, 'm'));
  }
});

test('a word with commands below it shows those', async () => {
  const { stdout, exitCode } = await orion(['cluster', '--help']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^ +orion cluster status +Show the peers/m);
  expect(stdout).not.toContain('orion get');
  expect((await orion(['help', 'cluster'])).stdout).toBe(stdout);
});

test.each(commands.filter(({ isHidden }) => isHidden !== true).map(({ path }) => path))(
  'orion %s --help says what it is for, and names the values of its options',
  async (path) => {
    const { stdout, exitCode } = await orion([...path.split(' '), '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^[A-Z`].*\n/);
    expect(stdout).toContain(`$ orion ${path}`);
    expect(stdout).not.toMatch(/#\d|undocumented/);
  },
);

test.each([
  [['gte', 'services'], '"orion gte" is no command; did you mean "get"?'],
  [['cluster', 'statsu'], '"orion cluster statsu" is no command; did you mean "cluster status"?'],
  [['clustr', 'status'], '"orion clustr" is no command; did you mean "cluster"?'],
  [['scale', 'hello'], 'error: N is missing\n'],
  [['scale', '--timeout', '5s'], 'error: NAME and N are missing\n'],
  [['scale', 'hello', '1', '2'], 'error: "2" is one word too many\n'],
  [['scale', 'hello', '-1'], 'error: there is no option -1 here.\n'],
  [['get', 'svc', 'a', 'b'], 'error: "b" is one word too many\n'],
  [['setting', 'set', 'a', 'b', 'c'], 'error: "c" is one word too many\n'],
  [['logs', 'hello', '--tail'], 'error: --tail lacks its value\n'],
  [['logs', 'hello', '--tail', '-f'], 'error: --tail lacks its value\n'],
  [['wait', 'svc', 'a', '--for'], 'error: --for lacks its value\n'],
  [['get', 'svc', '--watch=yes'], 'error: --watch takes no value\n'],
  [['rollout', 'status'], 'error: NAME is missing\n'],
  [['frobnicate'], '"orion frobnicate" is no command.'],
  [['cluster'], 'orion cluster needs one word more'],
  [['get', 'servces'], '"servces" is no kind; did you mean "services"?'],
  [['get', 'svc', '-o', 'jsn'], 'not "jsn"; did you mean "json"?'],
  [['get', 'svc', '--no-header'], 'there is no option --no-header here; did you mean "--no-headers"?'],
  [['get', 'svc', '--hlp'], 'there is no option --hlp here; did you mean "--help"?'],
  [['--hlp'], 'the first word is a command, not "--hlp"; did you mean "--help"?'],
  [['--peers', 'http://pi-1:6060', 'get', 'svc'], 'the first word is a command, not "--peers".'],
  [['get', 'svc', '--frobnicate'], 'there is no option --frobnicate here.'],
])('%j is told what may have been meant', async (args, message) => {
  const { stderr, exitCode } = await orion(args);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^error: /);
  expect(stderr).toContain(message);
});

test('what is nearest is fewest edits away, and nothing is meant by something else altogether', () => {
  const words = ['get', 'services', 'delete'];
  expect(nearest('sevrices', words)).toBe('services');
  expect(nearest('SERVICE', words)).toBe('services');
  expect(nearest('gt', words)).toBe('get');
  expect(nearest('del', words)).toBe('delete');
  expect(nearest('unicorns', words)).toBeUndefined();
});
