// What every part of one core works on. Handed down from raft.ts, so that no part reaches for another's inside.

import type { RaftConfig } from './config.ts';
import type { Durability } from './durability.ts';
import type { Loads } from './loads.ts';
import type { Log } from './log.ts';
import type { Outbox } from './outbox.ts';
import type { OwnDisk } from './own-disk.ts';
import type { Quorum } from './quorum.ts';
import type { Snapshots } from './snapshots.ts';
import type { Timer } from './timer.ts';
import type { StoreId } from './types.ts';

export interface Shared {
  readonly self: StoreId;
  readonly config: RaftConfig;
  readonly log: Log;
  readonly durability: Durability;
  readonly disk: OwnDisk;
  readonly quorum: Quorum;
  readonly timer: Timer;
  readonly loads: Loads;
  readonly snapshots: Snapshots;
  readonly outbox: Outbox;
}
