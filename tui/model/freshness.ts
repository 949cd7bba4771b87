// How true the screen is: when the cluster was last heard, by which peer, and what to say when that is too long ago.
//
// F1. Data has an age: the time since it came, and what it was old by then (a peer may itself have lost the leader).
// F2. Nothing is hidden for being old: the banner says how old, and who is being tried.

import type { ClusterView } from '../../src/protocol/api.ts';
import type { Stats } from '../../src/protocol/watch.ts';

/** What the connection to the peers has to tell. */
export type PeerEvent =
  | { readonly kind: 'trying'; readonly peer: string; readonly reason?: string }
  | { readonly kind: 'open'; readonly peer: string };

export interface Banner {
  readonly tone: 'warn' | 'bad';
  readonly text: string;
}

/** Age from which on the screen calls itself stale, in milliseconds: three figures have not come. */
const staleMs = 3_000;
/** A connection that is gone for no longer than this is not worth a banner, in milliseconds. */
const flickerMs = 300;

export class Freshness {
  #stats: Stats | undefined;
  #statsAtMs: number | undefined;
  /** What the peer itself knows, since it has had no news of a leader. */
  #view: ClusterView | undefined;
  #event: PeerEvent | undefined;
  #sinceMs: number;
  readonly #bornMs: number;

  constructor(nowMs: number) {
    this.#bornMs = nowMs;
    this.#sinceMs = nowMs;
  }

  /** URL of the peer that answers; undefined while none does. */
  get peer(): string | undefined {
    return this.#event?.kind === 'open' ? this.#event.peer : undefined;
  }

  onPeer(event: PeerEvent, nowMs: number): void {
    if (this.#event?.kind !== event.kind) this.#sinceMs = nowMs;
    this.#event = event;
  }

  onStats(stats: Stats, nowMs: number): void {
    this.#stats = stats;
    if (stats.ageMs < staleMs) this.#view = undefined;
    this.#statsAtMs = nowMs;
  }

  onView(view: ClusterView): void {
    this.#view = view;
  }

  /** Of what is shown, in milliseconds (F1). */
  ageMs(nowMs: number): number {
    if (this.#statsAtMs === undefined) return nowMs - this.#bornMs;
    return nowMs - this.#statsAtMs + (this.#stats?.ageMs ?? 0);
  }

  /** True while all is as new as it can be. */
  isLive(nowMs: number): boolean {
    return this.#event?.kind === 'open' && this.ageMs(nowMs) < staleMs;
  }

  /** What must be said before everything else (F2). */
  banner(nowMs: number, nameOf: (url: string) => string): Banner | undefined {
    const age = `${Math.floor(this.ageMs(nowMs) / 1_000)} s`;
    const event = this.#event;
    if (event?.kind !== 'open') {
      if (nowMs - this.#sinceMs < flickerMs) return undefined;
      const who = event === undefined ? '' : `, trying ${nameOf(event.peer)}`;
      const why = event?.reason === undefined ? '' : ` (${event.reason.split(': ')[0]})`;
      const what = this.#statsAtMs === undefined ? 'NOT CONNECTED' : 'STALE';
      return { tone: 'bad', text: `${what} ${age}${who}${why}` };
    }
    return this.#clusterBanner(nowMs, age, nameOf(event.peer));
  }

  /** The peer that is heard is new, or silent, or has itself no news. */
  #whyOld(nowMs: number, self: string, leader: string): string {
    const toldAtMs = this.#statsAtMs ?? this.#bornMs;
    if (toldAtMs < this.#sinceMs) return `, now with ${self}`;
    if (nowMs - toldAtMs >= (this.#stats?.ageMs ?? 0)) return `: ${self} says nothing`;
    return `: ${self} does not hear its leader ${leader}`;
  }

  #clusterBanner(nowMs: number, age: string, self: string): Banner | undefined {
    const cluster = this.#view ?? this.#stats?.cluster;
    if (cluster === undefined) {
      if (nowMs - this.#sinceMs < staleMs) return undefined;
      return { tone: 'bad', text: `STALE ${age}: ${self} answers, but tells nothing of the cluster` };
    }
    const { leader, quorum, alarms } = cluster;
    const isOld = this.ageMs(nowMs) >= staleMs;
    if (leader === null) {
      const since = isOld ? `; STALE ${age}` : '';
      return { tone: 'bad', text: `NO LEADER: ${self} hears none; nothing can be written${since}` };
    }
    if (isOld) return { tone: 'bad', text: `STALE ${age}${this.#whyOld(nowMs, self, leader)}` };
    if (quorum.have !== null && quorum.have < quorum.need) {
      const voters = `${quorum.have} of ${quorum.voters} voters, ${quorum.need} needed`;
      return { tone: 'bad', text: `NO QUORUM: ${voters}; nothing can be written` };
    }
    const alarm = alarms[0];
    if (alarm === undefined) return undefined;
    const more = alarms.length > 1 ? ` (and ${alarms.length - 1} more: see Raft)` : '';
    return { tone: 'warn', text: `ALARM ${alarm.kind} of ${alarm.peer}: ${alarm.message}${more}` };
  }
}
