// Counts what messages between peers tell of rare situations: states on their way, and what happens meanwhile.

import type { StoreId } from '../../../raft/types.ts';
import type { PeerMessage } from '../../../src/peer/ports.ts';
import type { Situations } from './situations.ts';

export class MessageSituations {
  readonly #situations: Situations;
  /** Whether some log may be joint now. */
  readonly #isChanging: () => boolean;
  /** Who takes in a state. */
  readonly #receiving = new Set<StoreId>();

  constructor(situations: Situations, isChanging: () => boolean) {
    this.#situations = situations;
    this.#isChanging = isChanging;
  }

  /** It takes in a state. */
  receives(storeId: StoreId): boolean {
    return this.#receiving.has(storeId);
  }

  sent(from: StoreId, message: PeerMessage): void {
    const situations = this.#situations;
    switch (message.kind) {
      case 'snapshotOffer':
        situations.add('snapshots offered');
        if (this.#isChanging()) situations.add('snapshots offered while voters change');
        return;
      case 'snapshotAccept':
        if (message.from === undefined) return situations.add('snapshots that were not needed');
        this.#receiving.add(from);
        if (message.from > 0) situations.add('snapshots gone on with');
        return;
      case 'snapshotTaken':
      case 'snapshotFailed':
        this.#receiving.delete(from);
        if (message.kind === 'snapshotFailed') situations.add('snapshots that were refused or failed');
        return;
      default: // The others are counted where they have an effect.
    }
  }

  /** Its process ended. */
  crashed(storeId: StoreId): void {
    if (this.#receiving.delete(storeId)) this.#situations.add('crashes while a snapshot is taken in');
  }
}
