// The port behind which is kept, across restarts, that this peer's state was found to differ from the others'. Whoever mends
// such a peer takes its state away: that goes with it.

export interface Doubts {
  /** As it was noted last. */
  readonly stand: boolean;
  /** Durable when it resolves. Rejects with `DISK_FULL`, nothing changed, or `DISK_FAILED`. */
  note(stand: boolean): Promise<void>;
}
