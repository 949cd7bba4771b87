// Refusals: counted each time, told once for each peer and reason until it changes.
// A refused peer comes back every second; whoever reads the log must still find the other lines.

import type { PeerId } from '../../raft/types.ts';
import { limits } from '../lib/limits.ts';

export class Refusals {
  /** The last reason told, by peer; unnamed ones share one place. Oldest first. */
  readonly #told = new Map<PeerId | undefined, string>();
  #count = 0;

  /** Since the start, told or not. */
  get count(): number {
    return this.#count;
  }

  /** True when this is news. */
  add(peerId: PeerId | undefined, reason: string): boolean {
    this.#count += 1;
    if (this.#told.get(peerId) === reason) return false;
    this.#told.delete(peerId);
    this.#told.set(peerId, reason);
    for (const oldest of this.#told.keys()) {
      if (this.#told.size <= limits.refusalsToldMax) break;
      this.#told.delete(oldest);
    }
    return true;
  }

  /** The peer was accepted: the same refusal later is news again. */
  forget(peerId: PeerId): void {
    this.#told.delete(peerId);
  }
}
