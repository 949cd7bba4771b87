// Every bound of the product, named with its unit, in one place; the relations between them are checked at start.
// (Raft's own bounds and time-outs stand in raft/config.ts: the core imports nothing.)

import { assert } from './assert.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

export const limits = {
  /** One HTTP request body. */
  bodyBytesMax: 1 * MiB,
  /** A body up to this size, in characters, is read at once; a larger one on a thread of its own. */
  inlineBodyChars: 16 * KiB,
  /** Bodies that wait for that thread; the next is refused with BUSY. */
  bodiesMax: 16,
  /** That thread ends when it had nothing to do for this long, in milliseconds. */
  bodyThreadIdleMs: 60_000,
  /** Heap of that thread, in MiB. */
  bodyThreadMiBMax: 256,
  /** One encoded command: the data of one log entry. */
  commandBytesMax: 2 * MiB,
  /** The data of one setting. */
  settingBytesMax: 256 * KiB,
  /** Manifests in one request. */
  manifestDocumentsMax: 100,
  /** Services in one request. */
  manifestServicesMax: 1_000,
  /** Replicas of one service. */
  replicasMax: 1_000,
  /** Problems that one answer tells of; nobody mends more at once. */
  issuesMax: 1_000,
  /** One environment variable of a workload, as `NAME=value`: Linux takes no longer string (MAX_ARG_STRLEN). */
  environmentBytesMax: 128 * KiB - 1,
  /** Replicas that one dry run plans. */
  trialReplicasMax: 1_000,
  /** Users' writes that are remembered at least, applied or refused; the oldest are forgotten first, a bundle at a time. */
  operationsMax: 100_000,
  /** Bytes of what is remembered of them, together (state/operations.ts); past it the oldest are forgotten, too. */
  operationsBytesMax: 128 * MiB,
  /** Operations on one page of the audit, unless more or fewer are asked for. */
  auditPage: 100,
  /** Operations that may be asked for on one page. */
  auditPageMax: 500,
  /** Remembered of the path of a write, in characters. */
  operationPathCharsMax: 256,
  /** Remembered of a User-Agent, in characters. */
  operationAgentCharsMax: 128,
  /** Remembered of why a write was refused, in characters. */
  operationMessageCharsMax: 1_024,
  /** Remembered of what one write changed; the rest is left out. */
  operationChangesMax: 1_000,
  /** What one replica runs, with all settings that it uses, as JSON. */
  workloadBytesMax: 1 * MiB,
  /** Commands that wait for their commit on one peer; the next is refused with BUSY. */
  proposalsMax: 4_096,
  /** Changes of members that wait for their end on one leader; the next is refused with BUSY. */
  memberChangesMax: 16,
  /** What goes with a change of members into the log: who asked for it, as JSON, in characters. */
  memberNoteCharsMax: 4_096,
  /** Calls to the leader that wait for its answer on one follower; the next is refused. */
  callsMax: 64,
  /** Kept of a request's time for the commit, once a new member has answered or a body was read, in milliseconds. */
  commitReserveMs: 500,
  /** Linearizable reads that wait for their confirmation on one peer; the next is refused with BUSY. */
  readsMax: 8_192,
  /** Inputs that wait for the Raft driver; a message beyond it is dropped (Raft resends). */
  inputsMax: 16_384,
  /** How long a read or a write may take before it is answered, one way or another: 2 s, less the way back. */
  requestMs: 1_900,
  /** Between two looks for a leader while a request waits for one, in milliseconds. */
  leaderRetryMs: 100,
  /** Entries that are applied before everything else has its turn: a long backlog must not keep heartbeats waiting. */
  applyTurnEntries: 512,
  /** How long entries are applied before that, in milliseconds, and up to a portion more. */
  applyTurnMs: 20,
  /** Entries in one portion: they are applied without a look at the clock. */
  applyPortionEntries: 64,
  /** Between two ticks of the Raft core, in milliseconds. */
  tickMs: 20,
  /** A process that stands still for this long says so, in milliseconds: half of the shortest election time-out. */
  stallMs: 250,
  /** A write to the log that takes this long makes a leader hand over, in milliseconds. */
  diskStallMs: 1_000,
  /** A write to the log that takes this long ends the peer, in milliseconds: it may never end. */
  diskGiveUpMs: 5_000,
  /** A switch to a received state that takes this long ends the peer, in milliseconds: all rows are read meanwhile. */
  installGiveUpMs: 600_000,
  /** What a peer that cannot go on has to stop in good order before it kills itself, in milliseconds. */
  fatalStopMs: 3_000,
  /** What a peer that was told to stop has for that before it kills itself, in milliseconds: containers are given 10 s. */
  stopMs: 8_000,
  /** What a leader that stops gives the others to take over, in milliseconds. */
  handOverMs: 1_000,
  /** Between two looks whether they have, in milliseconds. */
  handOverLookMs: 10,
  /** How long a leader that has handed over still refuses what is sent to it, in milliseconds. */
  handOverLingerMs: 100,
  /** One frame on a peer link, header excluded. */
  frameBytesMax: 8 * MiB,
  /** Bytes queued to one peer on its data connection; a message beyond it is dropped. */
  dataQueueBytesMax: 32 * MiB,
  /** Bytes queued to one peer on its control connection; a message beyond it is dropped. */
  controlQueueBytesMax: 8 * MiB,
  /** Bytes queued to one peer on its connection for snapshots; a message beyond it is dropped, and ends the transfer. */
  snapshotQueueBytesMax: 32 * MiB,
  /** Chunks of one snapshot on their way to one peer, sent and not yet taken. */
  snapshotWindowChunks: 8,
  /** Snapshots that a peer sends at once; a further one waits for its turn. */
  snapshotSendsMax: 2,
  /** Bytes of snapshots that a peer sends in a second, to all together: the rest of its time is for writes. */
  snapshotBytesPerSecond: 16 * MiB,
  /** Without a word for this long the other side of a snapshot's transfer is given up, in milliseconds. */
  snapshotSilenceMs: 30_000,
  /** How long a state that was sent is kept open for a receiver that comes back, in milliseconds. */
  snapshotKeepMs: 30_000,
  /** Time from the start of a TCP connection until it and the others of its try make a link, in milliseconds. */
  dialMs: 2_000,
  /** Before the first try to reach a peer again, at most, in milliseconds; doubled with each failure. */
  dialBackoffBaseMs: 50,
  /** Before any try to reach a peer again, at most, in milliseconds. */
  dialBackoffMaxMs: 1_000,
  /** A link that stood this long begins anew with the shortest back-off when it ends, in milliseconds. */
  linkStableMs: 5_000,
  /** Tries to find out whether a peer that ended its connections is dead. */
  probesMax: 4,
  /** Between two such tries, in milliseconds. */
  probePauseMs: 10,
  /** One such try, in milliseconds. */
  probeMs: 500,
  /** Between two pings on each connection of a link, in milliseconds. */
  linkPingMs: 1_000,
  /** Own pings in a row without a byte from the other side, after which a link is given up. */
  linkSilentPingsMax: 5,
  /** Connections that others opened to one peer; the next is dropped. */
  linkConnectionsMax: 128,
  /** Between two tries to tell a peer of alarms whose link takes nothing, in milliseconds. */
  alarmRetryMs: 500,
  /** One text in a handshake, in characters. */
  linkTextCharsMax: 1_024,
  /** Peers in one handshake: founders of a file or members of a genesis record. */
  linkMembersMax: 64,
  /** Runs of which a disk keeps the ids; a copy that was started more often since, unheard, can pass for the disk itself. */
  diskRunsMax: 8,
  /** Stores of which the last run is remembered; those noted longest ago are forgotten first. */
  incarnationsMax: 256,
  /** Refusals remembered, each told only once; the oldest is forgotten first. */
  refusalsToldMax: 64,
  /** One segment file of the log; a larger batch still stands in one segment. */
  segmentBytesMax: 16 * MiB,
  /** Bytes free on the disk of a log below which it takes no entries: what is left takes terms, votes and compaction. */
  diskFullBytes: 64 * MiB,
  /** Bytes free from which on it takes entries again. */
  diskRoomBytes: 96 * MiB,
  /** Between two looks whether the file that the log is written to is still in its place, in milliseconds; at a write. */
  logInPlaceMs: 1_000,
  /** Between two looks at the room on that disk, in milliseconds. */
  diskLookMs: 1_000,
  /** The newest entries of the log that are never cut off, for peers that were away for a while. */
  logKeepEntries: 10_000,
  /** At most as many of them as stand in this many bytes. */
  logKeepBytes: 16 * MiB,
  /** A log of more bytes keeps nothing for followers that are too slow: they get a snapshot. */
  logRetainBytesMax: 512 * MiB,
  /** A follower that was silent for longer than this has nothing kept for it, in milliseconds. */
  logRetainHeardMs: 60_000,
  /** The newest entries of the log, read into memory when a peer starts. */
  logTailBytesMax: 16 * MiB,
  /** Log bytes appended since the last state flush began that make the next one due: what a restart may have to apply again. */
  flushBytesMax: 8 * MiB,
  /** One part of a state on its way to another peer is closed by the row with which it gets this large. */
  snapshotChunkBytes: 256 * KiB,
  /** Processes in a row that may end while they read a state, before it is tried whether it is the state that ends them. */
  stateReadsMax: 3,
  /** Rows changed but not flushed; past it, new commands are refused with BUSY. */
  unflushedRowsMax: 200_000,
  /** Bytes of commands applied but not flushed; past it, new commands are refused with BUSY. */
  unflushedBytesMax: 64 * MiB,
  /** How long one flush may take before new commands are refused with BUSY, in milliseconds. */
  unflushedMs: 10_000,
  /** The longest that a changed row waits for its flush to begin, in milliseconds: what is written over until then is not written. */
  flushMs: 3_000,
  /** Peers compare their states at each index that this divides. */
  stateHashEvery: 1_000,
  /** Hashes of its state that are remembered of each peer. */
  stateHashesKept: 64,
  /** From two different hashes until nobody is waited for any more who might tell which is right, in milliseconds. */
  stateHashGraceMs: 5_000,
  /** After a flush that found the disk full, until it is made again, in milliseconds. */
  flushRetryMs: 1_000,
  /** One frame of a backup: a chunk of rows, of which one may be as large as a row may be. */
  backupFrameBytesMax: 16 * MiB,
  /** Sessions of agents on one leader. */
  agentSessionsMax: 1_000,
  /** One message of an agent. */
  agentMessageBytesMax: 4 * MiB,
  /** Given to a session that is being closed to close itself, in milliseconds. */
  agentCloseMs: 1_000,
  /** Bytes queued to one agent; past it the session is closed, and a new one starts from the whole set. */
  agentQueueBytesMax: 16 * MiB,
  /** All that one node is to run, as JSON: no more is placed there than one message tells its agent. */
  agentSetBytesMax: 15 * MiB,
  /** From the opening of an agent's connection to its hello, in milliseconds. */
  agentHelloMs: 5_000,
  /** One report of an agent: its message has at most 4,096 characters. */
  agentStatusBytesMax: 32 * KiB,
  /** Reports of one agent in one command; those that come meanwhile are coalesced into the next. */
  agentReportsMax: 32,
  /** Between two heartbeats of an agent, in milliseconds. */
  agentHeartbeatMs: 1_000,
  /** Without a heartbeat for this long a node is unknown, in milliseconds. */
  nodeUnknownMs: 4_000,
  /** Without a heartbeat for this long a node is down, and its replicas run elsewhere, in milliseconds. */
  nodeDownMs: 10_000,
  /** Commands that one pass of the controllers may have waiting for their commit. */
  controlCommandsMax: 256,
  /** Between two looks of the controllers at every service, whether or not it changed, in milliseconds. */
  controlResyncMs: 5_000,
  /** The first wait before a service whose command was refused is planned again, in milliseconds. */
  controlRetryMs: 50,
  /** The longest such wait, in milliseconds. */
  controlRetryMaxMs: 2_000,
  /** Revisions kept of one service. */
  revisionsMax: 10,
  /** Between two ticks of the controllers, in milliseconds. */
  controlTickMs: 250,
  /** From an agent's dial until its WebSocket is open, in milliseconds: a paused peer costs no more than this. */
  agentConnectMs: 1_000,
  /** From an agent's hello to its welcome, which waits for a commit, in milliseconds. */
  agentWelcomeMs: 3_000,
  /** Without a message or a pong for this long an agent gives its leader up, in milliseconds; looked at with each heartbeat. */
  agentSilenceMs: 2_500,
  /** First wait after every peer was tried in vain, at most, in milliseconds; doubled with each such round. */
  agentRetryBaseMs: 100,
  /** The longest such wait while some peer answers, in milliseconds: an election is over soon. */
  agentRetryAnsweredMaxMs: 300,
  /** The longest such wait while no peer answers, in milliseconds. */
  agentRetryMaxMs: 2_000,
  /** Redirects that an agent follows at once; after them it asks the next peer. */
  agentRedirectsMax: 2,
  /** URLs of peers that an agent remembers. */
  agentPeersMax: 32,
  /** Characters that tell of the end of a replica, in one report. */
  agentReportChars: 4_096,
  /** Moments of reading remembered for one log file; beyond it neighbours become one. */
  logMarksMax: 20_000,
  /** Bytes of a log file read at once. */
  logReadBytes: 64 * KiB,
  /** Log lines that one stream may have in flight from agent to reader. */
  logCreditLines: 1_000,
  /** Log streams open at once on one leader. */
  logStreamsMax: 256,
  /** Lines before the end that a reader of logs gets of each replica, unless it asks for more or fewer. */
  logTailLines: 100,
  /** Lines before the end that a reader of logs may ask for, of each replica. */
  logTailLinesMax: 10_000,
  /** One log line; the rest of a longer one is cut off. */
  logLineBytesMax: 16 * KiB,
  /** One log file of a replica; beyond it the older half is given up. */
  logFileBytesMax: 10 * MiB,
} as const;

