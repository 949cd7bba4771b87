// The port behind which the last runs of other peers' disks are kept, across restarts: what a disk is held against when its peer
// wants to be let in (stale.ts).

import type { StoreId } from '../../raft/types.ts';

/** One run of a disk, as others remember it. */
export interface SeenRun {
  readonly epoch: number;
  readonly incarnation: number;
  /** '' where it is not known. */
  readonly id: string;
}

/** The last run of each other store, of `limits.incarnationsMax` at most. */
export interface Incarnations {
  /** The last that was noted of this store. */
  last(storeId: StoreId): SeenRun | undefined;
  /**
   * Heeded at once, durable when it resolves; a run before the last one changes nothing. Rejects with `DISK_FULL` (the next note
   * writes this, too) or `DISK_FAILED`.
   */
  note(storeId: StoreId, run: SeenRun): Promise<void>;
}
