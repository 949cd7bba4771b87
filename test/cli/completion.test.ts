import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { FakeApi } from './fake-api.ts';
import { node, service } from './objects.ts';
import { orion } from './terminal.ts';

const apis: FakeApi[] = [];
afterEach(() => {
  for (const api of apis.splice(0)) api.stop();
});

/** What is offered for the last of `words`, with a cluster of two services, a node and a peer. */
async function offered(...words: string[]): Promise<readonly string[]> {
  const list = (...items: object[]): { body: object } => ({ body: { items, resourceVersion: '7' } });
  const api = await FakeApi.start({
    'GET /api/services?limit=500&consistency=stale': list(service('hello'), service('hi')),
    'GET /api/nodes?limit=500&consistency=stale': list(node('pi-1', '10.0.0.1')),
    'GET /api/cluster': { body: { peers: [{ id: 'peer-1', api: '' }] } },
  });
  apis.push(api);
  const { stdout, stderr, exitCode } = await orion(['__complete', '--', ...words], { ORION_PEERS: api.url });
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t')[0] ?? '');
}

test.each([
  ['the first word', ['des'], ['describe']],
  ['the second word', ['cluster', 'r'], ['remove', 'recover']],
  ['a kind', ['get', 's'], ['services', 'settings']],
  ['a name of that kind', ['get', 'svc', 'h'], ['hello', 'hi']],
  ['a name of a kind with options between', ['get', '-o', 'json', 'no', ''], ['pi-1']],
  ['both at once', ['delete', 'service/he'], ['service/hello']],
  ['a service', ['logs', ''], ['hello', 'hi']],
  ['a peer', ['cluster', 'remove', ''], ['peer-1']],
  ['a form', ['get', 'svc', '-o', 'j'], ['json']],
  ['an option', ['get', 'svc', '--no'], ['--no-headers']],
  ['a file', ['apply', '-f', ''], [':files']],
  ['a shell', ['completion', ''], ['bash', 'zsh', 'fish']],
  ['nothing behind the last argument', ['logs', 'hello', ''], []],
  ['nothing of a kind that is none', ['get', 'unicorns', ''], []],
  ['nothing of an unknown command', ['frobnicate', ''], []],
])('%s is offered', async (_, words, expected) => {
  expect(await offered(...words)).toEqual(expected);
});

test('where nobody answers there are no names, and no noise', async () => {
  const outcome = await orion(['__complete', '--', 'logs', ''], { ORION_PEERS: 'http://127.0.0.1:2' });
  expect(outcome).toEqual({ exitCode: 0, stdout: '', stderr: '' });
});

test('bash asks with the words up to the cursor, and takes values without their descriptions', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'orion-completion-'));
  try {
    const { stdout: script } = await orion(['completion', 'bash']);
    writeFileSync(join(folder, 'script'), script);
    const fake = '#!/bin/sh\nprintf "%s\\n" "$*" >&2\nprintf "hello\\ta service\\n$4\\t\\n"\n';
    writeFileSync(join(folder, 'orion'), fake.replace('>&2', `> ${folder}/asked`));
    chmodSync(join(folder, 'orion'), 0o755);
    const lines = [
      'source ./script',
      'COMP_WORDS=(./orion logs "he llo" more)',
      'COMP_CWORD=2',
      '_orion',
      'printf "%s|" "${COMPREPLY[@]}"',
      'cat asked',
    ];
    const answer = execFileSync('bash', ['--norc', '-c', lines.join('\n')], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(answer).toBe('hello|he llo|__complete -- logs he llo\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each(['zsh', 'fish'])('there is a script for %s', async (shell) => {
  const { stdout, exitCode } = await orion(['completion', shell]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('__complete --');
  expect(stdout).not.toContain('\\$');
});

test('a shell that is none is told so', async () => {
  const { stderr, exitCode } = await orion(['completion', 'bsh']);
  expect({ stderr, exitCode }).toEqual({
    exitCode: 2,
    stderr: 'error: SHELL is one of bash, zsh, fish, not "bsh"; did you mean "bash"?\n',
  });
});
