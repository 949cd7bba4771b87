import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Draft } from '../../src/cli/draft.ts';
import { OrionError } from '../../src/lib/errors.ts';
import { service } from './objects.ts';

let folder = '';
let draft: Draft;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'orion-draft-'));
  const one = service('hello');
  draft = new Draft(join(folder, 'hello.yaml'), { ...one, metadata: { ...one.metadata, owner: 'app' } });
  await draft.open();
});
afterEach(() => rmSync(folder, { recursive: true }));

const issuesOf = (text: string): unknown => {
  try {
    return draft.parse(text).services[0]?.spec;
  } catch (error) {
    return error instanceof OrionError ? error.issues.map(({ path, line }) => [path, line]) : error;
  }
};

test('a service is written out as a manifest that says the same, and counts as untouched', async () => {
  expect(readFileSync(draft.file, 'utf8')).toMatch(/^#: service\/hello as of version 7\./);
  const text = await draft.text();
  expect(text).not.toContain('#:');
  expect(draft.isUntouched(text)).toBe(true);
  expect(draft.isUntouched('\n')).toBe(true);
  rmSync(draft.file);
  expect(draft.isUntouched(await draft.text())).toBe(true);
  expect(draft.parse(text)).toEqual({
    owner: 'app',
    services: [{ name: 'hello', labels: {}, spec: service('hello').spec }],
  });
});

test('what is wrong stands above its line, and is taken out again', async () => {
  const text = (await draft.text()).replace('replicas: 3', 'replicas: -1');
  const line = text.split('\n').findIndex((one) => one.includes('replicas')) + 1;
  const issues = [
    { path: 'spec.services[0].replicas', line, message: 'too few' },
    { path: 'spec.services[0].env', message: 'a peer names no line' },
  ];
  await draft.complain(text, new OrionError('INVALID', 'No.', { issues }));
  const written = readFileSync(draft.file, 'utf8');
  expect(written).toContain('\n#: Refused: No.\n');
  expect(written).toMatch(/\n#: spec\.services\[0\]\.replicas: too few\n +replicas: -1\n/);
  expect(await draft.text()).toBe(text);
});

test('a line that only a peer complains of is found by its path', async () => {
  const text = await draft.text();
  const issues = [{ path: 'spec.services[0].stop.signal', message: 'not here' }];
  await draft.complain(text, new OrionError('INVALID', 'No.', { issues }));
  expect(readFileSync(draft.file, 'utf8')).toMatch(
    /\n#: spec\.services\[0\]\.stop\.signal: not here\n +signal:/,
  );
});

test('the draft is of one service, whose name and owner stay', async () => {
  const text = await draft.text();
  expect(issuesOf(text.replace('name: hello', 'name: other'))).toEqual([['spec.services[0].name', 7]]);
  expect(issuesOf(text.replace('name: app', 'name: mine'))).toEqual([['metadata.name', 4]]);
  expect(issuesOf(`${text}---\n${text}`)).toEqual([['', 1]]);
});

test('what the editor has saved is read, whoever wrote it', async () => {
  writeFileSync(draft.file, 'a: 1\n#: ours\nb: 2\n');
  expect(await draft.text()).toBe('a: 1\nb: 2\n');
});
