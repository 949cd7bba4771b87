// A frame: a small record in whole sectors, with a checksum of its own.
// Layout: magic (8 bytes), u32 checksum of the rest, u32 bytes of text, text (JSON), zeros. Later formats keep it, so
// that an older version can tell a newer format from damage.

import { crc32 } from 'node:zlib';
import { assert } from '../lib/assert.ts';

export const sectorBytes = 512;
const magicBytes = 8;
const textOffset = 16;

export function frame(magic: string, record: object): Buffer {
  assert(Buffer.byteLength(magic) === magicBytes, 'a magic has eight bytes');
  const text = Buffer.from(JSON.stringify(record));
  const bytes = Buffer.alloc(Math.ceil((textOffset + text.length) / sectorBytes) * sectorBytes);
  bytes.write(magic, 0);
  bytes.writeUInt32LE(text.length, 12);
  bytes.set(text, textOffset);
  bytes.writeUInt32LE(crc32(bytes.subarray(12)), 8);
  return bytes;
}

/** The record that was framed, or undefined when `bytes` are not all of its frame and sound. */
export function unframe(magic: string, bytes: Buffer): unknown {
  if (bytes.length < sectorBytes || bytes.toString('latin1', 0, magicBytes) !== magic) return undefined;
  if (bytes.readUInt32LE(8) !== crc32(bytes.subarray(12))) return undefined;
  return JSON.parse(bytes.toString('utf8', textOffset, textOffset + bytes.readUInt32LE(12)));
}
