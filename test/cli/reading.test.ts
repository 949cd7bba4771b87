import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { paintFor } from '../../src/cli/colour.ts';
import { renderTable } from '../../src/cli/table.ts';
import { FakeApi, type Canned } from './fake-api.ts';
import { service, setting } from './objects.ts';
import { orion, type Outcome } from './terminal.ts';

const apis: FakeApi[] = [];
afterEach(() => {
  for (const api of apis.splice(0)) api.stop();
});

async function against(
  answers: Readonly<Record<string, Canned>>,
  ...args: string[]
): Promise<Outcome & { api: FakeApi }> {
  const api = await FakeApi.start(answers);
  apis.push(api);
  return { api, ...(await orion([...args, '--peers', api.url])) };
}

const peers = (...versions: (string | null)[]): Canned => ({
  body: { peers: versions.map((version, i) => ({ id: `pi-${i}`, api: '', version })) },
});

test.each([
  [['0.1.0', '0.1.0', null], ''],
  [
    ['0.2.0', '0.1.0', null],
    'warning: peers run different versions (0.2.0, 0.1.0): bring all to the newest\n',
  ],
  [
    ['0.2.0', null],
    'warning: this program is 0.1.0 and the peers are 0.2.0: bring both to the same version\n',
  ],
])('version warns of what does not go together: %j', async (versions, warning) => {
  const { stdout, stderr, exitCode } = await against({ 'GET /api/cluster': peers(...versions) }, 'version');
  expect({ stderr, exitCode }).toEqual({ stderr: warning, exitCode: 0 });
  expect(stdout).toContain(`pi-0  ${versions[0]}`);
  if (versions.includes(null)) expect(stdout).toContain('unknown');
});

test('a setting is read from a file, as it is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'orion-setting-'));
  const file = join(folder, 'text');
  writeFileSync(file, 'two\nlines\n');
  const answers = { 'PUT /api/settings/conf': { body: setting('conf', 'x') } };
  const { api, stdout } = await against(answers, 'setting', 'set', 'conf', '-f', file);
  rmSync(folder, { recursive: true });
  expect(JSON.parse(api.asked[0]?.body ?? '')).toEqual({ data: 'two\nlines\n' });
  expect(stdout).toBe('setting/conf set\n');
});

test.each([
  [['setting', 'set', 'conf', 'x', '-f', 'file']],
  [['setting', 'set', 'conf']],
  [['get', 'services/web', 'web']],
  [['get', 'peers', '-w']],
  [['describe', 'unicorn', 'x']],
])('%j is a wrong command line', async (args) => {
  const { exitCode, api } = await against({}, ...args);
  expect(exitCode).toBe(2);
  expect(api.asked).toEqual([]);
});

test('a list of names has nothing else on its lines', async () => {
  const list = { body: { items: [service('a'), service('b')], resourceVersion: '7' } };
  const { stdout } = await against({ 'GET /api/services': list }, 'get', 'services', '-o', 'name');
  expect(stdout).toBe('service/a\nservice/b\n');
});

test('colour is for terminals that have it, and for people who want it', () => {
  const terminal = Object.assign(new PassThrough(), { isTTY: true });
  expect(paintFor(terminal, {})('x', 'bad')).toBe('\u001b[31mx\u001b[0m');
  expect(paintFor(terminal, {})('x', undefined)).toBe('x');
  for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }])
    expect(paintFor(terminal, env)('x', 'bad')).toBe('x');
  expect(paintFor(terminal, { NO_COLOR: '' })('x', 'bad')).not.toBe('x');
  expect(paintFor(new PassThrough(), {})('x', 'bad')).toBe('x');
});

test('columns line up whatever their colour, and nothing is no warning', () => {
  const columns = [
    { title: 'A', cell: (row: string) => row, tone: () => 'bad' as const },
    { title: 'B', cell: () => 'x' },
  ];
  const paint = (text: string, tone: string | undefined): string =>
    tone === undefined ? text : `<${tone}>${text}`;
  const style = { isWide: false, hasTitles: false, paint };
  expect(renderTable(columns, ['long', ''], style)).toBe('<bad>long  x\n<faint>-     x\n');
});
