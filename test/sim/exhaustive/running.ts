// One peer of the exhaustive check while it runs: a real core, its disk and its state, moved by one event at a time.
// Owns: what a driver owes to a core, in the order of its contract. Does not own: which event comes when.
//
// L1. Time stands still but for the events that are time: ticks, one heartbeat apart, until something comes of them.
// L2. What is committed is applied at once, and never flushed: a restart applies everything again.

import type { RaftConfig } from '../../../raft/config.ts';
import type { Raft } from '../../../raft/raft.ts';
import {
  asIndex,
  asRequestId,
  noBase,
  type Entry,
  type HardState,
  type Input,
  type LogIndex,
  type Message,
  type PersistOperation,
  type StoreId,
  type Term,
} from '../../../raft/types.ts';
import { assert, present } from '../../../src/lib/assert.ts';
import { digestOf, emptyDigest, mix } from '../digest.ts';
import { genesisOf } from '../restored.ts';
import type { Observation } from '../observation.ts';
import { encodeCommand } from '../state-machine.ts';
import { isSticky, type MakeOpenCore } from './open-core.ts';

export type LocalEvent =
  /** `waits`: time has passed before it, until votes are given again. */
  | { readonly kind: 'receive'; readonly message: Message; readonly waits: boolean }
  /** Time passes: without a leader until a campaign; on a leader one heartbeat, or its end. */
  | { readonly kind: 'campaign' | 'beat' | 'expire' }
  | { readonly kind: 'propose' }
  /** The write in flight is durable. */
  | { readonly kind: 'sync' }
  /** The process dies, and starts again; `kept`: the write in flight is durable. */
  | { readonly kind: 'crash'; readonly kept: boolean };

/** What a run starts from. */
export interface Start {
  readonly hardState: HardState;
  readonly log: readonly Entry[];
}

const config: RaftConfig = {
  tickMs: 1,
  priority: 'normal',
  heartbeatMs: 1,
  electionMinMs: 3,
  electionMaxMs: 5,
  failoverMinMs: 1,
  failoverMaxMs: 2,
  appendBytesMax: 1_024,
  inflightMessagesMax: 4,
  inflightBytesMax: 4_096,
  uncommittedMax: 64,
  uncommittedBytesMax: 65_536,
  applyingMax: 64,
  readsMax: 4,
  cacheBytesMax: 65_536,
};
/** So many heartbeats of one leader, at most: no time-out passes meanwhile. */
export const roundsMax = config.electionMinMs - 1;
/** Ticks after which every time-out has passed. */
const ticksMax = 12;

/** A peer that runs. */
export class Running {
  readonly core: Raft;
  readonly peer: StoreId;
  hardState: HardState;
  log: Entry[];
  writing: PersistOperation | undefined;
  now = 0;
  applied = 0;
  stateHash = emptyDigest;
  sent: Message[] = [];
  observations: Observation[] = [];

  constructor(makeCore: MakeOpenCore, peer: StoreId, start: Start) {
    this.peer = peer;
    this.hardState = start.hardState;
    this.log = [...start.log];
    const termRuns: { from: LogIndex; term: Term }[] = [];
    for (const { index, term } of start.log) {
      if (termRuns.at(-1)?.term !== term) termRuns.push({ from: index, term });
    }
    const restored = {
      hardState: start.hardState,
      base: noBase,
      lastIndex: asIndex(start.log.length),
      termRuns,
      tail: start.log,
      genesis: genesisOf(start.log),
      configurations: [],
      impaired: false,
    };
    this.core = makeCore({ storeId: peer, config, seed: 1, now: 0, restored, applied: asIndex(0) });
    this.observations.push({
      kind: 'started',
      peer,
      hardState: start.hardState,
      base: asIndex(0),
      log: start.log,
      applied: asIndex(0),
      stateHash: this.stateHash,
      impaired: false,
    });
    this.#settle();
  }

  /** After it, `sent` and `observations` are those of this event alone. */
  take(event: Exclude<LocalEvent, { kind: 'crash' }>): void {
    this.sent = [];
    this.observations = [];
    switch (event.kind) {
      case 'receive':
        if (event.waits) this.#tickUntil(() => !isSticky(this.core));
        this.sent = [];
        return this.#step({ kind: 'receive', message: event.message });
      case 'propose': {
        const data = encodeCommand(1, 8);
        return this.#step({ kind: 'propose', requestId: asRequestId(1), time: 0, data });
      }
      case 'sync': {
        const operation = present(this.writing, 'a write is in flight');
        this.writing = undefined;
        this.hardState = operation.hardState ?? this.hardState;
        this.log = written(this.log, operation);
        this.observations.push({ kind: 'synced', peer: this.peer, operation });
        return this.#step({ kind: 'persisted', operation: operation.operation });
      }
      case 'campaign':
        return this.#tickUntil(() => this.sent.some(({ kind }) => kind === 'voteRequest'));
      case 'beat':
        return this.#tick();
      case 'expire':
        return this.#tickUntil(() => this.core.status().role !== 'leader');
    }
  }

  /** What an earlier tick sent is lost: only what the last one sends may arrive. */
  #tickUntil(isDone: () => boolean): void {
    for (let ticks = 0; ticks < ticksMax && !isDone(); ticks += 1) {
      this.sent = [];
      this.#tick();
    }
  }

  #tick(): void {
    this.now += config.heartbeatMs;
    this.#step({ kind: 'tick', now: this.now });
  }

  #step(input: Input): void {
    this.core.step(input);
    this.observations.push({ kind: 'stepped', peer: this.peer, status: this.core.status() });
    this.#settle();
  }

  /** Effects, in the order of the contract. */
  #settle(): void {
    while (this.core.hasReady()) {
      const ready = this.core.takeReady();
      assert(ready.loads.length === 0, 'everything is in memory');
      for (const message of ready.messages) this.observations.push({ kind: 'sent', message });
      this.sent.push(...ready.messages);
      if (ready.persist !== undefined) {
        this.writing = ready.persist;
        this.observations.push({ kind: 'issued', peer: this.peer, operation: ready.persist });
      }
      for (const entry of ready.apply) this.#apply(entry);
    }
  }

  #apply(entry: Entry): void {
    this.applied = entry.index;
    this.stateHash = mix(this.stateHash, digestOf(entry));
    this.observations.push({ kind: 'applied', peer: this.peer, entry, stateHash: this.stateHash });
    this.core.step({ kind: 'applied', index: entry.index });
  }
}

/** The log after the write. */
export function written(log: readonly Entry[], { truncateFrom, entries }: PersistOperation): Entry[] {
  const kept = truncateFrom === undefined ? [...log] : log.slice(0, truncateFrom - 1);
  for (const entry of entries) {
    assert(entry.index === kept.length + 1, 'a persist leaves no gap');
    kept.push(entry);
  }
  return kept;
}
