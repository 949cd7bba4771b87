// Bounds of what the state remembers beside its objects: rows of many records, and the window of changes. (How many users'
// writes are remembered stands in limits.ts.)

import { assert } from './assert.ts';
import { limits } from './limits.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

export const recordLimits = {
  /** Records in one row (state/bundles.ts). The last row is written again with each flush until it is full. */
  bundleRecordsMax: 64,
  /** Bytes of records with which a row is full. */
  bundleBytesMax: 16 * KiB,
  /** Entries in the window of changes, at least, from which watches resume and objects are read as they were. */
  windowChangesMax: 10_000,
  /** Bytes of objects as they were in the window of changes; past it, it holds fewer entries. */
  windowBytesMax: 64 * MiB,
  /** Bytes of objects as they were before one entry; an entry that changes more ends the window. */
  windowChangeBytesMax: 2 * MiB,
} as const;

assert(
  limits.snapshotChunkBytes + recordLimits.bundleBytesMax + recordLimits.windowChangeBytesMax * 2 <=
    limits.frameBytesMax,
  'a frame holds the largest chunk of a snapshot with room',
);
assert(
  (recordLimits.windowChangeBytesMax + recordLimits.bundleBytesMax) * 8 <= recordLimits.windowBytesMax,
  'the window holds several changes',
);
assert(
  recordLimits.bundleRecordsMax * 100 <= recordLimits.windowChangesMax &&
    recordLimits.windowChangesMax <= limits.operationsMax,
  'what goes at once is little of what is kept',
);
