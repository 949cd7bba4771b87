// Frames: how values stand in the byte stream between two peers.
// `u32 length | u32 complement of length | u32 crc32 of payload | payload`, big-endian; the payload is one msgpack value.
// F1. A frame above `limits.frameBytesMax` is refused by its header: nothing is allocated for it.
// F2. No flipped bit passes, and none in a length makes the reader wait for bytes that never come: that is what the
//     complement is for.
// F3. A decoder holds less than one frame and one chunk.

import { crc32 } from 'node:zlib';
import { Packr, RESERVE_START_SPACE } from 'msgpackr';
import { assert } from '../lib/assert.ts';
import { messageOf } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';

export const headerBytes = 12;

const packr = new Packr({ useRecords: false });

/** The bytes of one frame. The value must fit `limits.frameBytesMax`. */
export function encodeFrame(value: unknown): Uint8Array {
  const frame = packr.pack(value, RESERVE_START_SPACE + headerBytes);
  const length = frame.length - headerBytes;
  assert(length <= limits.frameBytesMax, 'whatever is sent to a peer fits a frame');
  frame.writeUInt32BE(length, 0);
  frame.writeUInt32BE(~length >>> 0, 4);
  frame.writeUInt32BE(crc32(frame.subarray(headerBytes)), 8);
  return frame;
}

export type Decoded =
  | { readonly kind: 'frame'; readonly value: unknown }
  /** The next frame has not arrived in full. */
  | { readonly kind: 'incomplete' }
  /** What follows cannot be trusted, nor where it begins: the connection must end. */
  | { readonly kind: 'corrupt'; readonly reason: string };

const incomplete: Decoded = { kind: 'incomplete' };

interface Header {
  readonly length: number;
  readonly checksum: number;
}

/** Turns chunks of a stream into values. Bytes of a value may share memory with the chunk that brought them. */
export class FrameDecoder {
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** Of the frame whose payload is awaited. */
  #header: Header | undefined;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  /** The next value. Nothing may be asked after `corrupt`. */
  next(): Decoded {
    if (this.#header === undefined) {
      if (this.#bytes < headerBytes) return incomplete;
      const header = this.#take(headerBytes);
      const length = header.readUInt32BE(0);
      if (length !== ~header.readUInt32BE(4) >>> 0) return { kind: 'corrupt', reason: 'no frame header' };
      if (length > limits.frameBytesMax) return { kind: 'corrupt', reason: 'a frame above the limit' };
      this.#header = { length, checksum: header.readUInt32BE(8) };
    }
    const { length, checksum } = this.#header;
    if (this.#bytes < length) return incomplete;
    this.#header = undefined;
    const payload = this.#take(length);
    if (crc32(payload) !== checksum) return { kind: 'corrupt', reason: 'a frame with a wrong checksum' };
    return decodePayload(payload);
  }

  /** The next `length` bytes; copied only when they came in several chunks. */
  #take(length: number): Buffer {
    const first = this.#chunks[0] ?? Buffer.alloc(0);
    const whole = first.length >= length ? first : Buffer.concat(this.#chunks);
    this.#bytes -= length;
    const rest = whole.subarray(length);
    const others = whole === first ? this.#chunks.slice(1) : [];
    this.#chunks = rest.length > 0 ? [rest, ...others] : others;
    return whole.subarray(0, length);
  }
}

function decodePayload({ buffer, byteOffset, length }: Buffer): Decoded {
  try {
    // Not a Buffer, so that bytes inside the value are plain Uint8Arrays, as they were on the other side.
    return { kind: 'frame', value: packr.unpack(new Uint8Array(buffer, byteOffset, length)) };
  } catch (error) {
    return { kind: 'corrupt', reason: `a frame that is not msgpack: ${messageOf(error)}` };
  }
}
