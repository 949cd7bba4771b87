import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeDirectories } from '../../src/lib/directories.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orion-directories-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a directory is made with the parents that it lacks, each with the mode asked for', () => {
  const path = join(folder, 'a', 'b', 'c');
  makeDirectories(path, 0o700);
  makeDirectories(path, 0o700);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o700);
});

test('where nothing can be made it fails, and does not try for ever', () => {
  expect(() => makeDirectories('/proc/nope/deep')).toThrow('ENOENT');
});

test('what is no directory is in the way', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(() => makeDirectories(file)).toThrow('EEXIST');
  expect(() => makeDirectories(join(file, 'below'))).toThrow('ENOTDIR');
});
