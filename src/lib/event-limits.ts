// The bounds of events, apart from limits.ts for its length; their relations are checked at start, too.

import { assert } from './assert.ts';
import { limits } from './limits.ts';

export const eventLimits = {
  /** Events kept; those last seen longest ago are forgotten first. */
  keptMax: 2_000,
  /** Events that wait to be recorded on a leader; one beyond it is dropped. */
  pendingMax: 256,
  /** What one event says, in characters. */
  messageChars: 512,
  /** Between two commands that record events, in milliseconds. */
  everyMs: 1_000,
  /** Commands waiting for their commit above which a leader records none. */
  waitingProposalsMax: 128,
  /** Rows waiting for their flush above which a leader records none. */
  unflushedRowsMax: 10_000,
} as const;

assert(limits.controlTickMs < eventLimits.everyMs, 'events are told as often as they may be');
assert(
  eventLimits.pendingMax * (eventLimits.messageChars * 4 + 1_024) < limits.commandBytesMax,
  'a command holds all events that wait',
);
assert(eventLimits.pendingMax <= eventLimits.keptMax, 'what one command records is kept');
assert(eventLimits.waitingProposalsMax < limits.proposalsMax, 'events give way before writes are refused');
assert(eventLimits.unflushedRowsMax < limits.unflushedRowsMax, 'events give way before writes are refused');
