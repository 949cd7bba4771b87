// The last run that was seen of each other store, in one small file of the data directory: `incarnations`.
//
// N1. It is written beside and renamed: a crash leaves the old one or the new one.
// N2. A damaged one is taken as empty. What it told is learned again at the next handshakes; until then a disk that has
//     gone back in time is not noticed here.
// N3. Runs follow each other by epoch, then by incarnation. Format 1 had neither epochs nor ids: they are read as 0 and not known.

import { join } from 'node:path';
import { asStoreId, type StoreId } from '../../raft/types.ts';
import { limits } from '../lib/limits.ts';
import type { Incarnations, SeenRun } from '../peer/incarnations.ts';
import { type Disk, readWhole } from './disk.ts';
import { diskFailed, diskFull, formatTooNew, isNoRoom, onDisk } from './faults.ts';
import { frame, unframe } from './frame.ts';

const format = 2;
const magic = 'ORION-IN';
const fileName = 'incarnations';
const besideName = 'incarnations.new';

/** Store, incarnation, epoch, id; longest noted first. */
type Runs = readonly (readonly [StoreId, number, number?, string?])[];

interface Options {
  /** The data directory; it exists. */
  readonly directory: string;
  readonly disk: Disk;
  /** Told when the file was damaged. */
  readonly report?: (fields: object, message: string) => void;
}

export interface OpenIncarnations extends Incarnations {
  /** Waits for what is being written. */
  close(): Promise<void>;
}

/** Throws `FORMAT_TOO_NEW` or `DISK_FAILED`. */
export async function openIncarnations(options: Options): Promise<OpenIncarnations> {
  const path = join(options.directory, fileName);
  const bytes = await onDisk(`reading ${path}`, () => readWhole(options.disk, path));
  if (bytes === undefined) return new IncarnationsFile(options, []);
  const found = unframe(magic, bytes) as { readonly format: number; readonly runs: Runs } | undefined;
  if (found === undefined) {
    options.report?.({ path }, 'which runs of other peers were seen cannot be read: it is learned anew');
    return new IncarnationsFile(options, []);
  }
  if (found.format > format) throw formatTooNew(path, found.format, format);
  return new IncarnationsFile(options, found.runs);
}

class IncarnationsFile implements OpenIncarnations {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #runs: Map<StoreId, SeenRun>;
  /** What the file lacks. */
  #isDirty = false;
  /** Writes, one after the other. */
  #writes: Promise<void> = Promise.resolve();

  constructor({ disk, directory }: Options, runs: Runs) {
    this.#disk = disk;
    this.#directory = directory;
    this.#runs = new Map(
      runs.map(([storeId, incarnation, epoch = 0, id = '']) => [
        asStoreId(storeId),
        { epoch, incarnation, id },
      ]),
    );
  }

  last(storeId: StoreId): SeenRun | undefined {
    return this.#runs.get(storeId);
  }

  note(storeId: StoreId, run: SeenRun): Promise<void> {
    const known = this.last(storeId);
    const isNews = known === undefined || isLater(run, known);
    if (isNews) this.#isDirty = true;
    this.#runs.delete(storeId);
    this.#runs.set(storeId, isNews ? run : known);
    for (const oldest of this.#runs.keys()) {
      if (this.#runs.size <= limits.incarnationsMax) break;
      this.#runs.delete(oldest);
    }
    const written = this.#writes.then(() => this.#write());
    this.#writes = written.catch(() => undefined); // Whoever noted it hears of its failure.
    return written;
  }

  close(): Promise<void> {
    return this.#writes;
  }

  async #write(): Promise<void> {
    if (!this.#isDirty) return;
    this.#isDirty = false;
    const path = join(this.#directory, fileName);
    try {
      await this.#replace(path);
    } catch (error) {
      this.#isDirty = true;
      throw isNoRoom(error) ? diskFull(`writing ${path}`, error) : diskFailed(`writing ${path}`, error);
    }
  }

  /** N1. */
  async #replace(path: string): Promise<void> {
    const beside = join(this.#directory, besideName);
    const names = await this.#disk.list(this.#directory);
    if (names.includes(besideName)) await this.#disk.unlink(beside); // of a write that was interrupted
    const file = await this.#disk.openToWrite(beside);
    try {
      await file.write(frame(magic, { format, runs: this.#asRuns() }), 0);
      await file.datasync();
    } finally {
      await file.close();
    }
    await this.#disk.rename(beside, path);
    await this.#disk.syncDirectory(this.#directory);
  }

  #asRuns(): Runs {
    return [...this.#runs].map(([storeId, { epoch, incarnation, id }]) => [storeId, incarnation, epoch, id]);
  }
}

/** N3. So is a run of which the id is learned at last. */
function isLater(run: SeenRun, known: SeenRun): boolean {
  if (run.epoch !== known.epoch) return run.epoch > known.epoch;
  if (run.incarnation !== known.incarnation) return run.incarnation > known.incarnation;
  return known.id === '' && run.id !== '';
}
