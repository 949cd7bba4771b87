// The superblock: who this disk is, and whether it can be trusted. Durable before anyone hears it, kept twice, in files of
// one sector each.
//
// S1. The older copy is written first, so that a crash in the middle leaves the other one.
// S2. Each change is durable in both copies before anyone hears of it: the newest sound copy counts, and holds all that was told,
//     whichever is lost.
// S3. Without a sound copy the disk is new only if nothing was ever told of it: no log, and no copy that was finished.
// S4. Its format is that of everything beside it: a version that knows the superblock knows the segments, too. Format 1
//     had neither an epoch nor impairment, format 2 no retirement, format 3 no ids of runs; they are read as disks without them.
// S5. With the incarnation each start draws the id of its run; the last `limits.diskRunsMax` are kept (src/peer/stale.ts).
// S6. Changes are made one after the other, each on top of the one before, whoever asks for them at the same time.
//
// A copy is one frame (frame.ts).

import { join } from 'node:path';
import {
  asClusterId,
  asPeerId,
  asStoreId,
  type ClusterId,
  type PeerId,
  type StoreId,
} from '../../raft/types.ts';
import { assert } from '../lib/assert.ts';
import { OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { StoreIdentity } from '../peer/ports.ts';
import { type Disk, readWhole } from './disk.ts';
import { formatTooNew, identityLost, onDisk } from './faults.ts';
import { frame, sectorBytes, unframe } from './frame.ts';

const format = 4;
const magic = 'ORION-SB';
const fileNames = ['superblock-a', 'superblock-b'] as const;

interface Content {
  readonly format: typeof format;
  /** Rises with every write. */
  readonly sequence: number;
  readonly peerId: PeerId;
  readonly storeId: StoreId;
  readonly clusterId: ClusterId | undefined;
  readonly incarnation: number;
  /** Of this run and those before it. */
  readonly runs: readonly string[];
  readonly epoch: number;
  /** Entries that may have been acknowledged were lost from this disk. */
  readonly impaired: boolean;
  /** An old copy of the disk: later runs of this store are known. */
  readonly retired: boolean;
}

type Copy =
  | { readonly kind: 'sound'; readonly path: string; readonly content: Content }
  | { readonly kind: 'bad'; readonly path: string; readonly begun: boolean };

export class Superblock {
  readonly #disk: Disk;
  readonly #directory: string;
  /** The one written next first. */
  #paths: readonly [string, string];
  #content: Content;
  /** S6. */
  #changes: Promise<void> = Promise.resolve();

  private constructor(options: {
    disk: Disk;
    directory: string;
    paths: readonly [string, string];
    content: Content;
  }) {
    this.#disk = options.disk;
    this.#directory = options.directory;
    this.#paths = options.paths;
    this.#content = options.content;
  }

  /**
   * Reads the superblock, or makes one with a new store id, and durably begins a new incarnation. Throws
   * `LOG_CORRUPT`, `FORMAT_TOO_NEW`, `CONFIG_INVALID` (the directory of another peer) or `DISK_FAILED`.
   */
  static async open(options: {
    readonly disk: Disk;
    readonly directory: string;
    readonly peerId: PeerId;
    /** Whether the directory holds a log. */
    readonly hasLog: boolean;
    readonly random: (bytes: number) => Uint8Array;
  }): Promise<Superblock> {
    const { disk, directory, peerId } = options;
    const [a, b] = await readSuperblock(disk, directory);
    assert(a !== undefined && b !== undefined, 'there are two copies');
    const [older, newer] = sequenceOf(a) <= sequenceOf(b) ? [a, b] : [b, a];
    const paths = [older.path, newer.path] as const;
    const runId = hex(options.random(8));

    if (newer.kind === 'bad') {
      if (options.hasLog || newer.begun || (older.kind === 'bad' && older.begun)) {
        throw identityLost(a.path, 'neither this copy of the superblock nor the other is sound');
      }
      const storeId = asStoreId(hex(options.random(16)));
      assert(storeId.length === 32, 'a store id has 128 bits');
      const content: Content = {
        format,
        sequence: 0,
        peerId,
        storeId,
        clusterId: undefined,
        incarnation: 1,
        runs: [runId],
        epoch: 0,
        impaired: false,
        retired: false,
      };
      const made = new Superblock({ disk, directory, paths: [a.path, b.path], content });
      await made.#write({});
      return made;
    }
    if (newer.content.peerId !== peerId) throw otherPeer(directory, newer.content.peerId, peerId);
    const opened = new Superblock({ disk, directory, paths, content: newer.content });
    await opened.#write({
      incarnation: newer.content.incarnation + 1,
      runs: [runId, ...newer.content.runs].slice(0, limits.diskRunsMax), // S5
    });
    return opened;
  }

  get identity(): StoreIdentity {
    const { peerId, storeId, incarnation, runs, clusterId, epoch, retired } = this.#content;
    return { peerId, storeId, incarnation, runs, clusterId, epoch, retired };
  }

  get impaired(): boolean {
    return this.#content.impaired;
  }

  /** Durably records the cluster. */
  join(clusterId: ClusterId): Promise<void> {
    return this.#write({ clusterId });
  }

  /** Durably records it; it never falls. In a higher one nothing counts that was promised before. */
  async raiseEpoch(epoch: number): Promise<void> {
    assert(epoch >= this.#content.epoch, 'an epoch never falls');
    if (epoch === this.#content.epoch) return;
    await this.#write({ epoch, retired: false });
  }

  /** Durably records that this disk has gone back in time. */
  retire(): Promise<void> {
    return this.#write({ retired: true });
  }

  /** Durably records whether entries were lost. */
  async setImpaired(impaired: boolean): Promise<void> {
    if (impaired === this.impaired) return;
    await this.#write({ impaired });
  }

  /** S2, S6. */
  #write(change: Partial<Content>): Promise<void> {
    const written = this.#changes
      .then(() => this.#writeOlder({ ...this.#content, ...change }))
      .then(() => this.#writeOlder(this.#content));
    this.#changes = written.catch(() => undefined); // Whoever asked for it hears of its failure.
    return written;
  }

  async #writeOlder(changed: Content): Promise<void> {
    const content = { ...changed, sequence: this.#content.sequence + 1 };
    const [path, other] = this.#paths;
    await onDisk(`writing ${path}`, async () => {
      const file = await this.#disk.openToWrite(path);
      try {
        await file.write(encode(content), 0);
        await file.datasync();
      } finally {
        await file.close();
      }
      await this.#disk.syncDirectory(this.#directory);
    });
    this.#content = content;
    this.#paths = [other, path];
  }
}

/** Both copies, as they are. Throws `FORMAT_TOO_NEW` or `DISK_FAILED`. */
export function readSuperblock(disk: Disk, directory: string): Promise<readonly Copy[]> {
  return Promise.all(fileNames.map((name) => readCopy(disk, join(directory, name))));
}

function encode(content: Content): Buffer {
  const bytes = frame(magic, content);
  assert(bytes.length === sectorBytes, 'a superblock fits one sector');
  return bytes;
}

async function readCopy(disk: Disk, path: string): Promise<Copy> {
  const bytes = await onDisk(`reading ${path}`, () => readWhole(disk, path));
  // One sector is written whole or not at all: what is short or blank was never finished.
  const begun = bytes !== undefined && bytes.length >= sectorBytes && bytes.some((byte) => byte !== 0);
  const found = begun ? unframe(magic, bytes) : undefined;
  if (found === undefined) return { kind: 'bad', path, begun };
  const parsed = found as Omit<Content, 'format'> & { readonly format: number };
  if (parsed.format > format) throw formatTooNew(path, parsed.format, format);
  return {
    kind: 'sound',
    path,
    content: {
      format,
      sequence: parsed.sequence,
      peerId: asPeerId(parsed.peerId),
      storeId: asStoreId(parsed.storeId),
      clusterId: parsed.clusterId === undefined ? undefined : asClusterId(parsed.clusterId),
      incarnation: parsed.incarnation,
      runs: parsed.format < 4 ? [] : parsed.runs,
      epoch: parsed.format === 1 ? 0 : parsed.epoch,
      impaired: parsed.format === 1 ? false : parsed.impaired,
      retired: parsed.format < 3 ? false : parsed.retired,
    },
  };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const sequenceOf = (copy: Copy): number => (copy.kind === 'sound' ? copy.content.sequence : -1);

function otherPeer(directory: string, found: PeerId, asked: PeerId): OrionError {
  return new OrionError(
    'CONFIG_INVALID',
    `${directory} holds the data of peer ${found}, and this is peer ${asked}. ` +
      `Start it with a data directory of its own, or with --id ${found}.`,
  );
}
