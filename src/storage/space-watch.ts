// Whether the disk has room for entries. A full disk must be known before a write fails: a failed one ends the peer.
//
// A1. Full below `diskFullBytes`, until there are `diskRoomBytes` again: what lies below is the reserve, for terms, votes,
//     compaction, and for what was under way when it was said.
// A2. The disk is asked every `diskLookMs`, since others fill it, too, and as soon as what was written since the last time
//     may have reached the reserve.
// A3. Others may take the reserve, too. What then finds no room says so, and is made again at each look, for as long as
//     somebody listens: meanwhile the peer acknowledges nothing, and goes on by itself when there is room.

import { raftDefaults } from '../../raft/config.ts';
import { assert } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { limits } from '../lib/limits.ts';
import type { Meter } from './meter.ts';

assert(
  raftDefaults.uncommittedBytesMax * 2 <= limits.diskFullBytes,
  'the reserve takes what a leader may have under way',
);

export class SpaceWatch {
  readonly #disk: Meter;
  readonly #directory: string;
  readonly #clock: Pick<Clock, 'after'>;
  #listener: ((full: boolean) => void) | undefined;
  #free: number | undefined;
  /** Bytes written by the time of the last look. */
  #writtenBefore = 0;
  #isFull = false;
  #isLooking = false;
  /** Writes that found no room, told whether to try again. */
  #waiting: ((again: boolean) => void)[] = [];
  #cancelLook: () => void = () => undefined;

  constructor(options: {
    readonly disk: Meter;
    readonly directory: string;
    readonly clock: Pick<Clock, 'after'>;
  }) {
    this.#disk = options.disk;
    this.#directory = options.directory;
    this.#clock = options.clock;
  }

  /** Bytes free at the last look; undefined before the first. */
  get free(): number | undefined {
    return this.#free;
  }

  /** From now on `listener` hears of each change, in the place of the one before; before it hears anything there is room. */
  start(listener: (full: boolean) => void): void {
    this.#cancelLook();
    this.#listener = listener;
    if (this.#isFull) listener(true);
    this.#lookAgain();
  }

  /** Something was written. */
  onWritten(): void {
    if (this.#free === undefined || this.#isFull) return;
    const left = this.#free - (this.#disk.bytesWritten - this.#writtenBefore);
    if (left < limits.diskFullBytes) void this.#look();
  }

  /** A3. Resolves at the next look with true, or with false when nobody listens any more. */
  waitForRoom(): Promise<boolean> {
    if (this.#listener === undefined) return Promise.resolve(false);
    this.#tell(true);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  stop(): void {
    this.#listener = undefined;
    this.#cancelLook();
    this.#release(false);
  }

  #release(again: boolean): void {
    for (const resolve of this.#waiting.splice(0)) resolve(again);
  }

  #lookAgain(): void {
    this.#release(true);
    this.#cancelLook = this.#clock.after(limits.diskLookMs, () => this.#lookAgain());
    void this.#look();
  }

  async #look(): Promise<void> {
    if (this.#isLooking || this.#listener === undefined) return;
    this.#isLooking = true;
    const written = this.#disk.bytesWritten;
    try {
      this.#free = await this.#disk.freeBytes(this.#directory);
      this.#writtenBefore = written;
    } catch {
      return; // A disk that fails is found out by the next write.
    } finally {
      this.#isLooking = false;
    }
    const isFull = this.#free < (this.#isFull ? limits.diskRoomBytes : limits.diskFullBytes);
    this.#tell(isFull);
  }

  #tell(isFull: boolean): void {
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    this.#listener?.(isFull);
  }
}
