// A batch: one persist operation as bytes, written in one piece and read back whole or not at all.
// Owns: the layout, and telling a torn write from damage. Does not own: files, and which batch may follow which.
//
// B1. A batch fills whole sectors of 512 bytes, so that no later write touches a sector that is durable.
// B2. The header has a checksum of its own: a length is never believed before it is verified.
// B3. `previous` is the checksum of the batch before, and `checksum` covers it: the batches are a chain, in which
//     none can be missing, doubled, or come from another log.
// B4. One write is in flight at a time. A later one, or any byte after a batch, proves that it was durable.
// B5. Each batch carries the hard state, so that any segment can be the first to be read.
// Why no number of the last batch known synced: by B4 it is always the number before.
//
// Numbers are little endian; u64 holds a whole number below 2^53, and 0 where there is none.
//    0 u32 magic           16 u32 previous       32 u64 first index     56 16 bytes vote
//    4 u32 bytes           20 u32 blank sectors  40 u64 truncate from   72 u32 checksum of bytes 0 to 71
//    8 u64 number          24 u64 entry count    48 u64 term            76 u32 checksum of bytes 0 to 71 and 80 on
// Each entry: u32 payload bytes, u32 kind, u64 term, f64 time, payload. Zeros fill the last sector.

import { crc32 } from 'node:zlib';
import {
  asIndex,
  asStoreId,
  asTerm,
  type Entry,
  type EntryPayload,
  type Genesis,
  type HardState,
  type LogIndex,
  type Membership,
} from '../../raft/types.ts';
import { assert, present, unreachable } from '../lib/assert.ts';
import { sectorBytes } from './frame.ts';

const headerBytes = 80;
const entryHeaderBytes = 24;
/** `OLOG` */
const magic = 0x474f_4c4f;
const noVote = '0'.repeat(32);
const blankSector = Buffer.alloc(sectorBytes);
const nothing = new Uint8Array(0);
/** A buffer up to this size is kept for the next batch. */
const keptBufferBytesMax = 1024 * 1024;

const payloadKinds = { noop: 0, command: 1, genesis: 2, configuration: 3 } as const;

export interface Batch {
  /** From 1, without a gap. */
  readonly number: number;
  /** Checksum of the batch before. */
  readonly previous: number;
  readonly hardState: HardState;
  readonly truncateFrom: LogIndex | undefined;
  /** Contiguous. */
  readonly entries: readonly Entry[];
}

export interface BatchHeader extends Omit<Batch, 'entries'> {
  /** Of the whole batch, a multiple of {@link sectorBytes}. */
  readonly bytes: number;
  /** Sectors that are all zero by their content. More than these: a write did not arrive whole. */
  readonly blankSectors: number;
  readonly entryCount: number;
  /** Of the entries, 0 without any. */
  readonly firstIndex: LogIndex;
  readonly checksum: number;
}

/** Turns batches into bytes, in a buffer of its own that the next call overwrites. */
export class BatchEncoder {
  #buffer = Buffer.allocUnsafe(64 * 1024);

  encode(batch: Batch): { readonly bytes: Buffer; readonly header: BatchHeader } {
    const payloads = batch.entries.map((entry) => payloadBytes(entry.payload));
    const used = payloads.reduce((sum, { length }) => sum + entryHeaderBytes + length, headerBytes);
    const bytes = this.#take(Math.ceil(used / sectorBytes) * sectorBytes);
    let at = headerBytes;
    for (const [i, entry] of batch.entries.entries()) {
      const payload = payloads[i] ?? nothing;
      bytes.writeUInt32LE(payload.length, at);
      bytes.writeUInt32LE(payloadKinds[entry.payload.kind], at + 4);
      writeCount(bytes, entry.term, at + 8);
      bytes.writeDoubleLE(entry.time, at + 16);
      bytes.set(payload, at + entryHeaderBytes);
      at += entryHeaderBytes + payload.length;
    }
    bytes.fill(0, at);
    writeHeader(bytes, batch);
    return { bytes, header: present(decodeHeader(bytes, 0), 'what was encoded is sound') };
  }

  #take(length: number): Buffer {
    if (length > keptBufferBytesMax) return Buffer.allocUnsafe(length);
    if (length > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(keptBufferBytesMax);
    return this.#buffer.subarray(0, length);
  }
}

function writeHeader(bytes: Buffer, batch: Batch): void {
  const vote = batch.hardState.vote ?? noVote;
  assert(/^[0-9a-f]{32}$/.test(vote), 'a store id has 32 hex digits');
  bytes.writeUInt32LE(magic, 0);
  bytes.writeUInt32LE(bytes.length, 4);
  writeCount(bytes, batch.number, 8);
  bytes.writeUInt32LE(batch.previous, 16);
  writeCount(bytes, batch.entries.length, 24);
  writeCount(bytes, batch.entries[0]?.index ?? 0, 32);
  writeCount(bytes, batch.truncateFrom ?? 0, 40);
  writeCount(bytes, batch.hardState.term, 48);
  bytes.write(vote, 56, 'hex');
  bytes.writeUInt32LE(countBlankSectors(bytes), 20);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 72)), 72);
  bytes.writeUInt32LE(checksumOf(bytes), 76);
}

