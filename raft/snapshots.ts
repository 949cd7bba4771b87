// Snapshots: a state in the place of entries that were cut off (§5.1). Asking for them to be sent, and taking them in.
// Owns: which requests are not answered yet; whether one that arrived is installed. Does not own: who needs one
// (progress.ts), what becomes of the log (log.ts), what it says to whom (roles.ts).
// Z1. One request for each follower is outstanding, across changes of role and term; the driver answers each once.
// Z2. What a snapshot holds is committed. It is installed only by a peer that lacks its last entry: elsewhere the entries
//     behind that would be lost, and they may be acknowledged. A leader lacks nothing that is committed (§5.4.3).
// Z3. Each one that arrived is either installed, by the next write, or discarded.

import { assert } from '../src/lib/assert.ts';
import type { Log } from './log.ts';
import type { Outbox } from './outbox.ts';
import type { Snapshot, SnapshotRequest, StoreId } from './types.ts';

export class Snapshots {
  readonly #log: Log;
  readonly #outbox: Outbox;
  readonly #outstanding = new Set<StoreId>();

  constructor(log: Log, outbox: Outbox) {
    this.#log = log;
    this.#outbox = outbox;
  }

  /** Asks for a snapshot to be sent; when one is under way, its end is waited for (Z1). */
  request(request: SnapshotRequest): void {
    if (this.#outstanding.has(request.to)) return;
    this.#outstanding.add(request.to);
    this.#outbox.askForSnapshot(request);
  }

  onSent(storeId: StoreId): void {
    assert(this.#outstanding.delete(storeId), 'Z1: an answer was awaited');
  }

  /** Takes in what arrived; true when the log begins anew behind it, and nothing else of this peer is as it was. */
  receive(snapshot: Snapshot, isLeader: boolean): boolean {
    const { index, term } = snapshot;
    const isHeld = index <= this.#log.commit || this.#log.termAt(index) === term;
    if (isHeld) {
      // A leader commits by counting alone (K1).
      if (!isLeader) this.#log.advanceCommit(index);
      this.#outbox.discard(snapshot);
    } else {
      assert(!isLeader, 'Z2: a leader holds everything that is committed');
      this.#log.install(snapshot);
    }
    return !isHeld;
  }
}
