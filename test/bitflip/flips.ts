// Which bits of a data directory are flipped: one in every region of every file, in the first record, the last, and between.

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { present } from '../../src/lib/assert.ts';
import type { Prng } from '../../src/lib/prng.ts';
import { decodeEntries, decodeHeader, entryBytes } from '../../src/storage/batch.ts';

export interface Flip {
  /** Below the data directory. */
  readonly path: string;
  readonly kind: string;
  readonly region: string;
  readonly bit: number;
}

interface Region {
  readonly name: string;
  /** In bytes. */
  readonly from: number;
  readonly to: number;
}

/** Of a file that is no list of records, this many places. */
const places = 24;
/** Of it, all of its last bytes. */
const lastBytes = 8;

/** The fields of a batch's header, with the byte at which each begins (src/storage/batch.ts). */
const batchFields: readonly (readonly [name: string, from: number])[] = [
  ['magic', 0],
  ['bytes', 4],
  ['number', 8],
  ['previous', 16],
  ['blank sectors', 20],
  ['entry count', 24],
  ['first index', 32],
  ['truncate from', 40],
  ['term', 48],
  ['vote', 56],
  ['header checksum', 72],
  ['checksum', 76],
  ['entries', 80],
];
const entryHeaderBytes = 24;

/** One bit of each region of each file in `directory`; `prng` says which. */
export function drawFlips(directory: string, prng: Prng): Flip[] {
  const names = readdirSync(directory, { recursive: true, withFileTypes: true });
  const paths = names
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .toSorted();
  return paths.flatMap((path) => {
    const kind = kindOf(path);
    return regionsOf(kind, readFileSync(join(directory, path))).map(({ name, from, to }) => ({
      path,
      kind,
      region: name,
      bit: prng.int({ from: from * 8, to: to * 8 }),
    }));
  });
}

/** What a file is, from where it stands. */
function kindOf(path: string): string {
  if (path.startsWith('superblock')) return 'superblock';
  if (path.endsWith('.base')) return 'base record';
  if (path.startsWith('log/')) return 'segment';
  if (path === 'state/current') return 'pointer';
  const owner = path.startsWith('state/0000000001/') ? 'state' : 'transfer';
  if (path.endsWith('.ldb')) return `${owner}, LevelDB table`;
  if (path.endsWith('.log')) return `${owner}, LevelDB log`;
  if (path.includes('MANIFEST')) return `${owner}, LevelDB manifest`;
  if (path.endsWith('CURRENT')) return `${owner}, LevelDB CURRENT`;
  return `${owner}, LevelDB notes`;
}

function regionsOf(kind: string, content: Buffer): Region[] {
  switch (kind) {
    case 'segment':
      return batchRegions(content);
    case 'superblock':
      return frameRegions(0, content.length);
    case 'base record': // two copies
      return [...frameRegions(0, content.length / 2), ...frameRegions(content.length / 2, content.length)];
    default:
      return evenRegions(content.length);
  }
}

function frameRegions(from: number, to: number): Region[] {
  const cuts = [0, 8, 12, 16, 60, 160, to - from];
  const names = ['magic', 'checksum', 'bytes of text', 'text', 'text', 'text or zeros'];
  return names.map((name, i) => ({ name, from: from + (cuts[i] ?? 0), to: from + (cuts[i + 1] ?? 0) }));
}

function batchRegions(content: Buffer): Region[] {
  const regions: Region[] = [];
  for (let at = 0; at < content.length;) {
    const header = present(decodeHeader(content, at), 'a sound segment is a run of batches');
    for (const [i, [name, from]] of batchFields.entries()) {
      const to = batchFields[i + 1]?.[1];
      if (to !== undefined) regions.push({ name, from: at + from, to: at + to });
    }
    let entryAt = at + 80;
    for (const entry of present(decodeEntries(content, at, header), 'a sound batch has its entries')) {
      const end = entryAt + entryBytes(entry);
      regions.push({ name: 'entry header', from: entryAt, to: entryAt + entryHeaderBytes });
      if (end > entryAt + entryHeaderBytes) {
        regions.push({ name: 'entry payload', from: entryAt + entryHeaderBytes, to: end });
      }
      entryAt = end;
    }
    if (entryAt < at + header.bytes) regions.push({ name: 'padding', from: entryAt, to: at + header.bytes });
    at += header.bytes;
  }
  return regions;
}

function evenRegions(length: number): Region[] {
  const parts = Math.min(length, places);
  const even = Array.from({ length: parts }, (_, i) => ({
    name: `part ${i + 1} of ${parts}`,
    from: Math.floor((i * length) / parts),
    to: Math.floor(((i + 1) * length) / parts),
  }));
  const tail = Array.from({ length: Math.min(length, lastBytes) }, (_, i) => ({
    name: 'the end',
    from: length - i - 1,
    to: length - i,
  }));
  return [...even, ...tail];
}
