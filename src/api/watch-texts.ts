// The texts of the newest changes, kept for the watchers of one selection while they are several: of all selections together.
//
// X1. At most `watchTextsMax` of one selection, and `watchTextsBytesMax` of all; the oldest go first. A text that is larger
//     than that is not kept: whoever needs it again makes it again.

import type { ServingLimits } from '../lib/serving-limits.ts';
import type { WatchText } from './watch-feed.ts';

/** By index; undefined where nothing was selected. */
export type TextsOfFeed = Map<number, WatchText | undefined>;

interface Kept {
  readonly texts: TextsOfFeed;
  readonly index: number;
  readonly bytes: number;
}

export class WatchTexts {
  readonly #bounds: Pick<ServingLimits, 'watchTextsMax' | 'watchTextsBytesMax'>;
  /** Oldest first, of every feed. */
  readonly #kept = new Set<Kept>();
  #bytes = 0;

  constructor(bounds: Pick<ServingLimits, 'watchTextsMax' | 'watchTextsBytesMax'>) {
    this.#bounds = bounds;
  }

  /** X1. `texts`: those of one feed; `text` is the newest of them. */
  keep(texts: TextsOfFeed, index: number, text: WatchText | undefined): void {
    const { watchTextsMax, watchTextsBytesMax } = this.#bounds;
    const kept = { texts, index, bytes: text?.size ?? 0 };
    if (kept.bytes > watchTextsBytesMax) return;
    texts.set(index, text);
    this.#kept.add(kept);
    this.#bytes += kept.bytes;
    if (texts.size > watchTextsMax) this.#forgetOldestOf(texts);
    for (const oldest of this.#kept) {
      if (this.#bytes <= watchTextsBytesMax) return;
      this.#forget(oldest);
    }
  }

  /** Nobody watches by them any more, or only one does. */
  clear(texts: TextsOfFeed): void {
    if (texts.size === 0) return;
    for (const kept of this.#kept) if (kept.texts === texts) this.#forget(kept);
  }

  #forgetOldestOf(texts: TextsOfFeed): void {
    for (const kept of this.#kept) if (kept.texts === texts) return this.#forget(kept);
  }

  #forget(kept: Kept): void {
    this.#kept.delete(kept);
    kept.texts.delete(kept.index);
    this.#bytes -= kept.bytes;
  }
}
