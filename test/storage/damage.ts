// Disks that hold a log, and what becomes of their bits.

import { commands, persistOf } from './log-fixtures.ts';
import { openOn } from './log-model.ts';
import { SimDisk } from './sim-disk.ts';

export const isSegment = (path: string): boolean => /^\/data\/log\/.*\.log$/.test(path);
export const isAside = (path: string): boolean => path.endsWith('.damaged');

/** A log of `count` batches of two entries each, closed. Nothing follows its newest batch, which is in the newest file. */
export async function filled(count: number, bytes = 300): Promise<SimDisk> {
  const disk = new SimDisk();
  const log = await openOn(disk, 1);
  for (let i = 0; i < count; i += 1) {
    await log.persist(persistOf({ entries: commands(2 * i + 1, 2 * i + 3, { bytes }) }));
  }
  await log.close();
  return disk;
}

export const newestSegment = (disk: SimDisk): string => disk.paths().findLast(isSegment) ?? '';

export function flip(disk: SimDisk, path: string, bit: number): void {
  disk.damage(path, (bytes) => {
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return bytes;
  });
}
