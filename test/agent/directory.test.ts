// One agent to a directory, one identity for its life.

import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDirectory, type AgentDirectory } from '../../agent/directory.ts';
import { canMountTmpfs, fillUp, mountTmpfs } from '../e2e/mounts.ts';
import { temporaryDirectory } from './rig.ts';

function open(path: string): AgentDirectory {
  const directory = openDirectory(path);
  onTestFinished(() => directory.release());
  return directory;
}

test('an agent draws its id once, and counts its starts', () => {
  const path = join(temporaryDirectory(), 'made', 'here');
  const first = open(path);
  first.release();
  const second = open(path);
  expect(second.identity.agentId).toBe(first.identity.agentId);
  expect(second.identity.start).toBeGreaterThan(first.identity.start);
});

test('a directory that cannot be made is told at once, with the reason', () => {
  expect(() => openDirectory('/proc/nope/deep')).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/^\/proc\/nope\/deep cannot be made: ENOENT.*'\/proc\/nope'/) as unknown,
    }),
  );
  const file = join(temporaryDirectory(), 'file');
  writeFileSync(file, '');
  expect(() => openDirectory(file)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  expect(() => openDirectory(join(file, 'below'))).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID' }),
  );
});

test.skipIf(!canMountTmpfs)('a directory without room is told as that', () => {
  const path = join(temporaryDirectory(), 'full');
  const unmount = mountTmpfs(path, 1);
  try {
    open(path).release();
    fillUp(path, 0);
    expect(() => openDirectory(path)).toThrow(
      expect.objectContaining({ code: 'DISK_FULL', message: expect.stringContaining(path) }),
    );
  } finally {
    unmount();
  }
});

test('an agent whose directory was wiped does not use sequences again that were used before', () => {
  const before = open(temporaryDirectory()).identity.start;
  expect(open(temporaryDirectory()).identity.start).toBeGreaterThanOrEqual(before);
});

test('two agents cannot share a directory; the second is told who holds it', () => {
  const path = temporaryDirectory();
  open(path);
  expect(() => open(path)).toThrow(
    expect.objectContaining({
      code: 'DIRECTORY_LOCKED',
      message: expect.stringContaining(String(process.pid)),
    }),
  );
});

test('letting go of a directory twice does not let a third agent in beside the second', () => {
  const path = temporaryDirectory();
  const first = open(path);
  first.release();
  open(path);
  first.release();
  expect(() => open(path)).toThrow(expect.objectContaining({ code: 'DIRECTORY_LOCKED' }));
});

test.each([
  ['of a process that is gone', JSON.stringify({ pid: 2 ** 22 + 1, startTime: '1', bootId: 'x' })],
  [
    'of an earlier process with a pid that lives',
    JSON.stringify({ pid: process.pid, startTime: '1', bootId: 'x' }),
  ],
  ['that is damaged', '{'],
])('a lock %s is replaced, and nothing of it is left', (_name, content) => {
  const path = temporaryDirectory();
  writeFileSync(join(path, 'LOCK'), content);
  open(path).release();
  expect(readdirSync(path).sort()).toEqual(['identity.json', 'logs', 'replicas']);
});
