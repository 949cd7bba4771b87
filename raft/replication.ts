// Replication: brings every follower's log to the leader's (§5.3, §10.2).
// Owns: the progress of each follower, learners and leaving ones included. Does not own: commit, rounds, other terms.
// S1. Entries are sent before this disk has them; whether they count is decided by what is durable (R5).
// S2. What was proposed since the last flush travels in one append, within `appendBytesMax`.
// S3. Nothing is sent past a follower's window, nor twice without a sign that it was lost.
// S4. Who leaves the cluster is still sent the entry that says so, and its commit, as long as it answers.
// S5. Who has no room is sent no entries: it is only asked, at the pace of lost appends, how far it is.

import { assert, present } from '../src/lib/assert.ts';
import { entryBytes } from './entry-cache.ts';
import { membersOf } from './membership.ts';
import type { Mending } from './mending.ts';
import {
  onAccepted,
  onRejected,
  onRoundAnswered,
  onTime,
  probeFrom,
  type InflightOptions,
  type Probe,
  type Progress,
  type Replicate,
} from './progress.ts';
import type { Shared } from './shared.ts';
import type { MemberProgress } from './status.ts';
import { asIndex, type Entry, type LogIndex, type Message, type StoreId, type Term } from './types.ts';

interface Follower {
  readonly storeId: StoreId;
  progress: Progress;
  /** The highest commit index that it was sent. */
  toldCommit: LogIndex;
  lastHeardMs: number | undefined;
  /** Entries from disk that were loaded for it and not sent yet. */
  loaded: readonly Entry[];
  /** Its disk has no room: it is sent no entries (S5). */
  full: boolean;
  /** The entry by which it left the cluster (S4). */
  leftAt: LogIndex | undefined;
}

type AppendResponse = Extract<Message, { kind: 'appendResponse' }>;
type HeartbeatResponse = Extract<Message, { kind: 'heartbeatResponse' }>;

export class Replication {
  readonly #shared: Shared;
  readonly #term: Term;
  readonly #followers = new Map<StoreId, Follower>();
  readonly #window: InflightOptions;
  readonly #mending: Mending;