assert(limits.settingBytesMax < limits.bodyBytesMax, 'a request holds the largest setting');
assert(limits.bodyBytesMax < limits.commandBytesMax, 'a command holds the largest request, normalised');
assert(limits.commandBytesMax * 2 <= limits.frameBytesMax, 'a frame holds the largest command with room');
assert(
  limits.snapshotChunkBytes + limits.commandBytesMax * 2 <= limits.frameBytesMax,
  'a frame holds the largest chunk of a snapshot with room',
);
assert(limits.frameBytesMax <= limits.controlQueueBytesMax, 'a queue holds the largest frame');
assert(
  limits.snapshotWindowChunks * (limits.snapshotChunkBytes + limits.commandBytesMax * 1.2) <
    limits.snapshotQueueBytesMax,
  'the queue of snapshots holds a whole window',
);
assert(
  limits.agentReportsMax * limits.agentStatusBytesMax < limits.commandBytesMax,
  'a command holds as many reports as it may',
);
assert(limits.settingBytesMax < limits.workloadBytesMax, 'a replica can use the largest setting');
assert(limits.workloadBytesMax < limits.commandBytesMax, 'a row is no larger than a command');
assert(limits.agentSetBytesMax < limits.agentQueueBytesMax, 'an agent can be told all that its node runs');
assert(limits.agentHeartbeatMs * 3 < limits.nodeUnknownMs, 'a node misses three heartbeats first');
assert(limits.nodeUnknownMs < limits.nodeDownMs, 'a node is unknown before it is down');
const agentLateMs = limits.agentSilenceMs + limits.agentHeartbeatMs;
assert(agentLateMs < limits.nodeUnknownMs, 'agents of a leader that is gone are with the next in time');
assert(limits.flushBytesMax * 4 <= limits.unflushedBytesMax, 'several flushes may wait');
assert(limits.flushRetryMs * 4 < limits.unflushedMs, 'a flush is tried again before commands are refused');
assert(limits.applyPortionEntries < limits.applyTurnEntries, 'a turn has portions');
assert(limits.tickMs * 10 < limits.stallMs, 'a stall is longer than late ticks');
assert(limits.tickMs * 10 < limits.diskStallMs, 'ticks tell how long a write takes');
assert(limits.diskFullBytes < limits.diskRoomBytes, 'a disk that gets room does not flap');
assert(limits.diskGiveUpMs < limits.installGiveUpMs, 'a whole state takes longer than a write');
assert(limits.diskStallMs * 2 < limits.diskGiveUpMs, 'a leader hands over before its peer ends');
assert(limits.handOverMs + limits.diskGiveUpMs < limits.stopMs, 'a slow disk makes no stop a kill');
assert(limits.handOverLookMs < limits.handOverMs, 'whoever waits looks');
assert(limits.linkMembersMax < limits.incarnationsMax, 'every member is remembered');
assert(limits.diskRunsMax <= limits.linkMembersMax, 'a handshake holds the ids of all runs');
assert(limits.dialBackoffBaseMs <= limits.dialBackoffMaxMs, 'back-off grows');
