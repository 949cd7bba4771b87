// What each step of a core changed, for invariants and counters: one watch for each run of a peer.
// Owns: the time of the last tick, by which the next one is late or not. Does not own: the core.

import type { RaftStatus } from '../../raft/status.ts';
import type { Configuration, Input, LogIndex, Member, StoreId } from '../../raft/types.ts';
import { asIndex } from '../../raft/types.ts';
import type { Counters } from './counters.ts';
import type { Observation } from './observation.ts';

export interface StepWatchOptions {
  readonly peer: StoreId;
  readonly now: number;
  readonly heartbeatMs: number;
  readonly counters: Counters;
  readonly observe: (observation: Observation) => void;
}

export class StepWatch {
  readonly #options: StepWatchOptions;
  #tickedMs: number;
  /** The joint configuration that this leader began. */
  #begun: LogIndex | undefined;
  /** What was committed at ticks of the last heartbeat, oldest first. */
  #commits: { readonly ms: number; readonly commit: LogIndex }[] = [];

  constructor(options: StepWatchOptions) {
    this.#options = options;
    this.#tickedMs = options.now;
  }

  /** Takes in that `input` led from `before` to `after`. */
  onStep(input: Input, before: RaftStatus, after: RaftStatus, diskBusy: boolean): void {
    const { peer, counters, observe } = this.#options;
    if (before.role !== 'leader' && after.role === 'leader') this.#onElected(after);
    if (before.role === 'leader' && after.role !== 'leader') this.#onDeposed(before, after, diskBusy);
    observe({ kind: 'stepped', peer, status: after });
    const settled = this.#settled;
    if (input.kind === 'tick') this.#onTick(input.now, after);
    const [previous, configuration] = [before.configuration, after.configuration];
    if (configuration.index < previous.index) counters.add('configurations truncated');
    if (configuration.index <= previous.index || after.role !== 'leader' || before.role !== 'leader') return;
    if (before.term !== after.term) return;
    this.#countChange(previous, configuration);
    observe({ kind: 'configured', peer, term: after.term, previous, configuration, settled });
  }

  /** What this leader had committed a heartbeat before the last tick. */
  get #settled(): LogIndex {
    const [oldest] = this.#commits;
    const isOld = oldest !== undefined && oldest.ms <= this.#tickedMs - this.#options.heartbeatMs;
    return isOld ? oldest.commit : asIndex(0);
  }

  #onElected({ configuration }: RaftStatus): void {
    const { counters } = this.#options;
    counters.add('leaders elected');
    this.#commits = [];
    this.#begun = undefined;
    if (configuration.outgoing.length > 0) counters.add('elections in a joint configuration');
  }

  #onDeposed(before: RaftStatus, after: RaftStatus, diskBusy: boolean): void {
    const { peer, counters } = this.#options;
    if (diskBusy) counters.add('leaders deposed while their disk was busy');
    const { index, voters } = before.configuration;
    const isOut = voters.every(({ storeId }) => storeId !== peer);
    if (isOut && index <= after.commit) counters.add('leaders that removed themselves');
  }

  #countChange(previous: Configuration, configuration: Configuration): void {
    const { counters } = this.#options;
    if (configuration.outgoing.length > 0) this.#begun = configuration.index;
    else if (previous.outgoing.length > 0 && this.#begun !== previous.index) {
      counters.add('joint configurations left by another leader');
    }
    if (configuration.outgoing.length === 0) return;
    const joining = previous.learners.find(({ storeId }) => isAmong(storeId, configuration.voters));
    if (joining === undefined) return;
    const isReplacing = joining.replaces !== undefined;
    counters.add(isReplacing ? 'learners made voters in the place of another' : 'learners made voters');
  }

  #onTick(now: number, { term, applied, commit, mayControl }: RaftStatus): void {
    const { peer, heartbeatMs, counters, observe } = this.#options;
    const late = now - this.#tickedMs > 2 * heartbeatMs;
    this.#tickedMs = now;
    this.#commits.push({ ms: now, commit });
    while ((this.#commits[1]?.ms ?? Number.POSITIVE_INFINITY) <= now - heartbeatMs) this.#commits.shift();
    if (mayControl) counters.add('ticks of a leader that may control');
    observe({ kind: 'ticked', peer, term, applied, mayControl, late });
  }
}

const isAmong = (storeId: StoreId, members: readonly Member[]): boolean =>
  members.some((member) => member.storeId === storeId);
