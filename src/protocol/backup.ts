// A backup as bytes: the state of a cluster at one index, in one file that tells whether it is whole.
// Owns: the form. Does not own: where the chunks come from, what becomes of them.
//
// U1. What was cut short, or changed by one bit, never passes for a backup: the end says so with a hash over all before it.
// U2. Written and read as a stream: neither side holds more than one chunk.
//
// Form: `ORIONBAK`, then frames, each a u32 length (little endian) and so many bytes. The first is the header, as JSON. Each
// of the others is a chunk of rows: u32 number (from 0), u32 CRC-32 of what follows, rows. A length of 0 ends it; behind
// it stands the SHA-256 of everything before.

import { messageOf, OrionError } from '../lib/errors.ts';
import { Sha256 } from '../lib/hash.ts';
import { limits } from '../lib/limits.ts';

const magic = 'ORIONBAK';
/**
 * 1: objects alone. 2: records, too (protocol/records.ts), and the window of changes, a row each. 3: many of them in a row.
 * Operations of format 2 do not go on in a cluster that begins from it (offline/carry-over.ts).
 */
export const backupFormat = 3;
const hashBytes = 32;

export interface BackupHeader {
  readonly format: number;
  readonly clusterId: string;
  /** Of the cluster. */
  readonly name: string;
  /** Of the peer that wrote it. */
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly takenAt: number;
  /** The state holds everything up to here. */
  readonly index: number;
  readonly term: number;
  /** Of the entry at `index`, in milliseconds since 1970. */
  readonly time: number;
  /** State hash over all rows. */
  readonly hash: string;
}

export interface BackupChunk {
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly checksum: number;
}

export type BackupPart =
  | { readonly kind: 'header'; readonly header: BackupHeader }
  | { readonly kind: 'chunk'; readonly chunk: BackupChunk }
  /** It was whole; this is its size. */
  | { readonly kind: 'end'; readonly bytes: number };

/** The bytes of a backup, a frame at a time. */
export async function* writeBackup(
  header: BackupHeader,
  chunks: AsyncIterable<BackupChunk>,
): AsyncGenerator<Buffer, void, undefined> {
  const hash = new Sha256();
  const hashed = (bytes: Buffer): Buffer => (hash.update(bytes), bytes);
  yield hashed(Buffer.concat([Buffer.from(magic), frame(Buffer.from(JSON.stringify(header)))]));
  for await (const { number, bytes, checksum } of chunks) {
    const head = Buffer.alloc(8);
    head.writeUInt32LE(number, 0);
    head.writeUInt32LE(checksum, 4);
    yield hashed(frame(head, bytes));
  }
  yield hashed(Buffer.alloc(4));
  yield hash.digest();
}

function frame(...parts: readonly Uint8Array[]): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(parts.reduce((sum, part) => sum + part.length, 0));
  return Buffer.concat([length, ...parts]);
}

/**
 * The parts of a backup in their order: header, chunks, end. Only with the end is it sure that any of it is what was
 * written. Throws MALFORMED where it is cut short or not what was written, FORMAT_TOO_NEW for one of a later version.
 */
export async function* readBackup(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<BackupPart, void, undefined> {
  const input = new Input(source);
  if ((await input.take(magic.length)).toString('latin1') !== magic)
    throw damaged(0, 'this is no backup of orion');
  yield { kind: 'header', header: headerOf(await input.frame()) };
  for (let number = 0; ; number += 1) {
    const at = input.at;
    const bytes = await input.frame();
    if (bytes.length === 0) break;
    if (bytes.length < 8 || bytes.readUInt32LE(0) !== number)
      throw damaged(at, `chunk ${number} was expected`);
    yield { kind: 'chunk', chunk: { number, checksum: bytes.readUInt32LE(4), bytes: bytes.subarray(8) } };
  }
  const expected = input.hash();
  const at = input.at;
  const found = await input.take(hashBytes);
  if (!found.equals(expected)) throw damaged(at, 'its hash is not that of its content');
  if (!(await input.isAtEnd())) throw damaged(input.at, 'something stands behind its end');
  yield { kind: 'end', bytes: input.at };
}

function headerOf(bytes: Buffer): BackupHeader {
  let header: Partial<BackupHeader> | null;
  try {
    header = JSON.parse(bytes.toString()) as Partial<BackupHeader> | null;
  } catch (error) {
    throw damaged(magic.length, messageOf(error));
  }
  const format: number | undefined = header?.format;
  if (typeof format === 'number' && format > backupFormat) {
    const message = `The backup has format ${format}, and this version of orion reads formats up to ${backupFormat}: use the version that wrote it (${header?.version}), or a later one.`;
    throw new OrionError('FORMAT_TOO_NEW', message);
  }
  const counts = [header?.index, header?.term, header?.time, header?.takenAt];
  const texts = [header?.clusterId, header?.name, header?.version, header?.hash];
  const isHeader =
    (format === 1 || format === 2 || format === backupFormat) &&
    counts.every((count) => Number.isSafeInteger(count) && Number(count) >= 0) &&
    texts.every((text) => typeof text === 'string');
  if (!isHeader) throw damaged(magic.length, 'its header is not one');
  return header as BackupHeader;
}

const damaged = (at: number, why: string): OrionError =>
  new OrionError('MALFORMED', `The backup cannot be used: at byte ${at}, ${why}. Take another one.`);

/** A stream of bytes, taken in pieces of known length, and hashed as it is taken. */
class Input {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #hash = new Sha256();
  #rest: Buffer = Buffer.alloc(0);
  at = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async frame(): Promise<Buffer> {
    const at = this.at;
    const length = (await this.take(4)).readUInt32LE(0);
    if (length > limits.backupFrameBytesMax) throw damaged(at, `no frame has ${length} bytes`);
    return this.take(length);
  }

  async take(length: number): Promise<Buffer> {
    const pieces = [this.#rest];
    let have = this.#rest.length;
    while (have < length) {
      const next = await this.#source.next();
      if (next.done === true) throw damaged(this.at + have, 'it ends too early');
      pieces.push(Buffer.from(next.value));
      have += next.value.length;
    }
    const all = pieces.length === 1 ? this.#rest : Buffer.concat(pieces);
    const taken = all.subarray(0, length);
    this.#rest = all.subarray(length);
    this.#hash.update(taken);
    this.at += length;
    return taken;
  }

  /** Of everything taken so far. */
  hash(): Buffer {
    return this.#hash.copy().digest();
  }

  async isAtEnd(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const next = await this.#source.next();
      if (next.done === true) return true;
      this.#rest = Buffer.from(next.value);
    }
    return false;
  }
}
