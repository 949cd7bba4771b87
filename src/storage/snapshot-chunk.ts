// The parts in which a state travels from peer to peer: rows in the order of their keys' bytes, cut where a chunk is full.
//
// C1. Where chunks are cut follows from the rows alone, so that a transfer begun with one peer can go on with another.
// C2. A chunk holds whole rows, at least one, and ends with the first that fills it: no row is larger than a command, or than
//     `recordLimits.windowChangeBytesMax`, so a chunk has at most `chunkBytes` and so many bytes more, and a little.
//
// A row: u32 bytes of key, u32 bytes of text, key, text (row-codec.ts); all numbers little-endian.

import { crc32 } from 'node:zlib';
import { OrionError } from '../lib/errors.ts';
import type { SnapshotChunk } from '../peer/snapshot-ports.ts';
import type { RowKey } from '../state/row.ts';

const rowHeaderBytes = 8;

/** A row as it is stored and sent. */
export interface EncodedRow {
  readonly key: RowKey;
  /** UTF-8. */
  readonly text: Buffer;
}

/** Gathers the rows of one chunk. */
export class ChunkBuilder {
  readonly #chunkBytes: number;
  readonly #parts: Uint8Array[] = [];
  #bytes = 0;

  constructor(chunkBytes: number) {
    this.#chunkBytes = chunkBytes;
  }

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  get isFull(): boolean {
    return this.#bytes >= this.#chunkBytes;
  }

  add({ key, text }: EncodedRow): void {
    const keyBytes = Buffer.from(key);
    const header = Buffer.allocUnsafe(rowHeaderBytes);
    header.writeUInt32LE(keyBytes.length, 0);
    header.writeUInt32LE(text.length, 4);
    this.#parts.push(header, keyBytes, text);
    this.#bytes += rowHeaderBytes + keyBytes.length + text.length;
  }

  build(number: number): SnapshotChunk {
    const bytes = Buffer.concat(this.#parts, this.#bytes);
    return { number, bytes, checksum: crc32(bytes) };
  }
}

/** The rows of a chunk that another peer sent. Throws `MALFORMED` on one that was not built so. */
export function readChunk(chunk: SnapshotChunk): EncodedRow[] {
  const bytes = Buffer.from(chunk.bytes.buffer, chunk.bytes.byteOffset, chunk.bytes.byteLength);
  if (crc32(bytes) !== chunk.checksum) throw badChunk(chunk, 'it does not match its checksum');
  const rows: EncodedRow[] = [];
  for (let at = 0; at < bytes.length;) {
    if (at + rowHeaderBytes > bytes.length) throw badChunk(chunk, 'it ends within a row');
    const keyEnd = at + rowHeaderBytes + bytes.readUInt32LE(at);
    const end = keyEnd + bytes.readUInt32LE(at + 4);
    if (end > bytes.length) throw badChunk(chunk, 'it ends within a row');
    rows.push({
      key: bytes.toString('utf8', at + rowHeaderBytes, keyEnd) as RowKey,
      text: bytes.subarray(keyEnd, end),
    });
    at = end;
  }
  return rows;
}

export function badChunk({ number }: SnapshotChunk, why: string): OrionError {
  return new OrionError('MALFORMED', `Chunk ${number} of a snapshot cannot be taken in: ${why}.`);
}
