// The commands that change what runs, against a real cluster: their tables and JSON, their exit codes, and a failure of each.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ApplyAnswer, List, RevisionView } from '../../src/protocol/api.ts';
import type { Service } from '../../src/protocol/objects.ts';
import type { Rollout } from '../../src/protocol/rollout.ts';
import type { Why } from '../../src/protocol/why.ts';
import { orion } from '../cli/terminal.ts';
import { Cluster } from './cluster.ts';
import { mainFile } from './program.ts';
import { Shell } from './shell.ts';

let cluster: Cluster;
let shell: Shell;
beforeAll(async () => {
  cluster = await Cluster.start({ peers: 1, agents: 1 });
  shell = new Shell(cluster);
});
afterAll(() => cluster.stop());

/** Ends by itself after a line that nobody else writes. */
const crashing = `console.log('no database here'); process.exit(3);`;

test('apply --wait follows several files to their end, and says what it did', async () => {
  const files = [shell.manifest('shop', { web: { replicas: 2 } }), shell.manifest('blog', { posts: {} })];
  const { stdout, stderr, exitCode } = await shell.run(
    'apply',
    '-f',
    files[0] ?? '',
    '-f',
    files[1] ?? '',
    '--wait',
  );
  expect([exitCode, stdout]).toEqual([0, 'service/web created\nservice/posts created\n']);
  expect(stderr).toMatch(/^service\/web revision 1: complete: 2\/2 updated, 2 ready/m);
  expect(stderr).not.toContain('\u001b');
  const again = await shell.json<ApplyAnswer>('apply', '-f', files[0] ?? '');
  expect(again).toMatchObject({ status: 'accepted', changes: [{ name: 'web', action: 'unchanged' }] });
});

test('apply --wait of a service that crashes shows its last lines, and fails; the old replicas stay', async () => {
  const file = shell.manifest('frail', { frail: {} });
  expect((await shell.run('apply', '-f', file, '--wait')).exitCode).toBe(0);
  shell.manifest('frail', { frail: { script: crashing, entry: 'frail-2.mjs' } });
  const { stdout, stderr, exitCode } = await shell.run('apply', '-f', file, '--wait');
  expect([exitCode, stdout]).toEqual([1, 'service/frail updated\n']);
  expect(stderr).toContain('service/frail: replica 0 failed on node-1: CRASH_LOOP');
  expect(stderr).toContain('\n    no database here\n');
  expect(stderr).toContain('error: not rolled out: frail\n');
  expect(stderr).toContain('orion rollout undo frail');
  const status = await shell.run('rollout', 'status', 'frail', '--no-wait', '-o', 'json');
  expect(JSON.parse(status.stdout)).toMatchObject([{ service: 'frail', revision: 2, old: 1 }]);
});

test('rollout undo brings back what ran before, and history tells of it', async () => {
  const undone = await shell.run('rollout', 'undo', 'frail', '--wait');
  expect([undone.exitCode, undone.stdout]).toEqual([
    0,
    'service/frail rolls back to the revision before, as revision 3\n',
  ]);
  const table = (await shell.run('rollout', 'history', 'frail')).stdout.split('\n');
  expect(table[0]).toMatch(/^REVISION +RESULT +AGE +BY +CHANGED$/);
  expect(table.slice(1, 4).map((line) => line.split(/ +/).slice(0, 2))).toEqual([
    ['3', 'complete'],
    ['2', 'failed'],
    ['1', 'complete'],
  ]);
  expect(table[2]).toMatch(/ entry$/);
  const history = await shell.json<List<RevisionView>>('rollout', 'history', 'frail');
  expect(history.items.map(({ revision }) => revision)).toEqual([3, 2, 1]);
  const nothing = await shell.run('rollout', 'undo', 'frail');
  expect([nothing.exitCode, nothing.stdout]).toEqual([5, '']);
  const again = await shell.json<Service>('rollout', 'undo', 'frail', '--to-revision', '2');
  expect(again.status.revision).toBe(4);
  const unknown = await shell.run('rollout', 'undo', 'frail', '--to-revision', '77');
  expect([unknown.exitCode, unknown.stdout]).toEqual([1, '']);
  expect((await shell.run('rollout', 'history', 'nobody')).exitCode).toBe(1);
});

test('rollout status prints a table, JSON, and refuses what is not there', async () => {
  const { stdout, exitCode } = await shell.run('rollout', 'status', 'web', 'posts');
  expect(exitCode).toBe(0);
  const [title, web] = stdout.split('\n');
  expect(title).toMatch(/^SERVICE +REVISION +STATE +DESIRED +UPDATED +READY +OLD +MESSAGE$/);
  expect(web).toMatch(/^web +1 +complete +2 +2 +2 +0 +every replica is of revision 1$/);
  const [rollout] = await shell.json<Rollout[]>('rollout', 'status', 'posts');
  expect(rollout).toMatchObject({ service: 'posts', state: 'complete', failed: [] });
  const unknown = await shell.run('rollout', 'status', 'nobody');
  expect([unknown.exitCode, unknown.stderr]).toEqual([1, 'error: There is no service "nobody".\n']);
  expect((await shell.run('rollout', 'status', 'web', '--timeout', 'soon')).exitCode).toBe(2);
});

test('a rollout that takes longer than --timeout fails the command, and goes on', async () => {
  const file = shell.manifest('huge', { huge: { resources: { cpu: 100_000 } } });
  const { stderr, exitCode } = await shell.run('apply', '-f', file, '--wait', '--timeout', '300ms');
  expect(exitCode).toBe(1);
  expect(stderr).toContain(
    'error: not done within 300ms; the rollout goes on. Follow it: orion rollout status huge',
  );
});

