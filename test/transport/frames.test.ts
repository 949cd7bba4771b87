// The codec: every value survives every way of cutting the stream, and no damage passes.

import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { raftDefaults } from '../../raft/config.ts';
import { EntryCache } from '../../raft/entry-cache.ts';
import { removedMax } from '../../raft/membership.ts';
import { asIndex, asPeerId, asStoreId, asTerm, type Entry, type Member } from '../../raft/types.ts';
import { limits } from '../../src/lib/limits.ts';
import { encodeFrame, FrameDecoder, headerBytes, type Decoded } from '../../src/transport/frames.ts';
import { parsePeerMessage } from '../../src/transport/wire.ts';

/** What the wire carries: JSON-like values with bytes and undefined. */
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, undefined, true, false),
    fc
      .integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER })
      .filter((n) => !Object.is(n, -0)),
    fc.string({ unit: 'grapheme' }),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('any'), { maxLength: 5 }),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), tie('any'), { maxKeys: 5, noNullPrototype: true }),
  ),
})).any;

/** Cuts `bytes` at the given places. */
function chunksOf(bytes: Uint8Array, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  return places.slice(1).map((to, at) => Buffer.from(bytes.subarray(places[at], to)));
}

/** Everything that a decoder makes of the chunks, up to the first corruption. */
function decodeAll(chunks: readonly Buffer[]): Decoded[] {
  const decoder = new FrameDecoder();
  const decoded: Decoded[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    for (;;) {
      const next = decoder.next();
      if (next.kind === 'incomplete') break;
      decoded.push(next);
      if (next.kind === 'corrupt') return decoded;
    }
  }
  return decoded;
}

test('values come out as they went in, whatever the chunks of the stream', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 40 }), (values, cuts) => {
      const stream = Buffer.concat(values.map(encodeFrame));
      const decoded = decodeAll(chunksOf(stream, cuts));
      expect(decoded).toStrictEqual(values.map((each) => ({ kind: 'frame', value: each })));
    }),
  );
});

test('bytes stay plain Uint8Arrays', () => {
  const [decoded] = decodeAll([Buffer.from(encodeFrame({ data: new Uint8Array([1, 2, 3]) }))]);
  expect(decoded).toStrictEqual({ kind: 'frame', value: { data: new Uint8Array([1, 2, 3]) } });
});

test('any single flipped bit is found by the end of its frame, and nothing is made of it', () => {
  fc.assert(
    fc.property(value, fc.nat(), fc.array(fc.nat(), { maxLength: 5 }), (each, place, cuts) => {
      const stream = Buffer.from(encodeFrame(each));
      const bit = place % (stream.length * 8);
      stream[bit >> 3] = (stream[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(decodeAll(chunksOf(stream, cuts))).toMatchObject([{ kind: 'corrupt' }]);
    }),
    { numRuns: 500 },
  );
});

test('frames before a damaged one come through, none after it does', () => {
  const damaged = Buffer.from(encodeFrame('second'));
  damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
  const decoded = decodeAll([Buffer.concat([encodeFrame('first'), damaged, encodeFrame('third')])]);
  expect(decoded).toMatchObject([{ kind: 'frame', value: 'first' }, { kind: 'corrupt' }]);
});

test('garbage never throws and never makes a value', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: headerBytes, maxLength: 4_096 }), (bytes) => {
      expect(decodeAll([Buffer.from(bytes)])).toMatchObject([{ kind: 'corrupt', reason: 'no frame header' }]);
    }),
  );
});

test('a well checksummed frame that is not msgpack is corrupt', () => {
  // Four single values where a payload holds one, under a checksum that is right.
  const frame = Buffer.concat([encodeFrame([1, 2, 3]).subarray(0, headerBytes), Buffer.from([1, 2, 3, 4])]);
  frame.writeUInt32BE(crc32(frame.subarray(headerBytes)), 8);
  expect(decodeAll([frame])).toMatchObject([{ kind: 'corrupt', reason: expect.stringContaining('msgpack') }]);
});

test('a frame above the limit is refused by its header alone', () => {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32BE(limits.frameBytesMax + 1, 0);
  header.writeUInt32BE(~(limits.frameBytesMax + 1) >>> 0, 4);
  expect(decodeAll([header])).toEqual([{ kind: 'corrupt', reason: 'a frame above the limit' }]);
});

test('a frame at the limit passes, byte for byte', () => {
  const data = new Uint8Array(limits.frameBytesMax - 5).fill(7); // 5 bytes of msgpack stand before the data
  const frame = Buffer.from(encodeFrame(data));
  expect(frame.length).toBe(headerBytes + limits.frameBytesMax);
  const [decoded] = decodeAll(chunksOf(frame, [3, 70_000, 5_000_000]));
  expect(decoded?.kind === 'frame' && Buffer.compare(decoded.value as Uint8Array, data)).toBe(0);
  expect(() => encodeFrame(new Uint8Array(limits.frameBytesMax - 4))).toThrow('fits a frame');
});

test('a leader sends no more at once than a frame holds, though nothing but members comes and goes', () => {
  const storeId = asStoreId('a'.repeat(32));
  const member: Member = { storeId, peerId: asPeerId('pi-1'), api: 'http://[::1]:6060', raft: '[::1]:7070' };
  const removed = Array.from({ length: removedMax }, () => storeId);
  const membership = { voters: [member, member, member], outgoing: [], learners: [], removed };
  const entries = Array.from({ length: 5_000 }, (_, at): Entry => {
    const payload = { kind: 'configuration', membership } as const;
    return { index: asIndex(at + 1), term: asTerm(1), time: 0, payload };
  });
  const bytesMax = raftDefaults.appendBytesMax;
  const range = { from: asIndex(1), to: asIndex(5_000), bytesMax };
  const sent = new EntryCache(entries, asIndex(5_000)).slice(range) ?? [];
  expect(encodeFrame(sent).length).toBeLessThan(2 * bytesMax);
  const [term, index] = [asTerm(1), asIndex(0)];
  const places = {
    from: storeId,
    to: storeId,
    term,
    previousIndex: index,
    previousTerm: term,
    commit: index,
  };
  const message = { kind: 'raft', message: { kind: 'appendRequest', ...places, entries: sent } };
  expect(parsePeerMessage(message)).toBe(message);
});
