// What a simulated machine with a peer is given.

import type { PeerId, StoreId } from '../../../raft/types.ts';
import type { Prng } from '../../../src/lib/prng.ts';
import type { RowChange, View } from '../../../src/state/view.ts';
import type { Observation } from '../observation.ts';
import type { Trace } from '../trace.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { SimLinks } from './links.ts';
import type { WholeParts } from './machine.ts';
import type { WholePlan } from './plan.ts';
import type { Situations } from './situations.ts';

/** A peer as cluster.toml lists it. */
export interface Listed {
  readonly peerId: PeerId;
  readonly api: string;
  readonly raft: string;
}

export interface WholePeerOptions {
  readonly self: Listed;
  /** The founders of the cluster; it is one of them, or joins. */
  readonly founders: readonly Listed[];
  readonly time: VirtualTime;
  readonly prng: Prng;
  readonly plan: WholePlan;
  readonly parts: WholeParts;
  readonly links: SimLinks;
  readonly trace: Trace;
  readonly situations: Situations;
  /** Numbers of drives, each given once. */
  readonly nextDrive: () => number;
  readonly observe: (observation: Observation) => void;
  readonly onChanges: (view: View, index: number, changes: readonly RowChange[]) => void;
  /** A snapshot took the place of the state. */
  readonly onReset: (view: View, index: number) => void;
  /** A run of its store begins that nobody has heard yet. */
  readonly onRun: (storeId: StoreId, incarnation: number) => void;
  /** Its process ended, in whatever way. */
  readonly onCrash: (storeId: StoreId) => void;
  /** Something happened that must not. */
  readonly onBroken: (error: unknown) => void;
}
