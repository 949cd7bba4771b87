// Writes down whether this peer's state is known to differ (doubts.ts), and does not let go before it is written.
//
// N1. One write is under way; what is to be noted meanwhile is written next, and only the newest counts.
// N2. A full disk is tried again until it has room, or something else is to be noted: else the next start would not know.

import { isOrionError } from '../lib/errors.ts';
import type { Clock } from '../lib/clock.ts';
import { limits } from '../lib/limits.ts';
import type { Doubts } from './doubts.ts';

interface NotingOptions {
  readonly doubts: Pick<Doubts, 'note'>;
  readonly clock: Clock;
  readonly report: (fields: object, message: string) => void;
  readonly onFatal: (error: unknown) => void;
}

export class Noting {
  readonly #options: NotingOptions;
  #wanted: boolean | undefined;
  #isWriting = false;
  #isStopped = false;
  #cancelTimer: (() => void) | undefined;

  constructor(options: NotingOptions) {
    this.#options = options;
  }

  note(differs: boolean): void {
    this.#wanted = differs;
    void this.#write();
  }

  /** What is not written by now is left: whoever starts anew finds it out anew. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelTimer?.();
  }

  /** Never rejects. */
  async #write(): Promise<void> {
    if (this.#isWriting) return; // N1
    this.#cancelTimer?.();
    this.#isWriting = true;
    while (this.#wanted !== undefined && !this.#isStopped) {
      const differs = this.#wanted;
      this.#wanted = undefined;
      try {
        await this.#options.doubts.note(differs);
      } catch (error) {
        if (!isOrionError(error, 'DISK_FULL')) {
          this.#options.onFatal(error);
          break;
        }
        this.#options.report({ differs }, 'that cannot be kept for the next start yet');
        this.#wanted ??= differs;
        this.#cancelTimer = this.#options.clock.after(limits.flushRetryMs, () => void this.#write()); // N2
        break;
      }
    }
    this.#isWriting = false;
  }
}
