// Where the states of a peer stand on its disk, and which of them counts.
// Owns: the names in `state/`, and the pointer. Does not own: what a state holds (StateDatabase).
//
//   current              the pointer: one line that names the state in use, with a checksum
//   0000000001/          a state, in a LevelDB
//   0000000002/          the next number: a snapshot that is being staged
//   0000000001.damaged/  a state that was given up, kept for people until the next one is
//   opening              while a state is read: which one, and how often that ended the process
//
// Y1. The pointer is written beside and renamed, and that is synced: it is the old line or the new one, whole.
// Y2. The pointer comes before the first directory, and after one that was staged: a number without a directory is an empty
//     state, and a directory that the pointer does not name never counts.
// Y3. Whatever a crash leaves is cleared away at open: all numbers but the one in use and the next.
// Y4. A pointer that is damaged, or gone while there are states, says nothing: they are set aside.
// Y5. LevelDB trusts lengths in its own files, and a damaged one can make it ask for more memory than there is, which ends the
//     process. After several ends in a row another process reads the state first, and only if that is ended by what it reads is
//     the state damaged: kills and power cuts discard nothing, however often they come.

import { basename, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { limits } from '../lib/limits.ts';
import { type Disk, readWhole } from './disk.ts';
import { formatTooNew } from './faults.ts';
import { type LevelAt, StateDatabase } from './state-database.ts';
import { onState, StateDamaged } from './state-faults.ts';

const format = 1;
const pointerName = 'current';
const openingName = 'opening';
const damagedSuffix = '.damaged';

export interface StatePlace {
  /** Of all states; it is made when it is not there. */
  readonly directory: string;
  readonly disk: Disk;
  readonly levelAt: LevelAt;
  /** Whether the state at that path ends a process that does nothing but read it (Y5). */
  readonly endsReader: (path: string) => Promise<boolean>;
  /** Told which state is damaged, and why. */
  readonly report: (fields: object, message: string) => void;
}

export class StateLayout {
  readonly #disk: Disk;
  readonly #levelAt: LevelAt;
  readonly #endsReader: StatePlace['endsReader'];
  readonly #report: StatePlace['report'];
  readonly #directory: string;
  #current: number;
  /** States were there, and nothing said any more which of them counts. */
  readonly discarded: boolean;

  private constructor(place: StatePlace, found: { readonly current: number; readonly discarded: boolean }) {
    this.#disk = place.disk;
    this.#levelAt = place.levelAt;
    this.#endsReader = place.endsReader;
    this.#report = place.report;
    this.#directory = place.directory;
    this.#current = found.current;
    this.discarded = found.discarded;
  }

  /** Throws `FORMAT_TOO_NEW`, `DISK_FULL` or `DISK_FAILED`. */
  static open(place: StatePlace): Promise<StateLayout> {
    const { disk, directory } = place;
    return onState(`opening ${directory}`, async () => {
      await disk.makeDirectory(directory);
      const numbers = (await disk.list(directory)).filter((name) => /^\d{10}$/.test(name)).map(Number);
      const line = await readWhole(disk, join(directory, pointerName));
      const pointed =
        line === undefined ? undefined : parsePointer(join(directory, pointerName), line.toString());
      if (pointed === undefined) {
        const discarded = line !== undefined || numbers.length > 0;
        if (discarded)
          place.report({ directory, states: numbers }, 'the pointer to the state in use is damaged');
        const current = Math.max(0, ...numbers) + 1;
        const layout = new StateLayout(place, { current, discarded });
        await layout.#setAside(numbers.map((number) => layout.#path(number))); // Y4
        await layout.#point(current);
        return layout;
      }
      for (const number of numbers) {
        if (number === pointed || number === pointed + 1) continue;
        await disk.removeDirectory(join(directory, nameOf(number))); // Y3
      }
      return new StateLayout(place, { current: pointed, discarded: false });
    });
  }

  /** Directory of the state in use. */
  get current(): string {
    return this.#path(this.#current);
  }

  /** Directory of the state that is staged, if one is. */
  get staged(): string {
    return this.#path(this.#current + 1);
  }

  async isStaged(): Promise<boolean> {
    const names = await onState(`listing ${this.#directory}`, () => this.#disk.list(this.#directory));
    return names.includes(basename(this.staged));
  }

  /** The staged state is the one in use from now on. */
  switchToStaged(): Promise<void> {
    return onState(`switching to ${this.staged}`, () => this.#point(this.#current + 1));
  }

  /** Drops the state that was in use before the last switch; nobody has it open. */
  removeBefore(): Promise<void> {
    return this.#remove(this.#path(this.#current - 1));
  }

  removeStaged(): Promise<void> {
    return this.#remove(this.staged);
  }

  /** Moves a state out of the way, in the place of those that were moved before. */
  setAside(path: string): Promise<void> {
    return onState(`setting ${path} aside`, () => this.#setAside([path]));
  }

  /**
   * Opens the state at `path`, which is made if need be, and answers what `read` makes of it, with the database to be
   * closed; undefined when it is damaged.
   */
  async openState<T>(path: string, read: (database: StateDatabase) => Promise<T>): Promise<T | undefined> {
    let database: StateDatabase | undefined;
    try {
      return await this.guard(path, async () => {
        database = await this.openDatabase(path);
        return read(database);
      });
    } catch (error) {
      await database?.close();
      const isDamage = error instanceof StateDamaged || error instanceof SyntaxError; // rows and records are JSON
      if (!isDamage) throw error;
      this.#report({ state: path, why: error.message }, 'a state on this disk is damaged');
      return undefined;
    }
  }

  /** As {@link StateDatabase.open}. */
  openDatabase(path: string): Promise<StateDatabase> {
    return StateDatabase.open({ path, disk: this.#disk, levelAt: this.#levelAt });
  }

  /** Does `read`, which lets LevelDB read the state at `path`. Throws `StateDamaged` when that ends processes (Y5). */
  async guard<T>(path: string, read: () => Promise<T>): Promise<T> {
    const opening = join(this.#directory, openingName);
    await onState(`noting that ${path} is read`, async () => {
      const [name, count] = String((await readWhole(this.#disk, opening)) ?? '').split(' ');
      const ended = name === basename(path) ? Number(count) : 0;
      if (ended >= limits.stateReadsMax && (await this.#endsReader(path))) {
        await this.#disk.unlink(opening);
        throw new StateDamaged(`reading ${path} ended one process after the other`);
      }
      await this.#replace(openingName, `${basename(path)} ${ended + 1} `);
    });
    try {
      return await read();
    } finally {
      await onState(`removing ${opening}`, () => this.#disk.unlink(opening));
    }
  }

  async #setAside(paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return;
    const names = await this.#disk.list(this.#directory);
    for (const name of names.filter((candidate) => candidate.endsWith(damagedSuffix))) {
      await this.#disk.removeDirectory(join(this.#directory, name));
    }
    for (const path of paths) await this.#disk.rename(path, path + damagedSuffix);
    await this.#disk.syncDirectory(this.#directory);
  }

  async #point(number: number): Promise<void> {
    const line = `orion-state ${format} ${nameOf(number)} `;
    await this.#replace(pointerName, `${line}${checksumOf(line)}\n`);
    await this.#disk.syncDirectory(this.#directory); // Y1
    this.#current = number;
  }

  async #replace(name: string, text: string): Promise<void> {
    const path = join(this.#directory, name);
    const file = await this.#disk.openToWrite(`${path}.new`);
    try {
      await file.write(Buffer.from(text), 0);
      await file.datasync();
    } finally {
      await file.close();
    }
    await this.#disk.rename(`${path}.new`, path);
  }

  #remove(path: string): Promise<void> {
    return onState(`removing ${path}`, () => this.#disk.removeDirectory(path));
  }

  #path(number: number): string {
    return join(this.#directory, nameOf(number));
  }
}

const nameOf = (number: number): string => String(number).padStart(10, '0');
const checksumOf = (text: string): string => crc32(text).toString(16).padStart(8, '0');

/** The number in a pointer, or undefined when it is damaged. Later formats keep the first two words and the checksum. */
function parsePointer(path: string, line: string): number | undefined {
  const match = /^(orion-state (\d+) .*)([0-9a-f]{8})\n/.exec(line);
  if (match === null || match[1] === undefined || match[3] !== checksumOf(match[1])) return undefined;
  if (Number(match[2]) !== format) throw formatTooNew(path, Number(match[2]), format);
  return Number(line.split(' ')[2]);
}
