// Small file systems of their own, for disks that fill up or lose their power. Needs root.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
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

/** Takes all the room at `path` but `leave` bytes; answers how to give it back. */
export function fillUp(path: string, leave: number): () => void {
  const ballast = join(path, 'ballast');
  const { bavail, bsize } = statfsSync(path);
  writeFileSync(ballast, Buffer.alloc(bavail * bsize - leave));
  return () => rmSync(ballast);
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