/** The header at byte `offset`, or undefined when no whole and sound one stands there. */
export function decodeHeader(content: Buffer, offset: number): BatchHeader | undefined {
  if (offset + headerBytes > content.length) return undefined;
  const header = content.subarray(offset, offset + headerBytes);
  if (header.readUInt32LE(0) !== magic) return undefined;
  if (header.readUInt32LE(72) !== crc32(header.subarray(0, 72))) return undefined;
  const truncateFrom = readCount(header, 40);
  const vote = header.toString('hex', 56, 72);
  return {
    bytes: header.readUInt32LE(4),
    number: readCount(header, 8),
    previous: header.readUInt32LE(16),
    blankSectors: header.readUInt32LE(20),
    entryCount: readCount(header, 24),
    firstIndex: asIndex(readCount(header, 32)),
    truncateFrom: truncateFrom === 0 ? undefined : asIndex(truncateFrom),
    hardState: { term: asTerm(readCount(header, 48)), vote: vote === noVote ? undefined : asStoreId(vote) },
    checksum: header.readUInt32LE(76),
  };
}

/** The entries of the batch at byte `offset`, or undefined when its checksum does not hold. Payloads are views. */
export function decodeEntries(content: Buffer, offset: number, header: BatchHeader): Entry[] | undefined {
  const bytes = content.subarray(offset, offset + header.bytes);
  if (bytes.length < header.bytes) return undefined;
  if (checksumOf(bytes) !== header.checksum) return undefined;
  const entries: Entry[] = [];
  let at = headerBytes;
  for (let i = 0; i < header.entryCount; i += 1) {
    const end = at + entryHeaderBytes + bytes.readUInt32LE(at);
    assert(end <= bytes.length, 'a batch whose checksum holds holds its entries');
    entries.push({
      index: asIndex(header.firstIndex + i),
      term: asTerm(readCount(bytes, at + 8)),
      time: bytes.readDoubleLE(at + 16),
      payload: decodePayload(bytes.readUInt32LE(at + 4), bytes.subarray(at + entryHeaderBytes, end)),
    });
    at = end;
  }
  return entries;
}

/**
 * Of a batch at byte `offset` that cannot be read: true if its write never completed, so that nobody was told of it;
 * false if it is damaged, or if something after it proves that it was durable once (B4).
 */
export function isTorn(content: Buffer, offset: number): boolean {
  const header = decodeHeader(content, offset);
  if (header === undefined) {
    const sector = content.subarray(offset, offset + sectorBytes);
    const arrived = sector.length === sectorBytes && !sector.equals(blankSector);
    return !arrived && !hasHeader(content, offset + sectorBytes);
  }
  const end = offset + header.bytes;
  if (end !== content.length) return end > content.length;
  return countBlankSectors(content.subarray(offset, end)) > header.blankSectors;
}

/** Of all but the two checksums: a CRC over data followed by its own CRC is the same for any data. */
function checksumOf(bytes: Buffer): number {
  return crc32(bytes.subarray(headerBytes), crc32(bytes.subarray(0, 72)));
}

function hasHeader(content: Buffer, from: number): boolean {
  return !soundHeaders(content, from).next().done;
}

/** Those of the batches behind byte `from`, the start of a sector (B1), whether or not their entries can be read. */
export function* soundHeaders(content: Buffer, from: number): Generator<BatchHeader> {
  for (let at = from; at < content.length;) {
    const header = decodeHeader(content, at);
    if (header !== undefined) yield header;
    at += header?.bytes ?? sectorBytes;
  }
}

function countBlankSectors(bytes: Buffer): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at += sectorBytes) {
    if (bytes.readUInt32LE(at) === 0 && bytes.subarray(at, at + sectorBytes).equals(blankSector)) count += 1;
  }
  return count;
}

/** Bytes that an entry takes on disk, without its share of the batch's header. */
export function entryBytes(entry: Entry): number {
  return entryHeaderBytes + payloadBytes(entry.payload).length;
}

function payloadBytes(payload: EntryPayload): Uint8Array {
  switch (payload.kind) {
    case 'noop':
      return nothing;
    case 'command':
      return payload.data;
    case 'genesis':
      return Buffer.from(JSON.stringify(payload.genesis));
    case 'configuration':
      return Buffer.from(JSON.stringify({ ...payload.membership, note: payload.note }));
    default:
      return unreachable(payload);
  }
}

function decodePayload(kind: number, bytes: Buffer): EntryPayload {
  switch (kind) {
    case payloadKinds.noop:
      return { kind: 'noop' };
    case payloadKinds.genesis:
      return { kind: 'genesis', genesis: JSON.parse(bytes.toString()) as Genesis };
    case payloadKinds.configuration: {
      const { note, ...membership } = JSON.parse(bytes.toString()) as Membership & { note?: string };
      const payload = { kind: 'configuration', membership: wholeMembership(membership) } as const;
      return note === undefined ? payload : { ...payload, note };
    }
    default:
      assert(kind === payloadKinds.command, 'a batch whose checksum holds has entries of known kinds');
      return { kind: 'command', data: bytes };
  }
}

/** JSON leaves out what is undefined: it is put back, so that a membership reads as it was written. */
export function wholeMembership(parsed: Membership): Membership {
  const learners = parsed.learners.map((learner) => ({ ...learner, replaces: learner.replaces }));
  return { ...parsed, learners };
}

function writeCount(bytes: Buffer, value: number, offset: number): void {
  bytes.writeBigUInt64LE(BigInt(value), offset);
}

function readCount(bytes: Buffer, offset: number): number {
  return Number(bytes.readBigUInt64LE(offset));
}
