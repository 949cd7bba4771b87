import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { manifestTemplate } from '../../src/cli/init.ts';
import { ManifestFiles } from '../../src/cli/manifest-file.ts';
import { parseManifests } from '../../src/protocol/manifest.ts';
import type { Service } from '../../src/protocol/objects.ts';
import { type Canned, FakeApi, problem } from './fake-api.ts';
import { service } from './objects.ts';
import { orion, type Outcome } from './terminal.ts';

let folder = '';
const home = process.cwd();
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'orion-cli-')));
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

const manifest = (services: string): string =>
  `apiVersion: orion/v1\nkind: Config\nmetadata:\n  name: app\nspec:\n  services:\n${services}`;

test('init writes a manifest that is valid as it stands', async () => {
  const { exitCode } = await orion(['init']);
  expect(exitCode).toBe(0);
  expect(readFileSync('orion.yaml', 'utf8')).toBe(manifestTemplate);
  expect((await ManifestFiles.read(['orion.yaml'], process.stdin)).serviceNames).toEqual(['web']);
});

test('every key that the written manifest shows in a comment is a key that exists', () => {
  const uncommented = manifestTemplate
    .split('\n')
    .map((line) =>
      line.replace(/^( +)# ( *(?:path|args|env|LOG_LEVEL|placement|labels|strategy): ?.*)$/, '$1$2'),
    )
    .join('\n');
  expect(uncommented).toContain('\n      path: /srv/web');
  expect(() => parseManifests(uncommented, 'yaml')).not.toThrow();
  expect(uncommented).toMatch(/\n {6}env:\n {8}LOG_LEVEL: info\n/);
});

test('init never overwrites a file', async () => {
  writeFileSync('orion.yaml', 'mine');
  const { exitCode, stderr } = await orion(['init']);
  expect(exitCode).toBe(5);
  expect(stderr).toContain('orion.yaml is here already');
  expect(readFileSync('orion.yaml', 'utf8')).toBe('mine');
});

test('apply resolves paths against the file, not the working directory', async () => {
  mkdirSync('app');
  writeFileSync(
    'app/orion.yaml',
    manifest(
      '    - { name: here, runtime: node, entry: a.js }\n' +
        '    - { name: below, runtime: node, entry: a.js, path: ./sub/../dir }\n' +
        '    - { name: fixed, runtime: node, entry: a.js, path: /srv/fixed }\n',
    ),
  );
  const api = await FakeApi.start({
    'POST /api/apply': {
      status: 202,
      body: {
        status: 'accepted',
        resourceVersion: '9',
        changes: [{ kind: 'Service', name: 'here', action: 'created' }],
      },
    },
  });
  const { stdout, exitCode } = await orion(['apply', '-f', 'app/orion.yaml', '--peers', api.url]);
  api.stop();
  const sent = JSON.parse(api.asked[0]?.body ?? '') as { spec: { services: { path: string }[] } };
  expect(sent.spec.services.map((service) => service.path)).toEqual([
    join(folder, 'app'),
    join(folder, 'app/dir'),
    '/srv/fixed',
  ]);
  expect({ stdout, exitCode }).toEqual({ stdout: 'service/here created\n', exitCode: 0 });
});

test('apply passes --dry-run and --prune on, and says that nothing was changed', async () => {
  writeFileSync('orion.yaml', manifest('    - { name: web, runtime: node, entry: a.js }\n'));
  const changes = [{ kind: 'Service', name: 'old', action: 'deleted' }];
  const api = await FakeApi.start({
    'POST /api/apply?dryRun=true&prune=true': { body: { status: 'dryRun', resourceVersion: '9', changes } },
  });
  const { stdout } = await orion(['apply', '-f', 'orion.yaml', '--dry-run', '--prune', '--peers', api.url]);
  api.stop();
  expect(stdout).toBe('service/old deleted (dry run)\n');
});

test('apply tells every problem of a file with its line, and sends nothing', async () => {
  writeFileSync(
    'orion.yaml',
    manifest('    - name: Web\n      runtime: perl\n      entry: a.js\n      color: red\n'),
  );
  const { exitCode, stderr } = await orion(['apply', '-f', 'orion.yaml']);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/orion\.yaml:7: spec\.services\[0\]\.name: /);
  expect(stderr).toMatch(/orion\.yaml:8: spec\.services\[0\]\.runtime: /);
  expect(stderr).toMatch(/orion\.yaml:10: spec\.services\[0\]\.color: unknown key/);
});