test('why says of a service without a place which node lacks what', async () => {
  await cluster.until('no place was found', async () =>
    (await shell.run('why', 'huge')).stdout.includes('NoNodeFits'),
  );
  const { stdout, exitCode } = await shell.run('why', 'huge');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('service/huge: without a place: replica 0; 0 of 1 node(s) would take one more\n');
  expect(stdout).toMatch(/^Placed +False +NoNodeFits /m);
  expect(stdout).toMatch(/^NODE +FITS +READY +RUNTIME +LABELS +CPU +MEMORY +PORTS/m);
  expect(stdout).toMatch(/^node-1 +no +ok +ok +ok +needs 100000, has [0-9.]+ +ok +ok/m);
  const why = await shell.json<Why>('why', 'service/huge');
  expect(why).toMatchObject({ kind: 'Service', missing: [0], nodes: [{ node: 'node-1', fits: false }] });
  const [one] = (await shell.json<List<{ metadata: { name: string } }>>('get', 'assignments')).items;
  const replica = await shell.json<Why>('why', one?.metadata.name ?? '');
  expect(replica).toMatchObject({ kind: 'Assignment', replicas: [{ node: 'node-1', state: 'running' }] });
  expect((await shell.run('why', 'nobody')).exitCode).toBe(1);
  expect((await shell.run('why', 'node/node-1')).exitCode).toBe(2);
});

test('diff ends with 0 when nothing differs, with 1 when something does, and with 2 when it fails', async () => {
  const file = shell.manifest('shop', { web: { replicas: 2 } });
  expect(await shell.run('diff', '-f', file)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  shell.manifest('shop', { web: { replicas: 3, env: { MODE: 'loud' } }, more: {} });
  const { stdout, exitCode } = await shell.run('diff', '-f', file);
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/^service\/web updated\n {2}/m);
  expect(stdout).toContain('  ~ spec.replicas: 2 -> 3\n');
  expect(stdout).toContain('  + spec.env.MODE: "loud"\n');
  expect(stdout).toContain('service/more created\n');
  const asJson = await shell.run('diff', '-f', file, '-o', 'json');
  expect([asJson.exitCode, JSON.parse(asJson.stdout)]).toMatchObject([1, { status: 'dryRun' }]);
  writeFileSync(file, 'apiVersion: orion/v1\n');
  expect((await shell.run('diff', '-f', file)).exitCode).toBe(2);
  expect((await shell.run('diff', '-f', join(cluster.folder, 'nowhere.yaml'))).exitCode).toBe(2);
  expect(
    (await orion(['diff', '-f', shell.manifest('shop', { web: {} }), '--peers', 'http://127.0.0.1:9']))
      .exitCode,
  ).toBe(3);
});

test('apply --dry-run says what would change and where replicas would run, and changes nothing', async () => {
  const file = shell.manifest('later', { later: { replicas: 1 } });
  const { stdout, exitCode } = await shell.run('apply', '-f', file, '--dry-run', '--wait');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^service\/later created \(dry run\)$/m);
  expect(stdout).toContain('service/later: replica 0 on node-1\n');
  expect((await shell.run('get', 'service', 'later')).exitCode).toBe(1);
});

test('scale and restart can be followed, and tell the object as JSON', async () => {
  expect((await shell.json<Service>('scale', 'posts', '2', '--wait')).spec.replicas).toBe(2);
  const before = await shell.json<Service>('get', 'service', 'posts');
  const { stdout, stderr, exitCode } = await shell.run('restart', 'posts', '--wait');
  expect([exitCode, stdout]).toEqual([0, 'service/posts restarts as revision 2\n']);
  expect(stderr).toMatch(/^service\/posts revision 2: complete: 2\/2 updated, 2 ready/m);
  expect((await shell.json<Service>('get', 'service', 'posts')).spec).toEqual(before.spec);
  expect((await shell.json<Service>('restart', 'posts')).status.revision).toBe(3);
  expect((await shell.run('restart', 'nobody')).exitCode).toBe(1);
});

test('wait ends when an object is as it shall be, or is gone; late and absent are failures', async () => {
  const met = await shell.run('wait', 'service', 'web', '--for', 'condition=Available');
  expect([met.exitCode, met.stdout]).toEqual([0, 'service/web condition met\n']);
  expect(await shell.json<Service>('wait', 'service/web', '--for', 'status.ready=2')).toMatchObject({
    metadata: { name: 'web' },
  });
  const late = await shell.run('wait', 'service', 'web', '--for', 'status.ready=7', '--timeout', '100ms');
  expect([late.exitCode, late.stderr]).toEqual([
    1,
    'error: service/web is not so after 100ms: status.ready=7\n',
  ]);
  const gone = shell.run('wait', 'service', 'huge', '--for', 'delete');
  expect((await shell.run('delete', 'service', 'huge')).exitCode).toBe(0);
  expect(await gone).toMatchObject({ exitCode: 0, stdout: 'service/huge deleted\n' });
  expect((await shell.run('wait', 'service', 'huge', '--for', 'condition=Available')).exitCode).toBe(1);
  expect((await shell.run('wait', 'service', 'web', '--for', 'Available')).exitCode).toBe(2);
});

test('Ctrl-C ends the watching with 130, says how to go on, and leaves the rollout alone', async () => {
  const file = shell.manifest('slowly', { slowly: { resources: { cpu: 100_000 } } });
  const child = spawn(process.execPath, [mainFile, 'apply', '-f', file, '--wait', ...shell.peers], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    if (text.includes('fits no node')) child.kill('SIGINT');
  });
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(130);
  expect(stderr).toContain('detached; the rollout goes on. Follow it: orion rollout status slowly\n');
  expect((await shell.json<Service>('get', 'service', 'slowly')).spec.replicas).toBe(1);
});
