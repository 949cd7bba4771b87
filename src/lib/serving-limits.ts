// Bounds of the API towards its clients, named with their units; all others stand in limits.ts.

import { assert } from './assert.ts';
import { limits } from './limits.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

export const servingLimits = {
  /** How long a client may take to send one request, in milliseconds. */
  requestReadMs: 10_000,
  /** How long it may take to send the head of one, in milliseconds. */
  headerReadMs: 5_000,
  /** Between two looks for clients that take longer, in milliseconds. */
  slowLookMs: 1_000,
  /** A client that takes nothing of its answer for this long is closed, in milliseconds. */
  answerStallMs: 12_000,
  /** A connection without a request for this long is closed, in milliseconds. */
  keepAliveMs: 72_000,
  /** The head of one HTTP request: its first line and its headers. */
  headerBytesMax: 16 * KiB,
  /** Headers of one HTTP request. */
  headersMax: 100,
  /** Connections to the API of one peer; the next is answered BUSY and closed, twice as many are dropped. */
  connectionsMax: 4_096,
  /** Connections of one client (an address) to one peer; the next is answered RATE_LIMITED and closed. */
  connectionsPerClientMax: 2_048,
  /** Requests of one client to one peer in a second. */
  requestsPerSecond: 20_000,
  /** Requests that a client which was quiet may send at once. */
  requestsBurst: 40_000,
  /** Answers without an end (watches, logs, backups) on one peer; the next is refused with BUSY. */
  streamsMax: 2_048,
  /** Those of one client; the next is refused with RATE_LIMITED. */
  streamsPerClientMax: 1_024,
  /** Terms in one selector of a list or a watch. */
  selectorTermsMax: 32,
  /** Bytes that wait for one watcher; until it has taken some, nothing is added to them. */
  watchQueueBytesMax: 1 * MiB,
  /** A watcher for whom so much has waited for this long is cut off, in milliseconds. */
  watchStallMs: 8_000,
  /** Given to a watcher that is cut off to take what waits and the reason, in milliseconds. */
  watchCloseMs: 10_000,
  /** Bytes told to one watcher before others have their turn. */
  watchTurnBytes: 256 * KiB,
  /** Objects looked at for one watcher before others have their turn, whether or not it selects them. */
  watchTurnObjects: 500,
  /** How long watchers are served before everything else has its turn, in milliseconds. */
  watchTurnMs: 5,
  /** Bytes that wait for all watchers; beyond it something is added only where nothing waits. */
  watchWaitingBytesMax: 64 * MiB,
  /** Between two looks at how much that is, in milliseconds. */
  watchCountMs: 50,
  /** Texts of the newest changes that are kept for the watchers of one selection, if they are several. */
  watchTextsMax: 16,
  /** What those of all selections take together. */
  watchTextsBytesMax: 32 * MiB,
  /** Between two bookmarks for one watcher, in milliseconds. */
  watchBookmarkMs: 15_000,
  /** Between two of the leader's statistics, in milliseconds. */
  watchStatsMs: 1_000,
  /** A list is written in pieces of about this size, and others have their turn between two. */
  listPieceBytes: 64 * KiB,
  /** Objects looked at for one piece of a list. */
  listPieceObjects: 500,
  /** Objects in one page of a list. */
  listLimitMax: 500,
  /** Addresses of clients that are remembered; beyond it those without a connection are forgotten. */
  clientsMax: 16_384,
  /** How long a peer that stops waits for the answers to what it was asked, in milliseconds. */
  drainMs: 2_000,
} as const;

/** The same bounds with other values, for whoever tests them. */
export type ServingLimits = { readonly [Name in keyof typeof servingLimits]: number };

assert(servingLimits.headerReadMs < servingLimits.requestReadMs, 'a head is read before its body');
assert(servingLimits.slowLookMs < servingLimits.headerReadMs, 'whoever is slow is seen');
assert(
  servingLimits.requestReadMs + servingLimits.slowLookMs < servingLimits.answerStallMs,
  'whoever stops within a request hears so before the silence ends the connection',
);
assert(limits.requestMs < servingLimits.drainMs, 'every request ends before a drain does');
assert(servingLimits.watchTurnBytes < servingLimits.watchQueueBytesMax, 'a queue holds what one turn adds');
assert(servingLimits.watchQueueBytesMax * 8 <= servingLimits.watchWaitingBytesMax, 'several may read slowly');
assert(servingLimits.watchStatsMs < servingLimits.watchStallMs, 'a watcher that stalls is seen');
assert(servingLimits.watchStallMs < servingLimits.answerStallMs, 'a watcher hears why it is cut off');
assert(limits.requestMs < servingLimits.answerStallMs, 'nobody is closed who waits for an answer');
assert(
  servingLimits.connectionsPerClientMax <= servingLimits.connectionsMax,
  'all clients have as much as one',
);
assert(servingLimits.streamsPerClientMax <= servingLimits.streamsMax, 'all clients have as much as one');
assert(servingLimits.streamsMax < servingLimits.connectionsMax, 'streams leave room for requests');
assert(servingLimits.connectionsMax * 2 < servingLimits.clientsMax, 'who is connected is remembered');
