// Changes of members under one leader: what is asked is judged, and what was begun, by whichever leader, is ended.
// Owns: when a configuration is appended. Does not own: what it says (membership.ts), commit (leadership.ts).
// V1. One change at a time: nothing is appended unless the last configuration is committed (§4.1), and nothing before
//     this term's no-op is (Ongaro's correction of 2015: else two leaders could each change a different configuration).
// V2. A committed joint configuration is left at once (§4.3).
// V3. A learner that wants to be a voter is promoted at the first heartbeat at which it holds what was committed at the
//     one before. One that is silent, or has no room, holds that for ever while nothing is written: it is not promoted.
// V4. Nothing is appended while leadership is handed over, since the target's log would fall behind again, nor on a full
//     disk. What is due then, the next leader does, or this one when it goes on.

import type { Replication } from './replication.ts';
import { isJoint, judgeChange, leaveJoint, type MemberFacts, nextToPromote } from './membership.ts';
import type { Shared } from './shared.ts';
import type { ChangeRefusal } from './change.ts';
import type { Entry, EntryPayload, Input, LogIndex, Membership, StoreId } from './types.ts';

type Append = (payload: Extract<EntryPayload, { kind: 'configuration' }>, time: number) => Entry;
type ChangeMembers = Extract<Input, { kind: 'changeMembers' }>;

export class MemberChanges {
  readonly #shared: Shared;
  readonly #replication: Replication;
  readonly #append: Append;
  readonly #isHeldUp: () => boolean;
  /** The commit index at the last heartbeat: who holds less of it lags. */
  #beatCommit: LogIndex;

  constructor(options: {
    readonly shared: Shared;
    readonly replication: Replication;
    readonly append: Append;
    readonly isHeldUp: () => boolean;
  }) {
    this.#shared = options.shared;
    this.#replication = options.replication;
    this.#append = options.append;
    this.#isHeldUp = options.isHeldUp;
    this.#beatCommit = options.shared.log.commit;
  }

  /** The entry that removed this leader is committed. */
  get isRemoved(): boolean {
    const { self, log, quorum } = this.#shared;
    return !quorum.has(self) && log.configurations.current.index <= log.commit;
  }

  /** Appends what `input` asks for; the entry, or why not. */
  judge({ change, basedOn, time, note }: ChangeMembers, isNoopCommitted: boolean): Entry | ChangeRefusal {
    const { log } = this.#shared;
    const { current } = log.configurations;
    if (!isNoopCommitted) return 'NO_OP_NOT_COMMITTED';
    if (this.#isHeldUp()) return 'TRANSFERRING';
    if (current.index > log.commit || isJoint(current)) return 'CHANGE_IN_PROGRESS';
    if (basedOn !== current.index) return 'CONFIGURATION_MOVED';
    const judged = judgeChange(current, change, this.#facts);
    if (judged.kind === 'refused') return judged.reason;
    const payload = { kind: 'configuration', membership: judged.membership } as const;
    return this.#append(note === undefined ? payload : { ...payload, note }, time);
  }

  /** V2. Commit has moved, behind the no-op. */
  onCommitted(): void {
    const { log } = this.#shared;
    const { current } = log.configurations;
    if (this.#isHeldUp()) return;
    if (isJoint(current) && current.index <= log.commit) this.#appendDue(leaveJoint(current));
  }

  /** V3. A heartbeat is due. */
  onBeat(isNoopCommitted: boolean): void {
    if (isNoopCommitted && !this.#isHeldUp()) this.#appendWhatIsDue(); // V4
    this.#beatCommit = this.#shared.log.commit;
  }

  #appendWhatIsDue(): void {
    this.onCommitted();
    const { log } = this.#shared;
    const { current } = log.configurations;
    if (current.index > log.commit || isJoint(current)) return;
    const judged = nextToPromote(current, this.#facts);
    if (judged?.kind === 'allowed') this.#appendDue(judged.membership);
  }

  /** Nobody asked for it. */
  #appendDue(membership: Membership): void {
    this.#append({ kind: 'configuration', membership }, 0);
  }

  get #facts(): MemberFacts {
    const { self, timer, config } = this.#shared;
    const sinceMs = timer.now - config.electionMaxMs;
    const isFit = (storeId: StoreId): boolean => this.#replication.isFit(storeId, sinceMs);
    return {
      isCaughtUp: (storeId) => isFit(storeId) && this.#replication.holds(storeId, this.#beatCommit),
      isHeard: (storeId) => storeId === self || isFit(storeId),
    };
  }
}
