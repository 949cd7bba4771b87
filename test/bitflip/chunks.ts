// Chunks of a snapshot whose bits flip on their way: every bit of them, and each is refused.

import { isOrionError } from '../../src/lib/errors.ts';
import type { SnapshotChunk } from '../../src/peer/snapshot-ports.ts';
import { readChunk } from '../../src/storage/snapshot-chunk.ts';
import { describeFixture } from './fixture.ts';

/** How many bits were flipped, and how many flips were taken for sound. */
export function flipChunks(): { readonly flips: number; readonly accepted: number } {
  let flips = 0;
  let accepted = 0;
  for (const chunk of describeFixture().foreign.chunks) {
    for (let bit = 0; bit < chunk.bytes.length * 8; bit += 1) {
      flips += 1;
      if (!isRefused(flipped(chunk, bit))) accepted += 1;
    }
  }
  return { flips, accepted };
}

function flipped(chunk: SnapshotChunk, bit: number): SnapshotChunk {
  const bytes = Uint8Array.from(chunk.bytes);
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return { ...chunk, bytes };
}

function isRefused(chunk: SnapshotChunk): boolean {
  try {
    readChunk(chunk);
    return false;
  } catch (error) {
    if (isOrionError(error, 'MALFORMED')) return true;
    throw error;
  }
}
