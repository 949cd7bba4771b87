// What the files of a log hold, for people: read as a start would read them, and nothing changed.

import { join } from 'node:path';
import type { EntryPayload, Genesis, HardState, LogBase, Membership, StoreId } from '../../raft/types.ts';
import type { StoreIdentity } from '../peer/ports.ts';
import type { Command } from '../protocol/command.ts';
import { type BaseRecord, isBase, readBase } from './base-file.ts';
import { createCommandCodec } from './codec.ts';
import { type Disk, readWhole } from './disk.ts';
import { EntryIndex } from './entry-index.ts';
import { onDisk } from './faults.ts';
import { Chain, firstRecord, missingBefore, unreadable } from './recovery.ts';
import { findSegments, isAside, type PlacedBatch, readBatches, type Segment } from './segment.ts';
import { readSuperblock } from './superblock.ts';

const codec = createCommandCodec();

/** One thing found, in the order in which a start would come upon it. Offsets and sizes are in bytes. */
export type LogItem =
  | {
      readonly kind: 'superblock';
      readonly file: string;
      readonly identity: StoreIdentity;
      readonly impaired: boolean;
    }
  | {
      readonly kind: 'base';
      readonly file: string;
      readonly base: LogBase;
      readonly genesis: Genesis | undefined;
      /** The batch that goes on behind it. */
      readonly next: number;
    }
  | {
      readonly kind: 'segment';
      readonly file: string;
      readonly bytes: number;
      /** Of before the base: the next start removes it. */
      readonly isLeftOver: boolean;
      /** Behind damage: the next start sets it aside. */
      readonly isLost: boolean;
    }
  | {
      readonly kind: 'batch';
      readonly file: string;
      readonly offset: number;
      readonly bytes: number;
      readonly number: number;
      readonly hardState: HardState;
      readonly truncateFrom: number | undefined;
      readonly entries: number;
      /** It holds what the batch before it holds: a start wrote it again. */
      readonly isCopy: boolean;
    }
  | {
      readonly kind: 'entry';
      readonly index: number;
      readonly term: number;
      readonly time: number;
      readonly payload: ReadablePayload;
    }
  /** A write that never completed: the next start drops it. */
  | { readonly kind: 'torn'; readonly file: string; readonly offset: number }
  | { readonly kind: 'damage'; readonly file: string; readonly offset: number; readonly why: string }
  /** A start has set it aside. */
  | { readonly kind: 'aside'; readonly file: string }
  | {
      readonly kind: 'end';
      readonly baseIndex: number;
      readonly lastIndex: number;
      readonly batches: number;
      readonly hardState: HardState;
    };

type ReadablePayload =
  | { readonly kind: 'noop' }
  | { readonly kind: 'genesis'; readonly genesis: Genesis }
  | { readonly kind: 'configuration'; readonly membership: Membership }
  | { readonly kind: 'command'; readonly command: Command }
  /** A command of no form that this version knows. */
  | { readonly kind: 'unknown'; readonly bytes: number };

/** Of the data directory of a peer that does not run. Throws `FORMAT_TOO_NEW` or `DISK_FAILED`. */
export async function* inspectLog(options: {
  readonly disk: Disk;
  readonly directory: string;
}): AsyncGenerator<LogItem> {
  const { disk } = options;
  const directory = join(options.directory, 'log');
  const names = await onDisk(`reading ${directory}`, () => disk.list(directory));
  let storeId: StoreId | undefined;
  for (const copy of await readSuperblock(disk, options.directory)) {
    const { path: file } = copy;
    if (copy.kind === 'sound') {
      const { peerId, incarnation, runs, clusterId, epoch, impaired, retired } = copy.content;
      storeId = copy.content.storeId;
      const identity = { peerId, storeId, incarnation, runs, clusterId, epoch, retired };
      yield { kind: 'superblock', file, identity, impaired };
    } else {
      yield { kind: 'damage', file, offset: 0, why: 'this copy of the superblock is not sound' };
    }
  }
  const record = yield* inspectBases({ disk, directory, names });
  for (const name of names.filter(isAside)) yield { kind: 'aside', file: join(directory, name) };
  const start = record ?? (storeId === undefined ? undefined : firstRecord(storeId));
  if (start !== undefined) {
    yield* inspectSegments({ disk, segments: findSegments(directory, names), record: start });
  }
}

