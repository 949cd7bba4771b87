// What each step of a core changed, for invariants and counters: one watch for each run of a peer.
// Owns: the time of the last tick, by which the next one is late or not. Does not own: the core.

import type { RaftConfig } from '../../raft/config.ts';
import type { RaftStatus } from '../../raft/status.ts';
import type { Configuration, Input, LogIndex, Member, StoreId } from '../../raft/types.ts';
import { asIndex } from '../../raft/types.ts';
import type { Counters } from './counters.ts';
import type { Observation } from './observation.ts';

export interface StepWatchOptions {
  readonly peer: StoreId;
  readonly now: number;
  readonly heartbeatMs: number;
  readonly priority: RaftConfig['priority'];
  readonly counters: Counters;
  readonly observe: (observation: Observation) => void;
}

export class StepWatch {
  readonly #options: StepWatchOptions;
  #tickedMs: number;
  #isFull = false;
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
    const { peer, observe } = this.#options;
    if (before.role !== 'leader' && after.role === 'leader') this.#onElected(after);
    if (before.role === 'leader' && after.role !== 'leader') this.#onDeposed(before, after, diskBusy);
    if (input.kind === 'diskFull') observe({ kind: 'space', peer, full: input.full });
    observe({ kind: 'stepped', peer, status: after });
    this.#countDisk(input, before, after);
    const settled = this.#settled;
    if (input.kind === 'tick') this.#onTick(input.now, after);
    const [previous, configuration] = [before.configuration, after.configuration];
    if (configuration.index < previous.index) this.#countReverted(input);
    if (configuration.index <= previous.index || after.role !== 'leader' || before.role !== 'leader') return;
    if (before.term !== after.term) return;
    this.#countChange(previous, configuration);
    observe({ kind: 'configured', peer, term: after.term, previous, configuration, settled });
  }

  #countReverted(input: Input): void {
    const isInstall = input.kind === 'snapshotReceived';
    const situation = isInstall ? 'configurations reverted by an install' : 'configurations truncated';
    this.#options.counters.add(situation);
  }

  #countDisk(input: Input, before: RaftStatus, after: RaftStatus): void {
    const { counters } = this.#options;
    if (before.impaired && !after.impaired) counters.add('impaired peers mended');
    if (input.kind === 'diskFull') this.#isFull = input.full;
    if (this.#isFull && before.role === 'leader' && after.role !== 'leader') {
      counters.add('full leaders that handed over');
    }
    if (input.kind !== 'receive' || input.message.kind !== 'appendRequest' || !this.#isFull) return;
    if ((input.message.entries.at(-1)?.index ?? 0) > after.lastIndex) {
      counters.add('entries refused for want of room');
    }
  }

  /** What this leader had committed a heartbeat before the last tick. */
  get #settled(): LogIndex {
    const [oldest] = this.#commits;
    const isOld = oldest !== undefined && oldest.ms <= this.#tickedMs - this.#options.heartbeatMs;
    return isOld ? oldest.commit : asIndex(0);
  }

  #onElected({ configuration }: RaftStatus): void {
    const { counters, priority } = this.#options;
    counters.add('leaders elected');
    if (priority === 'low') counters.add('leaders of low priority');
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