const owned = (owner: string, service: string): string =>
  manifest(`    - { name: ${service}, runtime: node, entry: a.js }\n`).replace('name: app', `name: ${owner}`);
const applied = (name: string): Canned => ({
  status: 202,
  body: { status: 'accepted', resourceVersion: '9', changes: [{ kind: 'Service', name, action: 'created' }] },
});

test('apply sends the files of a folder, by name, and standard input as one request', async () => {
  mkdirSync('services');
  writeFileSync('services/b.yml', `${owned('b', 'b1')}---\n${owned('b', 'b2')}`);
  writeFileSync('services/a.json', JSON.stringify(parse(owned('a', 'a1'))));
  writeFileSync('services/README.md', 'no manifest');
  const api = await FakeApi.start({ 'POST /api/apply': applied('a1') });
  const args = ['apply', '-f', 'services', '-f', '-', '--peers', api.url];
  const { exitCode } = await orion(args, {}, {}, { input: owned('c', 'c1') });
  api.stop();
  expect(exitCode).toBe(0);
  const sent = JSON.parse(api.asked[0]?.body ?? '') as {
    metadata: { name: string };
    spec: { services: { name: string; path: string }[] };
  }[];
  expect(
    sent.map(({ metadata, spec }) => [metadata.name, spec.services[0]?.name, spec.services[0]?.path]),
  ).toEqual([
    ['a', 'a1', join(folder, 'services')],
    ['b', 'b1', join(folder, 'services')],
    ['b', 'b2', join(folder, 'services')],
    ['c', 'c1', folder],
  ]);
});

const complete = (name: string): Service => {
  const one = service(name);
  const condition = {
    type: 'Progressing',
    status: 'True',
    reason: 'Complete',
    message: 'every replica is of revision 4',
    lastTransitionTime: '2026-01-01T00:00:00.000Z',
  } as const;
  return { ...one, status: { ...one.status, conditions: [condition] } };
};

test.each([
  ['on a terminal it does', [], true, true],
  ['on a terminal with --no-wait it does not', ['--no-wait'], true, false],
  ['elsewhere it does not', [], false, false],
  ['elsewhere with --wait it does', ['--wait'], false, true],
] as const)('apply follows the rollout: %s', async (_, flags, isTerminal, follows) => {
  writeFileSync('orion.yaml', owned('a', 'web'));
  const api = await FakeApi.start({
    'POST /api/apply': applied('web'),
    'GET /api/services': { body: { items: [complete('web')], resourceVersion: '9' } },
    'GET /api/assignments': { body: { items: [], resourceVersion: '9' } },
  });
  const args = ['apply', '-f', 'orion.yaml', ...flags, '--peers', api.url];
  const { exitCode, stdout, stderr } = await orion(args, { NO_COLOR: '1' }, {}, { isTerminal });
  api.stop();
  expect([exitCode, stdout]).toEqual([0, 'service/web created\n']);
  expect(stderr).toMatch(follows ? /^service\/web revision 4: complete: 0\/3 updated, 1 ready/ : /^$/);
});

test.each([
  ['a file that is not there', ['-f', 'nowhere.yaml'], 'cannot read nowhere.yaml'],
  ['a folder without manifests', ['-f', '.'], '. holds no *.yaml or *.yml'],
  ['standard input twice', ['-f', '-', '-f', '-'], 'only once'],
])('apply of %s is a wrong command line, and sends nothing', async (_, args, message) => {
  const { exitCode, stderr } = await orion(['apply', '--prune', ...args]);
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)]);
});

