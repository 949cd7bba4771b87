// Replication: brings every follower's log to the leader's (§5.3, §10.2).
// Owns: what is known of each follower, learners and leaving ones included. Does not own: what each is sent next
// (sending.ts), commit, rounds, other terms.
// S1. Who leaves the cluster is still sent the entry that says so, and its commit, as long as it answers and needs no
//     snapshot for that.

import { assert, present } from '../src/lib/assert.ts';
import { membersOf } from './membership.ts';
import type { Mending } from './mending.ts';
import {
  onAccepted,
  onRejected,
  onRoundAnswered,
  onSnapshotSent,
  onTime,
  probeFrom,
  type InflightOptions,
} from './progress.ts';
import { Sending, type Follower } from './sending.ts';
import type { Shared } from './shared.ts';
import type { MemberProgress } from './status.ts';
import { asIndex, type Entry, type LogIndex, type Message, type StoreId, type Term } from './types.ts';

type AppendResponse = Extract<Message, { kind: 'appendResponse' }>;
type HeartbeatResponse = Extract<Message, { kind: 'heartbeatResponse' }>;

export class Replication {
  readonly #shared: Shared;
  readonly #sending: Sending;
  readonly #followers = new Map<StoreId, Follower>();
  readonly #window: InflightOptions;
  readonly #mending: Mending;

  constructor(shared: Shared, term: Term, mending: Mending) {
    this.#shared = shared;
    this.#sending = new Sending(shared, term);
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

  /** The logs agree, and everything up to `index` is durable there. */
  holds(storeId: StoreId, index: LogIndex): boolean {
    const progress = this.#followers.get(storeId)?.progress;
    return progress?.kind === 'replicate' && progress.match >= index;
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
    return [...this.#followers.values()].map(({ storeId, progress: { kind, match, next }, lastHeardMs }) => {
      const needs = kind === 'snapshot' ? next : asIndex(match + 1);
      return [storeId, { kind, match, needs, lastHeardMs }];
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

  /** It is fit, and needs no snapshot first. */
  couldLead(storeId: StoreId, sinceMs: number): boolean {
    return this.isFit(storeId, sinceMs) && this.#of(storeId).progress.kind !== 'snapshot';
  }

  /** The voter that holds most, of those that could lead, and are not on their way out. */
  mostCaughtUp(sinceMs: number): StoreId | undefined {
    const { voters } = this.#shared.log.configurations.current;
    const staying = new Set(voters.map(({ storeId }) => storeId));
    const heard = [...this.#followers.values()].filter(
      ({ storeId }) => staying.has(storeId) && this.couldLead(storeId, sinceMs),
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
      if (progress.kind !== 'replicate' || !progress.inflight.isEmpty) return false;
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
    const next = asIndex(this.#shared.log.lastIndex + 1);
    const nothing = asIndex(0);
    this.#of(storeId).progress = probeFrom({ match: nothing, next });
  }

  onLoaded(storeId: StoreId, entries: readonly Entry[]): void {
    const follower = this.#followers.get(storeId);
    if (follower !== undefined) follower.loaded = entries;
  }

  onSnapshotSent(storeId: StoreId, index: LogIndex | undefined): void {
    const follower = this.#followers.get(storeId);
    if (follower === undefined) return;
    const { lastIndex } = this.#shared.log;
    const sent = { index, lastIndex, now: this.#shared.timer.now };
    follower.progress = onSnapshotSent(follower.progress, sent);
  }

  /** Tries anew where nothing has moved for too long; true when there is something to send for it. */
  tick(): boolean {
    const time = { now: this.#shared.timer.now, patienceMs: this.#shared.config.electionMinMs };
    let changed = false;
    for (const follower of this.#followers.values()) {
      if (this.#isGone(follower)) this.#followers.delete(follower.storeId);
      const progress = onTime(follower.progress, { ...time, lastHeardMs: follower.lastHeardMs });
      changed ||= progress !== follower.progress;
      follower.progress = progress;
    }
    return changed;
  }

  /** Sends whatever may be sent; probes note `round`, the heartbeat round that was last begun. */
  flush(round: number): void {
    for (const follower of this.#followers.values()) this.#sending.flush(follower, round);
  }

  /** S1: it knows that it left, or does not answer, or lacks too much. */
  #isGone({ leftAt, toldCommit, lastHeardMs, progress }: Follower): boolean {
    if (leftAt === undefined) return false;
    if (progress.kind === 'snapshot') return true;
    const { timer, config } = this.#shared;
    return (
      toldCommit >= leftAt || timer.now - (lastHeardMs ?? Number.NEGATIVE_INFINITY) >= config.electionMaxMs
    );
  }

  #of(storeId: StoreId): Follower {
    return present(this.#followers.get(storeId), 'only followers are asked about');
  }
}