  constructor(shared: Shared, term: Term, mending: Mending) {
    this.#shared = shared;
    this.#term = term;
    this.#mending = mending;
    this.#window = {
      messagesMax: shared.config.inflightMessagesMax,
      bytesMax: shared.config.inflightBytesMax,
    };
    this.onConfiguration();
  }

  /** Another configuration is in effect: some begin to be followers, some are on their way out. */
  onConfiguration(): void {
    const { self, log } = this.#shared;
    const { current } = log.configurations;
    const members = new Set(membersOf(current).map(({ storeId }) => storeId));
    for (const follower of this.#followers.values()) {
      follower.leftAt = members.has(follower.storeId) ? undefined : (follower.leftAt ?? current.index);
    }
    const next = asIndex(log.lastIndex + 1);
    for (const storeId of members) {
      if (storeId === self || this.#followers.has(storeId)) continue;
      this.#followers.set(storeId, {
        storeId,
        progress: probeFrom({ match: asIndex(0), next }),
        toldCommit: asIndex(0),
        lastHeardMs: undefined,
        loaded: [],
        full: false,
        leftAt: undefined,
      });
    }
  }

  has(storeId: StoreId): boolean {
    return this.#followers.has(storeId);
  }

  /** The logs agree, everything up to `index` is durable there, and that counts. */
  holds(storeId: StoreId, index: LogIndex): boolean {
    const progress = this.#followers.get(storeId)?.progress;
    return progress?.kind === 'replicate' && progress.match >= index && this.#mending.counts(storeId);
  }

  /** What it acknowledges counts, and it has room for entries; heard at `sinceMs` or later (monotonic ms). */
  isFit(storeId: StoreId, sinceMs: number): boolean {
    const follower = this.#followers.get(storeId);
    if (follower === undefined || follower.full || !this.#mending.counts(storeId)) return false;
    return (follower.lastHeardMs ?? Number.NEGATIVE_INFINITY) >= sinceMs;
  }

  get followers(): Iterable<StoreId> {
    return this.#followers.keys();
  }

  /** Everything up to here is durable on `follower`, and equal to the leader's log. */
  matchOf(follower: StoreId): LogIndex {
    return this.#of(follower).progress.match;
  }

  get progress(): readonly (readonly [StoreId, MemberProgress])[] {
    return [...this.#followers.values()].map(({ storeId, progress: { kind, match }, lastHeardMs }) => {
      return [storeId, { kind, match, needs: asIndex(match + 1), lastHeardMs }];
    });
  }

  /** The part of it that counts: nothing, while its disk is impaired. */
  countedMatchOf(follower: StoreId): LogIndex {
    return this.#mending.counts(follower) ? this.matchOf(follower) : asIndex(0);
  }

  /** When it last answered anything (monotonic ms). */
  lastHeardMsOf(follower: StoreId): number | undefined {
    return this.#of(follower).lastHeardMs;
  }

  /** The voter that holds most, of those that are fit. */
  mostCaughtUp(sinceMs: number): StoreId | undefined {
    const heard = [...this.#followers.values()].filter(
      ({ storeId }) => this.#shared.quorum.has(storeId) && this.isFit(storeId, sinceMs),
    );
    const matchMax = Math.max(...heard.map(({ progress }) => progress.match));
    return heard.find(({ progress }) => progress.match === matchMax)?.storeId;
  }

  /** The commit index that `follower` may be told outside an append; it counts as told. */
  tellCommit(follower: StoreId): LogIndex {
    const told = this.#of(follower);
    told.toldCommit = asIndex(Math.min(this.#shared.log.commit, told.progress.match));
    return told.toldCommit;
  }

  /** Followers to whom nothing is under way that could tell them of the newest commit. */
  uninformed(): readonly StoreId[] {
    const lagging = [...this.#followers.values()].filter(({ progress, toldCommit }) => {
      if (progress.kind === 'probe' || !progress.inflight.isEmpty) return false;
      return toldCommit < Math.min(this.#shared.log.commit, progress.match);
    });
    return lagging.map((follower) => follower.storeId);
  }

  onAppendResponse(message: AppendResponse): void {
    const { log, timer } = this.#shared;
    const follower = this.#of(message.from);
    const { outcome } = message;
    follower.lastHeardMs = timer.now;
    if (outcome.kind === 'accepted') {
      assert(outcome.match <= log.lastIndex, 'nobody holds more of this term than its leader');
      const answer = { match: outcome.match, now: timer.now, window: this.#window };
      follower.progress = onAccepted(follower.progress, answer);
    } else {
      const agreeMax = log.highestWithTermAtMost({ index: outcome.hintIndex, term: outcome.hintTerm });
      follower.progress = onRejected(follower.progress, { rejected: outcome.rejected, agreeMax });
    }
  }

  onHeartbeatResponse({ from, round, full }: HeartbeatResponse): void {
    const follower = this.#of(from);
    follower.lastHeardMs = this.#shared.timer.now;
    onRoundAnswered(follower.progress, round);
    follower.full = full;
  }

  /** It lost entries that it may have acknowledged: what it holds is looked for from the start. */
  onImpaired(storeId: StoreId): void {
    const follower = this.#of(storeId);
    const nothing = asIndex(0);
    follower.progress = probeFrom({ match: nothing, next: asIndex(this.#shared.log.lastIndex + 1) });
    follower.toldCommit = nothing;
    follower.loaded = [];
  }

  onLoaded(storeId: StoreId, entries: readonly Entry[]): void {
    this.#of(storeId).loaded = entries;
  }

  /** Probes where nothing has moved for too long; true when there is something to send for it. */
  tick(): boolean {
    const time = { now: this.#shared.timer.now, patienceMs: this.#shared.config.electionMinMs };
    let changed = false;
    for (const follower of this.#followers.values()) {
      if (this.#isGone(follower)) this.#followers.delete(follower.storeId);
      const progress = onTime(follower.progress, time);
      changed ||= progress !== follower.progress;
      follower.progress = progress;
    }
    return changed;
  }

  /** Sends whatever may be sent; probes note `round`, the heartbeat round that was last begun. */
  flush(round: number): void {
    for (const follower of this.#followers.values()) {
      if (follower.progress.kind === 'probe') this.#probe(follower, follower.progress, round);
      else if (!follower.full) this.#replicate(follower, follower.progress);
    }
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

  /** S4: it knows that it left, or does not answer. */
  #isGone({ leftAt, toldCommit, lastHeardMs }: Follower): boolean {
    if (leftAt === undefined) return false;
    const { timer, config } = this.#shared;
    return (
      toldCommit >= leftAt || timer.now - (lastHeardMs ?? Number.NEGATIVE_INFINITY) >= config.electionMaxMs
    );
  }

  #of(storeId: StoreId): Follower {
    return present(this.#followers.get(storeId), 'only followers are asked about');
  }
}
