// The phases of a peer's life, of which it is in one at a time (lifecycle.ts says how it comes from one to another).

import type { Genesis } from '../../raft/types.ts';
import { limits } from '../lib/limits.ts';
import type { Core } from './core.ts';
import type { Leadership } from './leadership.ts';

export type Phase =
  | { readonly kind: 'founding'; readonly reason: string }
  | { readonly kind: 'foreign'; readonly reason: string }
  | Running
  /** Its cluster goes on without it: in a higher epoch, or past an old copy of its disk. */
  | { readonly kind: 'superseded'; readonly reason: string }
  | { readonly kind: 'stopped' };

export interface Running {
  readonly kind: 'running';
  readonly genesis: Genesis;
  readonly core: Core;
  /** One read was linearizable: everything committed when a leader was first heard is applied. */
  caughtUp: boolean;
}

/** Resolves once it has caught up, or once `isCurrent` says that it matters no more. */
export async function catchUp(
  phase: Running,
  leadership: Leadership,
  isCurrent: () => boolean,
): Promise<void> {
  while (isCurrent() && !phase.caughtUp) {
    phase.caughtUp = (await phase.core.barriers.pass(limits.requestMs)) === 'passed';
    if (!phase.caughtUp) await leadership.changed(limits.leaderRetryMs);
  }
}
