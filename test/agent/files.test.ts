// Settings as files: what an agent writes before it starts a replica.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeFiles } from '../../agent/workload-files.ts';
import { limits } from '../../src/lib/limits.ts';
import { until } from '../e2e/until.ts';
import { agentFor, assigned, forever, gateway, script, temporaryDirectory } from './rig.ts';

const file = (path: string, data: string) => ({ setting: 'conf', path, data });

/** What writing one file below a fresh directory answers. */
function writing(
  path: string,
  make: (directory: string) => void = () => {},
): { problem?: string; at: string } {
  const at = temporaryDirectory();
  make(at);
  const problem = writeFiles(assigned('web-0-a', script(forever, { path: at, files: [file(path, 'data')] })));
  return { ...(problem !== undefined && { problem }), at };
}

test('a replica finds its files whole, for its user alone, before it runs', async () => {
  const leader = await gateway();
  await agentFor(leader);
  const path = temporaryDirectory();
  const elsewhere = temporaryDirectory();
  mkdirSync(join(path, 'conf'));
  const source = `const fs = require('fs');
    fs.writeFileSync('seen', fs.readFileSync('conf/app') + fs.readFileSync(${JSON.stringify(join(elsewhere, 'key'))}));
    ${forever}`;
  const files = [file('conf/app', 'ünï\0\n'), file(join(elsewhere, 'key'), 'secret')];
  leader.desire(assigned('a', script(source, { path, files })));
  const seen = await until('it has read them', () => readFileSync(join(path, 'seen'), 'utf8') || undefined);
  expect(seen).toBe('ünï\0\nsecret');
  expect(statSync(join(path, 'conf/app')).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(path, 'conf'))).toEqual(['app']);
});

test('a file is replaced by another one: who has the old one open reads on, and its mode is 0600 again', () => {
  const { at, problem } = writing('app', (directory) => {
    writeFileSync(join(directory, 'app'), 'old');
    chmodSync(join(directory, 'app'), 0o644);
    writeFileSync(join(directory, '.web-0-a.orion'), 'an agent died while it wrote this');
  });
  expect(problem).toBeUndefined();
  expect(readFileSync(join(at, 'app'), 'utf8')).toBe('data');
  expect(statSync(join(at, 'app')).mode & 0o777).toBe(0o600);
  expect(readdirSync(at)).toEqual(['app']);
});

test('a link in the place of a file is replaced, never followed', () => {
  const outside = join(temporaryDirectory(), 'outside');
  writeFileSync(outside, 'untouched');
  const { at, problem } = writing('app', (directory) => symlinkSync(outside, join(directory, 'app')));
  expect(problem).toBeUndefined();
  expect(readFileSync(outside, 'utf8')).toBe('untouched');
  expect(readFileSync(join(at, 'app'), 'utf8')).toBe('data');
});

test('a relative path stays below the path of the service, wherever links lead', () => {
  const outside = temporaryDirectory();
  const out = writing('conf/app', (directory) => symlinkSync(outside, join(directory, 'conf')));
  expect(out.problem).toMatch(/a symbolic link leads out/);
  expect(readdirSync(outside)).toEqual([]);
  const inside = writing('conf/app', (directory) => {
    mkdirSync(join(directory, 'real'));
    symlinkSync('real', join(directory, 'conf'));
  });
  expect(inside.problem).toBeUndefined();
  expect(existsSync(join(inside.at, 'real/app'))).toBe(true);
});

test('what cannot be written is told with its place and never with what it holds', () => {
  expect(writing('no/such/app').problem).toMatch(/no\/such does not exist on this node/);
  const taken = writing('app', (directory) => mkdirSync(join(directory, 'app')));
  expect(taken.problem).toMatch(/the setting conf cannot be written to .*app/);
  expect(taken.problem).not.toContain('data');
  expect(readdirSync(taken.at)).toEqual(['app']);
});

test('as much as a node may take arrives in one message', async () => {
  const leader = await gateway();
  await agentFor(leader);
  const data = 'x'.repeat(limits.workloadBytesMax - 4_096);
  const workload = script(forever, { files: [file('app', data)] });
  const ids = Array.from(
    { length: Math.floor(limits.agentSetBytesMax / limits.workloadBytesMax) },
    (_, i) => `a${i}`,
  );
  leader.desire(...ids.map((id) => ({ ...assigned(id, workload), desired: 'stopped' as const })));
  for (const id of ids) await leader.status(id, { state: 'exited', reason: 'STOPPED' });
});

test('a file that cannot be written is a typed failure of that replica, mended with the next try', async () => {
  const leader = await gateway();
  await agentFor(leader);
  const path = temporaryDirectory();
  leader.desire(assigned('a', script(forever, { path, files: [file('conf/app', 'x')] })));
  const failed = await leader.status('a', { state: 'failed', reason: 'FILE_FAILED' });
  expect(failed.message).toContain(join(path, 'conf'));
  mkdirSync(join(path, 'conf'));
  await leader.status('a', { state: 'running' });
});
