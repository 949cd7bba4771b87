// What invariants see of a run: facts as plain values, in the order in which they happened.
// Everything is told from outside the core: what it handed out, what its disk holds, what its clients heard.

import type { RaftStatus } from '../../raft/status.ts';
import type {
  Configuration,
  Entry,
  HardState,
  LogIndex,
  Message,
  PersistOperation,
  StoreId,
  Term,
} from '../../raft/types.ts';

/** Without `configuration`, whoever is a member is taken to be so by the issued log. */
export type ObservedStatus = Pick<RaftStatus, 'role' | 'term' | 'commit' | 'applied' | 'lastIndex'> &
  Partial<Pick<RaftStatus, 'configuration' | 'base' | 'progress'>>;

export type Observation =
  /** A peer starts, for the first time or again, from what its disk holds. */
  | {
      readonly kind: 'started';
      readonly peer: StoreId;
      readonly hardState: HardState;
      /** What was cut off: `log` begins behind it. */
      readonly base: LogIndex;
      readonly log: readonly Entry[];
      readonly applied: LogIndex;
      readonly stateHash: number;
      /** Its disk says that it lost what it may have acknowledged. */
      readonly impaired: boolean;
    }
  /** A disk, of which no process runs, is not what it was any more. */
  | { readonly kind: 'damaged'; readonly peer: StoreId }
  /** The core heard that there is no room on its disk, or is again. */
  | { readonly kind: 'space'; readonly peer: StoreId; readonly full: boolean }
  /** The state is a snapshot's from now on. */
  | {
      readonly kind: 'installed';
      readonly peer: StoreId;
      readonly applied: LogIndex;
      readonly stateHash: number;
    }
  /** After every step of a core. */
  | { readonly kind: 'stepped'; readonly peer: StoreId; readonly status: ObservedStatus }
  /** After every tick, when a driver may trust `mayControl`. `late`: by more than two heartbeats. */
  | {
      readonly kind: 'ticked';
      readonly peer: StoreId;
      readonly term: Term;
      readonly applied: LogIndex;
      readonly mayControl: boolean;
      readonly late: boolean;
    }
  /** A leader appended a configuration behind `previous`. What it had committed a heartbeat before: `settled`. */
  | {
      readonly kind: 'configured';
      readonly peer: StoreId;
      readonly term: Term;
      readonly previous: Configuration;
      readonly configuration: Configuration;
      readonly settled: LogIndex;
    }
  /** A core asked for a write: this is in its log from now on, durable or not. */
  | { readonly kind: 'issued'; readonly peer: StoreId; readonly operation: PersistOperation }
  /** The disk has it. */
  | { readonly kind: 'synced'; readonly peer: StoreId; readonly operation: PersistOperation }
  | { readonly kind: 'sent'; readonly message: Message }
  /** A peer's state has applied everything up to there; told where nobody sees each entry applied. */
  | {
      readonly kind: 'reached';
      readonly peer: StoreId;
      readonly applied: LogIndex;
      readonly stateHash: number;
    }
  | { readonly kind: 'applied'; readonly peer: StoreId; readonly entry: Entry; readonly stateHash: number }
  /** A client heard that its write is in the state. */
  | { readonly kind: 'acknowledged'; readonly command: number; readonly index: LogIndex }
  /** A client heard that its write is certainly not in the state, and never will be. */
  | { readonly kind: 'refused'; readonly command: number }
  | { readonly kind: 'readStarted'; readonly read: number }
  /** A client got the state as of `applied`, where the core had confirmed `index`. */
  | {
      readonly kind: 'readServed';
      readonly read: number;
      readonly index: LogIndex;
      readonly applied: LogIndex;
    }
  /** The run is over, faults are healed, and this is what each peer's state holds. */
  | { readonly kind: 'settled'; readonly peer: StoreId; readonly commands: readonly number[] };

/** A broken invariant ends the run. */
export class Violation extends Error {
  override readonly name = 'Violation';
}
