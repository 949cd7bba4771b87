// Small file systems of their own, for disks that fill up or lose their power. Needs root.

import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

function run(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? String(stderr)}`);
}

/** Mounts an empty file system in memory at `path`, which is made; answers how to end it. */
export function mountTmpfs(path: string, megabytes: number): () => void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=700`, 'orion-test', path]);
  return () => unmount(path);
}

/** Mounts the ext4 in the file `image`, made there when it is absent, at `path`, which exists. */
export function mountImage(image: string, path: string): () => void {
  run('mount', ['-o', 'loop', image, path]);
  return () => unmount(path);
}

export function makeImage(image: string, megabytes: number): void {
  run('truncate', ['-s', `${megabytes}M`, image]);
  run('mkfs.ext4', ['-q', '-F', image]);
}

function unmount(path: string): void {
  run('umount', [path]);
}

/** Takes all the room at `path` but about `leave` bytes; answers how to give it back. */
export function fillUp(path: string, leave: number): () => void {
  const ballast = join(path, 'ballast');
  const file = openSync(ballast, 'w');
  for (const bytes of [1 << 20, 1 << 12]) {
    const chunk = Buffer.alloc(bytes);
    while (roomAt(path) > leave && hasRoomFor(file, chunk));
  }
  closeSync(file);
  return () => rmSync(ballast);
}

function roomAt(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

function hasRoomFor(file: number, chunk: Buffer): boolean {
  try {
    return writeSync(file, chunk) === chunk.length;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false;
    throw error;
  }
}

/** Whether this machine lets us mount what `mount` mounts. */
function works(mount: (folder: string) => () => void): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'orion-mount-'));
  try {
    mount(folder)();
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const canMountTmpfs = works((folder) => mountTmpfs(join(folder, 'mount'), 1));
if (!canMountTmpfs) process.stderr.write('no tmpfs can be mounted here: what needs a full disk is skipped\n');

export const canMountImages = works((folder) => {
  const image = join(folder, 'image');
  makeImage(image, 8);
  mkdirSync(join(folder, 'mount'));
  return mountImage(image, join(folder, 'mount'));
});
