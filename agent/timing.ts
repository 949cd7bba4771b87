// The agent's own paces, apart from what limits.ts bounds. Tests bring faster ones.

import type { BackoffOptions } from '../src/lib/backoff.ts';
import type { ReplicaTiming } from './replica.ts';

export interface AgentTiming extends ReplicaTiming {
  /** Before a replica that ended is started again. */
  readonly restartBackoff: BackoffOptions;
  /** Between two looks at processes that an earlier agent started, in milliseconds: nobody tells of their end. */
  readonly adoptedPollMs: number;
  /** Between two looks at a group that is being stopped, in milliseconds. */
  readonly stoppingPollMs: number;
  /**
   * How long a fresh agent waits for its leader's word before it starts anything by itself, in milliseconds. Its
   * replicas may run elsewhere by now; but a machine that comes back without any peer must serve again, too.
   */
  readonly launchHoldMs: number;
  /** Between two tries to save what the node shall run, in milliseconds. */
  readonly saveRetryMs: number;
  /** Between two looks at the log files, in milliseconds. */
  readonly logPollMs: number;
}

export const defaultTiming: AgentTiming = {
  aliveMs: 1_000,
  stableMs: 60_000,
  restartBackoff: { baseMs: 1_000, maxMs: 60_000 },
  adoptedPollMs: 500,
  stoppingPollMs: 50,
  launchHoldMs: 15_000,
  saveRetryMs: 1_000,
  logPollMs: 200,
};
