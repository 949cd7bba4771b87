// Time-outs and bounds of the consensus core, with the relations that make them safe.

import { assert } from '../src/lib/assert.ts';

export interface RaftConfig {
  /** Between two ticks of the driver, at most, while nothing holds it up, in milliseconds. Default 20. */
  readonly tickMs: number;
  /**
   * `low`: it campaigns later than all others, by one range of time-outs and a heartbeat, and so leads only when none of them
   * can. Default `normal`.
   */
  readonly priority: 'normal' | 'low';
  /** Between two heartbeats of a leader, in milliseconds. Default 100. */
  readonly heartbeatMs: number;
  /** An election starts after `[min, max)` milliseconds without a leader, drawn anew each time. Default 500. */
  readonly electionMinMs: number;
  /** Default 1,000. */
  readonly electionMaxMs: number;
  /** Once the leader's process is known to be dead, an election starts after `[min, max)` milliseconds. Default 10. */
  readonly failoverMinMs: number;
  /** Default 50. */
  readonly failoverMaxMs: number;
  /** Entry bytes in one append message, and handed out at once to be applied. Default 1 MiB; an entry that is larger goes alone. */
  readonly appendBytesMax: number;
  /** Append messages in flight to one follower. Default 64. */
  readonly inflightMessagesMax: number;
  /** Entry bytes in flight to one follower. Default 8 MiB. */
  readonly inflightBytesMax: number;
  /** Entries that a leader holds uncommitted or not applied; the next proposal is refused. Default 8,192. */
  readonly uncommittedMax: number;
  /** Entry bytes that a leader holds uncommitted or not applied. Default 32 MiB. */
  readonly uncommittedBytesMax: number;
  /** Committed entries handed out and not yet reported applied. Default 4,096. */
  readonly applyingMax: number;
  /** Reads that wait for a heartbeat round. Default 8,192. */
  readonly readsMax: number;
  /** Bytes of entries kept in memory behind the last one; older ones are read from disk again. Default 16 MiB. */
  readonly cacheBytesMax: number;
}

const MiB = 1024 * 1024;

export const raftDefaults: RaftConfig = {
  tickMs: 20,
  priority: 'normal',
  heartbeatMs: 100,
  electionMinMs: 500,
  electionMaxMs: 1_000,
  failoverMinMs: 10,
  failoverMaxMs: 50,
  appendBytesMax: 1 * MiB,
  inflightMessagesMax: 64,
  inflightBytesMax: 8 * MiB,
  uncommittedMax: 8_192,
  uncommittedBytesMax: 32 * MiB,
  applyingMax: 4_096,
  readsMax: 8_192,
  cacheBytesMax: 16 * MiB,
};

/** Crashes on a configuration under which an election could not be safe or could not end. */
export function assertRaftConfig(config: RaftConfig): void {
  assert(config.heartbeatMs > 0, 'heartbeats are sent');
  assert(config.heartbeatMs * 3 <= config.electionMinMs, 'two heartbeats may be lost without an election');
  assert(config.tickMs > 0 && config.tickMs <= config.heartbeatMs, 'a tick that is in time is not late');
  const electionRangeMs = config.electionMaxMs - config.electionMinMs;
  assert(
    electionRangeMs >= config.tickMs,
    'two time-outs may end in different ticks: else candidates meet for ever',
  );
  assert(config.failoverMinMs < config.failoverMaxMs, 'after a death time-outs are drawn from a range, too');
  assert(config.failoverMaxMs <= config.electionMinMs, 'a death is answered sooner than silence');
  assert(config.appendBytesMax <= config.inflightBytesMax, 'a window holds a message');
  assert(config.inflightMessagesMax > 0, 'a window holds a message');
  assert(config.uncommittedMax > 0 && config.uncommittedBytesMax > 0, 'a leader may hold a proposal');
  assert(config.applyingMax > 0 && config.readsMax > 0, 'queues hold at least one');
}
