import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isOrionError } from '../../src/lib/errors.ts';
import { limits } from '../../src/lib/limits.ts';
import {
  type BackupChunk,
  type BackupHeader,
  type BackupPart,
  readBackup,
  writeBackup,
} from '../../src/protocol/backup.ts';

const header: BackupHeader = {
  format: 2,
  clusterId: 'c'.repeat(32),
  name: 'home',
  version: '1.2.3',
  takenAt: 1_700_000_000_000,
  index: 17,
  term: 3,
  time: 1_700_000_000_000,
  hash: 'f'.repeat(32),
};

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

const chunksOf = (contents: readonly Uint8Array[]): BackupChunk[] =>
  contents.map((bytes, number) => ({ number, bytes, checksum: number * 7 }));

async function written(contents: readonly Uint8Array[], head: object = header): Promise<Buffer> {
  const frames: Buffer[] = [];
  for await (const bytes of writeBackup(head as BackupHeader, each(chunksOf(contents)))) frames.push(bytes);
  return Buffer.concat(frames);
}

/** In pieces of `size`. */
async function partsOf(bytes: Buffer, size = 1_000): Promise<BackupPart[]> {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  const parts: BackupPart[] = [];
  for await (const part of readBackup(each(pieces))) parts.push(part);
  return parts;
}

const codeOf = async (bytes: Buffer): Promise<unknown> =>
  partsOf(bytes).then(
    () => 'read',
    (error: unknown) => (isOrionError(error) ? error.code : error),
  );

test('what was written is read again, however it is cut into pieces', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 5 }),
      fc.integer({ min: 1, max: 200 }),
      async (contents, size) => {
        const bytes = await written(contents);
        const [first, ...rest] = await partsOf(bytes, size);
        expect(first).toEqual({ kind: 'header', header });
        const chunks = rest.flatMap((part) => (part.kind === 'chunk' ? [part.chunk] : []));
        expect(chunks.map(({ bytes: content }) => [...content])).toEqual(
          contents.map((content) => [...content]),
        );
        expect(chunks.map(({ checksum }) => checksum)).toEqual(contents.map((_, number) => number * 7));
        expect(rest.at(-1)).toEqual({ kind: 'end', bytes: bytes.length });
      },
    ),
  );
});

const sample = [Buffer.from('first rows'), Buffer.from('last rows')];

test('one cut short anywhere is refused', async () => {
  const bytes = await written(sample);
  for (let length = 0; length < bytes.length; length += 1) {
    expect(await codeOf(bytes.subarray(0, length)), `cut at ${length}`).toBe('MALFORMED');
  }
});

test('one with a bit flipped anywhere is refused', async () => {
  const bytes = await written(sample);
  for (let bit = 0; bit < bytes.length * 8; bit += 3) {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(['MALFORMED', 'FORMAT_TOO_NEW'], `bit ${bit}`).toContain(await codeOf(flipped));
  }
});

test('one with something behind its end is refused', async () => {
  expect(await codeOf(Buffer.concat([await written(sample), Buffer.from('x')]))).toBe('MALFORMED');
});

test('one of a later version says which version reads it', async () => {
  const later = await written([], { ...header, format: 4, version: '9.0.0' });
  await expect(partsOf(later)).rejects.toThrow(/format 4.*9\.0\.0/);
  expect(await codeOf(later)).toBe('FORMAT_TOO_NEW');
});

test('a length that no frame has is refused before it is believed', async () => {
  const bytes = await written([]);
  bytes.writeUInt32LE(limits.backupFrameBytesMax + 1, 8);
  await expect(partsOf(bytes)).rejects.toThrow(/no frame has/);
});