test('what is wrong in a *.json is told as JSON, with line and column', async () => {
  const manifest = (name: string, end: string): string =>
    `{"apiVersion": "orion/v1", "kind": "Config",\n "metadata": {"name": "${name}"},\n "spec": {"services": []${end}\n`;
  writeFileSync('a.json', manifest('a', ',}}'));
  const broken = await orion(['apply', '-f', 'a.json']);
  expect([broken.exitCode, broken.stderr]).toEqual([
    1,
    'error: a.json: The text is not valid JSON.\na.json:3: column 26: a key in double quotes is expected here\n',
  ]);
  writeFileSync('a.json', manifest('A', '}}'));
  expect((await orion(['apply', '-f', 'a.json'])).stderr).toContain('a.json:2: metadata.name: ');
  writeFileSync('a.json', manifest('a', '}, "kind": "Config"}'));
  expect((await orion(['apply', '-f', 'a.json'])).stderr).toBe(
    'error: a.json: A key may stand once.\na.json:3: kind: this key stands twice\n',
  );
});

test('of a folder, a *.json without an apiVersion is none of ours; one that is broken is told', async () => {
  mkdirSync('app');
  writeFileSync('app/orion.yaml', owned('a', 'web'));
  writeFileSync('app/package.json', '{"type": "module"}');
  const api = await FakeApi.start({ 'POST /api/apply': applied('web') });
  const apply = (...args: string[]): Promise<Outcome> => orion(['apply', ...args, '--peers', api.url]);
  expect((await apply('-f', 'app')).exitCode).toBe(0);
  expect(JSON.parse(api.asked[0]?.body ?? '')).toMatchObject({ metadata: { name: 'a' } });
  expect((await apply('-f', 'app/package.json')).stderr).toContain('apiVersion: it is required: "orion/v1"');
  writeFileSync('app/other.json', '{');
  expect((await apply('-f', 'app')).stderr).toContain('app/other.json: The text is not valid JSON.');
  api.stop();
});

test('what is empty is told as that, and standard input by its name', async () => {
  const { exitCode, stderr } = await orion(['apply', '-f', '-']);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^standard input: it is empty$/m);
});

test('apply tells the problems of all files at once', async () => {
  writeFileSync('a.yaml', owned('a', 'A'));
  writeFileSync('b.yaml', `${owned('b', 'b')}---\n${owned('b', 'B')}`);
  const { exitCode, stderr } = await orion(['apply', '-f', 'a.yaml', '-f', 'b.yaml']);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^ *a\.yaml:7: spec\.services\[0\]\.name: /m);
  expect(stderr).toMatch(/^ *b\.yaml:15: \[1\]\.spec\.services\[0\]\.name: /m);
});

test('what a peer finds wrong is told with the file and line where it stands', async () => {
  writeFileSync('a.yaml', owned('a', 'web'));
  writeFileSync('b.yaml', `# one comment\n${owned('b', 'web')}`);
  const errors = [{ path: '[1].spec.services[0].name', message: '"b" lists "web" again' }];
  const api = await FakeApi.start({ 'POST /api/apply': problem(409, 'CONFLICT', 'No.', { errors }) });
  const { exitCode, stderr } = await orion(['apply', '-f', 'a.yaml', '-f', 'b.yaml', '--peers', api.url]);
  api.stop();
  expect(exitCode).toBe(5);
  expect(stderr).toBe('error: No.\nb.yaml:8: [1].spec.services[0].name: "b" lists "web" again\n');
});

test('yaml that get prints is what the API gave', async () => {
  const list = { items: [], resourceVersion: '3' };
  const api = await FakeApi.start({ 'GET /api/nodes': { body: list } });
  const { stdout } = await orion(['get', 'nodes', '-o', 'yaml', '--peers', api.url]);
  api.stop();
  expect(parse(stdout)).toEqual(list);
});
