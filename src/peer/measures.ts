// What a peer measures of itself in one run, for whoever watches it.

import type { RaftStatus } from '../../raft/status.ts';
import type { State } from '../state/state.ts';
import type { Lifecycle } from './lifecycle.ts';

export interface Measures {
  /** Absent before genesis. */
  readonly status: RaftStatus | undefined;
  /** Leaders that it saw begin. */
  readonly leaderChanges: number;
  /** Of the commands that it applied. */
  readonly appliedBytes: number;
  readonly unflushedRows: number;
  /** Commands that wait for their commit. */
  readonly waitingProposals: number;
  /** Peers that are connected. */
  readonly links: number;
}

export function measuresOf({ core, leadership, links }: Lifecycle, state: State): Measures {
  return {
    status: core?.status,
    leaderChanges: leadership.changes,
    appliedBytes: core?.applier.appliedBytes ?? 0,
    unflushedRows: state.dirtyCount,
    waitingProposals: core?.proposals.pendingCount ?? 0,
    links: links.identities().length,
  };
}
