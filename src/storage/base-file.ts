// The base of a log: what it must know of the entries that were cut off, and where the batches behind them go on.
// Owns: the files named SEQUENCE.base, of which the newest sound one counts.
//
// K1. A record is never changed: a new one gets a file of its own, and the older ones go once that is durable.
// K2. Each file holds its record twice: one copy may rot.
// K3. A start writes the record again before it trusts it, as the log does with its newest batch: what a failed sync left
//     in the cache reads like what is durable.
// Why not in the superblock: a configuration does not fit one sector.

import { join } from 'node:path';
import type { Genesis, HardState, LogBase } from '../../raft/types.ts';
import { wholeMembership } from './batch.ts';
import { type Disk, readWhole } from './disk.ts';
import { formatTooNew, onDisk } from './faults.ts';
import { frame, unframe } from './frame.ts';

const format = 1;
const magic = 'ORION-BS';

/** Where the batches of a log begin. */
export interface ChainStart {
  /** Segments below it are left over from before. */
  readonly sequence: number;
  /** Of the first batch. */
  readonly number: number;
  /** What that names as the checksum of the batch before it. */
  readonly previous: number;
}

export interface BaseRecord {
  readonly base: LogBase;
  /** The first entry of the log, which may be cut off. */
  readonly genesis: Genesis | undefined;
  /** Holds until a batch follows. */
  readonly hardState: HardState;
  readonly start: ChainStart;
}

export class BaseFile {
  readonly #disk: Disk;
  readonly #directory: string;
  #names: readonly string[];
  #record: BaseRecord | undefined;

  private constructor(options: {
    disk: Disk;
    directory: string;
    names: readonly string[];
    record: BaseRecord | undefined;
  }) {
    this.#disk = options.disk;
    this.#directory = options.directory;
    this.#names = options.names;
    this.#record = options.record;
  }

  /** `names`: of all files in `directory`, that of the segments. Throws `FORMAT_TOO_NEW` or `DISK_FAILED`. */
  static async open(options: {
    readonly disk: Disk;
    readonly directory: string;
    readonly names: readonly string[];
  }): Promise<BaseFile> {
    const { disk, directory } = options;
    const names = options.names.filter(isBase).sort();
    let record: BaseRecord | undefined;
    for (const name of names.toReversed()) {
      ({ record } = await readBase(disk, join(directory, name)));
      if (record !== undefined) break;
    }
    return new BaseFile({ disk, directory, names, record });
  }

  /** The newest sound one; undefined when there is none. */
  get record(): BaseRecord | undefined {
    return this.#record;
  }

  /** Durable when it resolves. Throws `DISK_FAILED`. */
  async write(record: BaseRecord): Promise<void> {
    const older = this.#names;
    const sequence = Number(older.at(-1)?.slice(0, 10) ?? 0) + 1;
    const name = `${String(sequence).padStart(10, '0')}.base`;
    const path = join(this.#directory, name);
    const copy = frame(magic, { format, ...record });
    await onDisk(`writing ${path}`, async () => {
      const file = await this.#disk.openToWriteThrough(path);
      try {
        await file.write(Buffer.concat([copy, copy]), 0);
      } finally {
        await file.close();
      }
      await this.#disk.syncDirectory(this.#directory);
      for (const old of older) await this.#disk.unlink(join(this.#directory, old));
    });
    this.#names = [name];
    this.#record = record;
  }
}

export const isBase = (name: string): boolean => /^\d{10}\.base$/.test(name);

/** What one file holds, and how many of its two copies are sound; undefined when none is. */
export async function readBase(
  disk: Disk,
  path: string,
): Promise<{ readonly record: BaseRecord | undefined; readonly sound: number }> {
  const bytes = await onDisk(`reading ${path}`, () => readWhole(disk, path));
  const half = Math.floor((bytes?.length ?? 0) / 2);
  const copies = [bytes?.subarray(0, half), bytes?.subarray(half)].flatMap((copy) => {
    const found = copy === undefined ? undefined : unframe(magic, copy);
    return found === undefined ? [] : [asRecord(path, found)];
  });
  return { record: copies[0], sound: copies.length };
}

function asRecord(path: string, found: unknown): BaseRecord {
  const { format: foundFormat, ...record } = found as BaseRecord & { readonly format: number };
  if (foundFormat > format) throw formatTooNew(path, foundFormat, format);
  const { base, genesis, hardState, start } = record;
  const { configuration } = base;
  return {
    base: {
      ...base,
      configuration: configuration && { ...wholeMembership(configuration), index: configuration.index },
    },
    genesis,
    hardState: { term: hardState.term, vote: hardState.vote },
    start,
  };
}
