// What a peer's data directory stands on: a simulated disk, from its first use to its loss.
// Owns: what is durable, and the faults of the disk. Does not own: who writes it, how long that takes (machine.ts).
//
// D1. The store id that is drawn on it is one that no other drive of the run has.
// D2. No run of a disk has the id of another one, not even of the disk that it was copied from.

import { asStoreId, type StoreId } from '../../../raft/types.ts';
import { assert, present } from '../../../src/lib/assert.ts';
import type { Prng } from '../../../src/lib/prng.ts';
import { flip } from '../../storage/damage.ts';
import { type Fate, SimDisk } from '../../storage/sim-disk.ts';

/** Drives of one run. */
const drivesMax = 0xff;
const storeIdBytes = 16;

export interface DriveOptions {
  /** Numbers of drives, each given once. */
  readonly nextNumber: () => number;
  readonly prng: Prng;
  readonly failsSync: () => boolean;
  /** Of a write to the state, now and then. */
  readonly lacksRoom: () => boolean;
}

/** What a disk held at some moment, of the store that it then was. */
interface Image {
  readonly disk: SimDisk;
  readonly storeId: StoreId;
  readonly incarnation: number;
}

export class Drive {
  /** D1. Of the store on it, or of the one that will begin on it. */
  readonly storeId: StoreId;
  /** The highest index that a state on it was seen to have. */
  appliedEver = 0;
  readonly #options: DriveOptions;
  #disk: SimDisk;
  readonly #number: number;
  #image: Image | undefined;
  #wentBackTo: number | undefined;
  #drawn = 0;
  #hold: { readonly how: 'full' | 'slow'; readonly folders: readonly string[]; hasHeld: boolean } | undefined;

  constructor(options: DriveOptions) {
    this.#options = options;
    this.#number = options.nextNumber();
    assert(this.#number > 0 && this.#number <= drivesMax, 'a byte tells drives apart');
    this.storeId = asStoreId(this.#number.toString(16).padStart(2, '0').repeat(16));
    this.#disk = this.#prepare(new SimDisk(options.prng.next()));
  }

  get disk(): SimDisk {
    return this.#disk;
  }

  /** It holds what its store held once. */
  get isOutdated(): boolean {
    return this.#wentBackTo !== undefined;
  }

  /** The last run that its owner's image holds which it went back to. */
  get wentBackTo(): number | undefined {
    return this.#wentBackTo;
  }

  /** Draws the id of a store that begins on it, the same again for one that never came to be; or of a run (D2). */
  random(bytes: number): Uint8Array {
    const drawn = new Uint8Array(bytes).fill(this.#number);
    if (bytes === storeIdBytes) return drawn;
    this.#drawn += 1;
    new DataView(drawn.buffer).setUint32(0, this.#drawn);
    return drawn;
  }

  /** Remembers what it holds, in the run `incarnation`. */
  keepImage(incarnation: number): void {
    this.#image = { disk: this.#disk.fork(this.#options.prng.next()), storeId: this.storeId, incarnation };
  }

  /** The run in which the image was made that is kept of this store. */
  get imageOf(): number | undefined {
    return this.#image?.storeId === this.storeId ? this.#image.incarnation : undefined;
  }

  /** Holds again what it held when the image was made; nobody uses it. */
  goBack(): void {
    const { disk, incarnation } = present(this.#image, 'an image is kept');
    this.#disk = this.#prepare(disk);
    this.#disk.reboot('lost');
    this.#image = undefined;
    this.#wentBackTo = incarnation;
  }

  /** There is room for so many bytes more; without a number, for any. */
  leaveRoom(bytes: number | undefined): void {
    const used = this.disk.paths().reduce((sum, path) => sum + this.disk.content(path).length, 0);
    this.disk.capacity = bytes === undefined ? Number.POSITIVE_INFINITY : used + bytes;
  }

  /** From now on writes to the log, or to the states that are there, find no room, or their syncs do not end. */
  hold(how: 'full' | 'slow', what: 'log' | 'state'): void {
    const pattern = what === 'log' ? /^.*\/log\//u : /^.*\/state\/\d+\//u;
    const folders = new Set(this.disk.paths().flatMap((path) => pattern.exec(path) ?? []));
    this.#hold = { how, folders: [...folders], hasHeld: false };
  }

  release(): void {
    this.#hold = undefined;
  }

  /** Something was written since then. */
  get hasHeld(): boolean {
    return this.#hold?.hasHeld === true;
  }

  holds(how: 'full' | 'slow', path: string): boolean {
    const hold = this.#hold;
    if (hold?.how !== how || !hold.folders.some((folder) => path.startsWith(folder))) return false;
    hold.hasHeld = true;
    return true;
  }

  /** One bit of one file is not what it was; answers which file, or undefined when there is none with a bit in it. */
  rot(prng: Prng): string | undefined {
    const paths = this.disk.paths().filter((path) => this.disk.content(path).length > 0);
    const path = paths[prng.int({ from: 0, to: Math.max(1, paths.length) })];
    if (path === undefined) return undefined;
    const bit = prng.int({ from: 0, to: this.disk.content(path).length * 8 });
    flip(this.disk, path, bit);
    return path;
  }

  /** The power went, and came back. */
  reboot(fate: Fate): void {
    this.disk.reboot(fate);
  }

  #prepare(disk: SimDisk): SimDisk {
    const { failsSync, lacksRoom } = this.#options;
    disk.fault = (operation, path) => {
      if (operation === 'datasync' && failsSync()) return new Error('EIO: a sync failed');
      const isOfState = operation === 'write' && path.includes('/state/');
      return isOfState && (this.holds('full', path) || lacksRoom())
        ? new Error('ENOSPC: no room for a moment')
        : undefined;
    };
    return disk;
  }
}
