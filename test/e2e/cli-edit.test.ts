// `orion edit` with editors that are scripts, against a real cluster.

import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import type { Service } from '../../src/protocol/objects.ts';
import { orion, type Outcome } from '../cli/terminal.ts';
import { Cluster } from './cluster.ts';
import { mainFile } from './program.ts';
import { Shell } from './shell.ts';

let cluster: Cluster;
let shell: Shell;
beforeAll(async () => {
  cluster = await Cluster.start({ peers: 1, agents: 0 });
  shell = new Shell(cluster);
  vi.stubEnv('TMPDIR', cluster.folder); // Texts that are kept go with the cluster.
  await shell.run('apply', '-f', shell.manifest('shop', { web: { replicas: 2 } }));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await cluster.stop();
});

/** Of the service that is edited. */
const replicas = async (): Promise<number> =>
  (await shell.json<Service>('get', 'service', 'web')).spec.replicas;

/** An editor that is a node script; `log` of what it saw at each of its runs. */
function editor(name: string, script: string): Readonly<Record<string, string>> {
  const file = join(cluster.folder, `${name}.mjs`);
  const prelude =
    `import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';\n` +
    `const file = process.argv[2];\nconst text = readFileSync(file, 'utf8');\n` +
    `appendFileSync('${file}.log', text + '\\f');\n`;
  writeFileSync(file, prelude + script);
  chmodSync(file, 0o700);
  return { EDITOR: `${process.execPath} ${file}`, LOG: `${file}.log` };
}

async function edit(
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Outcome & { readonly seen: readonly string[] }> {
  const outcome = await orion(['edit', 'service/web', ...args, ...shell.peers], env);
  const log = env['LOG'] ?? '';
  const seen = existsSync(log) ? readFileSync(log, 'utf8').split('\f').slice(0, -1) : [];
  return { ...outcome, seen };
}

test('edit applies what the editor saves', async () => {
  const outcome = await edit(
    editor('good', `writeFileSync(file, text.replace('replicas: 2', 'replicas: 1'));`),
  );
  expect(outcome).toMatchObject({ exitCode: 0, stdout: 'service/web updated\n' });
  expect(parse(outcome.seen[0] ?? '')).toMatchObject({
    metadata: { name: 'shop' },
    spec: { services: [{ name: 'web' }] },
  });
  expect(await replicas()).toBe(1);
});

test('edit brings back what is not valid, each problem above its line, until it is', async () => {
  const outcome = await edit(
    editor(
      'clumsy',
      `writeFileSync(file, text.includes('Refused') ? text.replace('replicas: -5', 'replicas: 2') : text.replace('replicas: 1', 'replicas: -5'));`,
    ),
  );
  expect(outcome).toMatchObject({ exitCode: 0, stdout: 'service/web updated\n' });
  expect(outcome.seen[1]).toMatch(/\n#: spec\.services\[0\]\.replicas: .*\n +replicas: -5\n/);
  expect(await replicas()).toBe(2);
});

test('edit that is given up keeps the text, and nothing is changed', async () => {
  const outcome = await edit(
    editor('stubborn', `writeFileSync(file, text.replace(/name: web/, 'name: other'));`),
  );
  expect(outcome.exitCode).toBe(1);
  const [, kept = ''] = /your text is kept in (\S+)/.exec(outcome.stderr) ?? [];
  expect(readFileSync(kept, 'utf8')).toContain('name: other');
  expect(outcome.stderr).toContain('a service keeps its name');
});

test('edit never overwrites what somebody else changed meanwhile: 5, and the text is kept', async () => {
  const scaling = `import { execFileSync } from 'node:child_process';
execFileSync(process.execPath, ['${mainFile}', 'scale', 'web', '3', '--peers', '${cluster.peerUrls()[0]}']);
writeFileSync(file, text.replace('replicas: 2', 'replicas: 9'));`;
  const outcome = await edit(editor('slow', scaling));
  expect(outcome.exitCode).toBe(5);
  const [, kept = ''] = /your text is kept in (\S+)/.exec(outcome.stderr) ?? [];
  expect(readFileSync(kept, 'utf8')).toContain('replicas: 9');
  expect(await replicas()).toBe(3);
});

test('edit is not held up by what changes without anybody asking for another spec', async () => {
  const restarting = `import { execFileSync } from 'node:child_process';
execFileSync(process.execPath, ['${mainFile}', 'restart', 'web', '--peers', '${cluster.peerUrls()[0]}']);
writeFileSync(file, text.replace('replicas: 3', 'replicas: 2'));`;
  const before = await shell.json<Service>('get', 'service', 'web');
  const { exitCode, stdout } = await edit(editor('patient', restarting), '-o', 'json');
  expect([exitCode, JSON.parse(stdout)]).toMatchObject([
    0,
    { status: 'accepted', changes: [{ action: 'updated' }] },
  ]);
  const after = await shell.json<Service>('get', 'service', 'web');
  expect([after.spec.replicas, after.status.revision]).toEqual([2, before.status.revision + 1]);
});

test('edit changes nothing when the file is left as it is, and without an editor says so', async () => {
  const folders = (): number =>
    readdirSync(cluster.folder).filter((name) => name.startsWith('orion-edit-')).length;
  const before = folders();
  expect(await edit(editor('idle', ''))).toMatchObject({
    exitCode: 0,
    stdout: '',
    stderr: 'nothing was changed\n',
  });
  const none = await edit({ EDITOR: '/nowhere/editor' });
  expect([none.exitCode, none.stderr]).toEqual([2, expect.stringContaining('set EDITOR')]);
  expect((await edit(editor('broken', 'process.exit(1);'))).exitCode).toBe(2);
  expect(folders()).toBe(before);
});
