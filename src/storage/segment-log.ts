// The durable log: LogStore as files that only grow. Puts together superblock, base, recovery, writer and reader.
//
// L1. What an open log shows is durable.
// L2. A start writes the newest batch again, into a segment of its own, before it trusts it. What a failed sync left in
//     the cache reads like what is durable (ATC'20): only a new write and sync tell. Older batches need no copy, since
//     each was synced before the next one was written.
// L3. Segments whose batches all have such a copy are removed, so that restarts do not pile up files.
// L4. That entries were lost is durable in the superblock before anything is made of what is left.
// L5. A log that the state beside it has outrun, or that lacks what the state lacks, begins anew: behind the state, or
//     with genesis alone. That is no loss only where a snapshot was being installed (R10).

import { join } from 'node:path';
import type { HardState, PeerId, Term } from '../../raft/types.ts';
import type { Clock } from '../lib/clock.ts';
import { limits } from '../lib/limits.ts';
import type { LogStore, RestoredLog } from '../peer/ports.ts';
import { BaseFile, isBase } from './base-file.ts';
import { judgeBeside, type StateBeside } from './beside.ts';
import type { Disk } from './disk.ts';
import { identityLost, onDisk } from './faults.ts';
import { type LogChange, LogFiles } from './log-files.ts';
import { type OnLoss, recoverSound, type Sound } from './mend.ts';
import { Meter } from './meter.ts';
import { OpenLog } from './open-log.ts';
import { firstRecord } from './recovery.ts';
import { findSegments, type PlacedBatch } from './segment.ts';
import { SegmentWriter } from './segment-writer.ts';
import { SpaceWatch } from './space-watch.ts';
import { Superblock } from './superblock.ts';

export interface SegmentLogOptions {
  /** The data directory; it exists. The superblock stands in it, everything else in its `log/`. */
  readonly directory: string;
  readonly disk: Disk;
  readonly peerId: PeerId;
  /** Bytes that nobody can guess, for the store id of a new disk. */
  readonly random: (bytes: number) => Uint8Array;
  /** Bytes of the newest entries that a start reads into memory. */
  readonly tailBytes: number;
  /** Measures syncs, and says when to look after the room on the disk. */
  readonly clock: Pick<Clock, 'monotonicMs' | 'after'>;
  /** The state beside the log, which is brought in line with it; undefined: there is none to judge by. */
  readonly state?: StateBeside | undefined;
  /** Told what was lost. */
  readonly report?: (fields: object, message: string) => void;
  /** Default {@link limits.segmentBytesMax}. */
  readonly segmentBytesMax?: number;
}

/**
 * Opens the log of a data directory, or begins one. Throws `LOG_CORRUPT` (not even who this disk is can be read),
 * `FORMAT_TOO_NEW`, `CONFIG_INVALID` (the directory of another peer) or `DISK_FAILED`.
 */
export async function openSegmentLog(options: SegmentLogOptions): Promise<LogStore> {
  const { peerId, random, clock, report } = options;
  const disk = new Meter(options.disk);
  const directory = join(options.directory, 'log');
  const names = await onDisk(`opening ${directory}`, async () => {
    await disk.makeDirectory(directory);
    return disk.list(directory);
  });
  const hasLog = findSegments(directory, names).length > 0 || names.some(isBase);
  const superblock = await Superblock.open({ disk, directory: options.directory, peerId, hasLog, random });
  const baseFile = await BaseFile.open({ disk, directory, names });
  const record = baseFile.record ?? firstRecord(superblock.identity.storeId);
  const onLoss: OnLoss = async (fields) => {
    await superblock.setImpaired(true); // L4
    report?.(fields, 'entries of this disk were lost: the others have to give them back');
  };
  const sound = await recoverSound({ disk, directory, record, onLoss });
  const { index, last, segments } = sound.recovered;
  if (superblock.identity.clusterId !== undefined && index.lastIndex === 0 && index.genesis === undefined) {
    throw identityLost(directory, 'nothing of the log can be read, not even who founded the cluster');
  }
  const segmentBytesMax = options.segmentBytesMax ?? limits.segmentBytesMax;
  const writer = new SegmentWriter({
    disk,
    directory,
    clock,
    segmentBytesMax,
    lastSequence: sound.lastSequence,
    number: last?.header.number ?? record.start.number,
    previous: last?.header.previous ?? record.start.previous,
  });
  const hardState = last?.header.hardState ?? record.hardState;
  const { start } = record;
  const files = new LogFiles({ disk, directory, baseFile, segments, index, writer, start, hardState });
  await settle({ files, sound, state: options.state, onLoss });
  const restored: RestoredLog = {
    hardState: files.hardState,
    base: index.base,
    lastIndex: index.lastIndex,
    termRuns: index.termRuns,
    tail: await files.reader.readTail(options.tailBytes),
    genesis: index.genesis,
    configurations: index.configurations,
    impaired: superblock.impaired,
  };
  const space = new SpaceWatch({ disk, directory, clock });
  disk.waitForRoom = () => space.waitForRoom();
  return new OpenLog({ restored, superblock, files, meter: disk, space });
}

/** Makes certain what was read, and removes what is not of the log any more. */
async function settle(options: {
  readonly files: LogFiles;
  readonly sound: Sound;
  readonly state: StateBeside | undefined;
  readonly onLoss: OnLoss;
}): Promise<void> {
  const { files, sound, state } = options;
  const { index, last, segments } = sound.recovered;
  await files.rewriteBase();
  const beginning = judgeBeside(index, state);
  if (beginning !== undefined) {
    const { base, entries, isLoss } = beginning;
    const applied = state?.snapshot?.index ?? 0;
    if (isLoss) await options.onLoss({ lastIndex: index.lastIndex, applied });
    const hardState = notBelow(files.hardState, entries.at(-1)?.term ?? base.term);
    await files.beginAnew(base, { hardState, truncateFrom: undefined, entries }, { isLoss }); // L5
  } else if (last !== undefined) {
    await files.append(copyOf(last)); // L2
    await files.remove(segments.dropCopied(last.header.number)); // L3
  }
  await files.remove(sound.spare);
}

/** Its entries stand in the log already: the copy puts itself in their place. */
function copyOf({ header, entries }: PlacedBatch): LogChange {
  return { hardState: header.hardState, truncateFrom: header.truncateFrom ?? entries[0]?.index, entries };
}

/** The term never after the entries (R4). */
function notBelow(hardState: HardState, term: Term): HardState {
  return hardState.term >= term ? hardState : { term, vote: undefined };
}