/** Answers the one that counts. */
async function* inspectBases(options: {
  readonly disk: Disk;
  readonly directory: string;
  readonly names: readonly string[];
}): AsyncGenerator<LogItem, BaseRecord | undefined> {
  const files = options.names.filter(isBase).map((name) => join(options.directory, name));
  let newest: BaseRecord | undefined;
  for (const file of files.sort()) {
    const { record, sound } = await readBase(options.disk, file);
    if (record !== undefined) {
      newest = record;
      const { base, genesis, start } = record;
      yield { kind: 'base', file, base, genesis, next: start.number };
    }
    if (record === undefined && newest !== undefined) {
      yield { kind: 'torn', file, offset: 0 }; // the one before is kept until it is written
    } else if (sound < 2) {
      const offset = 0;
      yield { kind: 'damage', file, offset, why: `${sound} of the two copies of the base can be read` };
    }
  }
  return newest;
}

async function* inspectSegments(options: {
  readonly disk: Disk;
  readonly segments: readonly Segment[];
  readonly record: BaseRecord;
}): AsyncGenerator<LogItem> {
  const { disk, segments, record } = options;
  const index = new EntryIndex(record.base, record.genesis);
  const chain = new Chain(record.start);
  let isDamaged = false;
  let batches = 0;
  for (const segment of segments) {
    const { path: file } = segment;
    const content = (await onDisk(`reading ${file}`, () => readWhole(disk, file))) ?? Buffer.alloc(0);
    const isLeftOver = segment.sequence < record.start.sequence;
    yield { kind: 'segment', file, bytes: content.length, isLeftOver, isLost: isDamaged };
    if (isLeftOver || isDamaged) continue;
    for (const found of readBatches(segment, content)) {
      if (found.kind !== 'batch') {
        const { kind, offset } = found;
        isDamaged = kind === 'damaged';
        yield isDamaged ? { kind: 'damage', file, offset, why: unreadable } : { kind: 'torn', file, offset };
        break;
      }
      const { batch } = found;
      const isCopy = chain.isCopy(batch);
      if (!index.accepts(batch.header.truncateFrom, batch.entries) || !chain.take(batch)) {
        isDamaged = true;
        yield { kind: 'damage', file, offset: batch.offset, why: missingBefore(batch) };
        break;
      }
      index.add(batch);
      batches += 1;
      yield* inspectBatch(batch, isCopy);
    }
  }
  const hardState = chain.last?.header.hardState ?? record.hardState;
  yield { kind: 'end', baseIndex: index.base.index, lastIndex: index.lastIndex, batches, hardState };
}

function* inspectBatch(batch: PlacedBatch, isCopy: boolean): Generator<LogItem> {
  const { segment, offset, entries } = batch;
  const { bytes, number, hardState, truncateFrom } = batch.header;
  const count = entries.length;
  yield {
    kind: 'batch',
    file: segment.path,
    offset,
    bytes,
    number,
    hardState,
    truncateFrom,
    entries: count,
    isCopy,
  };
  for (const { index, term, time, payload } of entries) {
    yield { kind: 'entry', index, term, time, payload: readable(payload) };
  }
}

function readable(payload: EntryPayload): ReadablePayload {
  if (payload.kind !== 'command') return payload;
  try {
    return { kind: 'command', command: codec.decode(payload.data) };
  } catch {
    return { kind: 'unknown', bytes: payload.data.length };
  }
}
