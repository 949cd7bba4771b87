// What a leader sends to a follower next: entries, a probe, or a snapshot in the place of entries that were cut off.
// Owns: the order of sending. Does not own: what is known of the follower (replication.ts, progress.ts).
// W1. Entries are sent before this disk has them; whether they count is decided by what is durable (R5).
// W2. What was proposed since the last flush travels in one append, within `appendBytesMax`.
// W3. Nothing is sent past a follower's window, nor twice without a sign that it was lost.
// W4. Who has no room is sent no entries: it is only asked, at the pace of lost appends, how far it is.
// W5. What was cut off is neither sent nor read: whoever needs it is sent a snapshot (R9).

import { present, unreachable } from '../src/lib/assert.ts';
import { entryBytes } from './entry-cache.ts';
import { needsSnapshot, type NeedsSnapshot, type Probe, type Progress, type Replicate } from './progress.ts';
import type { Shared } from './shared.ts';
import { asIndex, type Entry, type LogIndex, type StoreId, type Term } from './types.ts';

export interface Follower {
  readonly storeId: StoreId;
  progress: Progress;
  /** The highest commit index that it was sent. */
  toldCommit: LogIndex;
  lastHeardMs: number | undefined;
  /** Entries from disk that were loaded for it and not sent yet. */
  loaded: readonly Entry[];
  /** Its disk has no room (W4). */
  full: boolean;
  /** The entry by which it left the cluster. */
  leftAt: LogIndex | undefined;
}

export class Sending {
  readonly #shared: Shared;
  readonly #term: Term;

  constructor(shared: Shared, term: Term) {
    this.#shared = shared;
    this.#term = term;
  }

  /** Sends whatever may be sent; a probe notes `round`, the heartbeat round that was last begun. */
  flush(follower: Follower, round: number): void {
    const { base } = this.#shared.log;
    const { kind, next } = follower.progress;
    if (kind !== 'snapshot' && next <= base) follower.progress = needsSnapshot(follower.progress, base); // W5
    const { progress } = follower;
    switch (progress.kind) {
      case 'probe':
        return this.#probe(follower, progress, round);
      case 'replicate':
        return this.#replicate(follower, progress);
      case 'snapshot':
        return this.#askForSnapshot(follower, progress);
      default:
        return unreachable(progress);
    }
  }

  #askForSnapshot({ storeId: to, full: isFull }: Follower, progress: NeedsSnapshot): void {
    const { log, snapshots, disk } = this.#shared;
    if (progress.state !== 'due' || isFull || disk.isDistrusted) return; // Y6
    progress.state = 'sending';
    progress.next = asIndex(log.base + 1);
    snapshots.request({ to, atLeast: log.base });
  }

  #probe(follower: Follower, progress: Probe, round: number): void {
    if (progress.due === 'nothing') return;
    const entries = progress.due === 'bare' || follower.full ? [] : this.#entriesFor(follower);
    if (entries === undefined) return;
    this.#send(follower, entries);
    progress.due = 'nothing';
    progress.sentInRound = round;
  }

  #replicate(follower: Follower, progress: Replicate): void {
    if (follower.full) return;
    while (progress.next <= this.#shared.log.lastIndex && progress.inflight.hasRoom) {
      const entries = this.#entriesFor(follower);
      if (entries === undefined) return;
      this.#send(follower, entries);
      if (progress.inflight.isEmpty) progress.movedMs = this.#shared.timer.now;
      const lastIndex = present(entries.at(-1), 'there is something to send').index;
      progress.inflight.add({ lastIndex, bytes: entries.reduce((sum, entry) => sum + entryBytes(entry), 0) });
      progress.next = asIndex(lastIndex + 1);
    }
  }

  /** Entries from the follower's next on; undefined while they are being read from disk. */
  #entriesFor(follower: Follower): readonly Entry[] | undefined {
    const { log, loads, config } = this.#shared;
    const { next } = follower.progress;
    if (next > log.lastIndex) return [];
    const bytesMax = config.appendBytesMax;
    const cached = log.slice({ from: next, to: log.lastIndex, bytesMax });
    if (cached !== undefined) return cached;
    const { loaded } = follower;
    follower.loaded = [];
    if (loaded[0]?.index === next) return loaded;
    loads.request(
      { kind: 'follower', storeId: follower.storeId },
      { from: next, to: log.firstCached, bytesMax },
    );
    return undefined;
  }

  #send(follower: Follower, entries: readonly Entry[]): void {
    const { self, log, outbox } = this.#shared;
    const previousIndex = asIndex(follower.progress.next - 1);
    const previousTerm = present(log.termAt(previousIndex), 'a follower is sent what the log holds');
    const last = previousIndex + entries.length;
    follower.toldCommit = asIndex(Math.max(follower.toldCommit, Math.min(log.commit, last)));
    outbox.send({
      kind: 'appendRequest',
      from: self,
      to: follower.storeId,
      term: this.#term,
      previousIndex,
      previousTerm,
      entries,
      commit: log.commit,
    });
  }
}
