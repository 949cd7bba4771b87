// The consensus core of one peer: Raft as a function of its inputs (Ongaro's dissertation; rules R1–R12 in docs/architecture.md).
//
// Inputs. `step` takes one `Input` and changes the core; it never fails and never waits. Time comes as ticks, the network
// as received messages, the disk as persisted, loaded, compacted, diskStalled and diskFull, the state as applied and
// distrusted, other states as snapshotSent and snapshotReceived, users as propose, changeMembers, transfer and read. The same
// options and inputs give the same effects, so that a run can be recorded and replayed.
//
// Effects. `takeReady` gathers what all steps since the last one amount to. A driver, for as long as `hasReady`:
//   1. sends `messages`, in order; each may be lost, delayed, doubled or overtaken;
//   2. starts `persist` and goes on at once; at most one is given out until `persisted` has answered it. One with `install`
//      begins once the state has applied all that it was handed: the state is switched, then the log begun anew, then the rest;
//   3. starts `loads`, reading from the durable log, and `snapshots`, and answers each exactly once, whoever leads by then;
//      drops what is in `discard`;
//   4. answers `proposals`, `changes` and `transfers`, applies `apply` in order, then says `applied`;
//   5. serves each of `reads` once the state has applied the index it names.
// Step many inputs, then take once: proposals that came together travel in one append and one write.
//
// Invariants, beside those of each file:
//   1. Nothing is said before what it rests on is durable (R1–R4): such messages wait inside for `persisted`.
//   2. A leader sends entries before its disk has them, and counts its disk like any other (R5, R6).
//   3. Every committed entry is in `apply` once in a run, in order, after it is durable here (R7), but for those that an
//      installed snapshot stands for: `apply` goes on behind its last index.
//   4. Every proposal is answered once: appended at an (index, term), or refused and in no log. The driver hears of its
//      end from `apply`: that term at that index means committed (R8), another term means that it never will be. What became
//      of one for which a snapshot stands is not known.
//   5. Every read is answered once, with an index that holds all that was acknowledged before it was asked (R12).
//   6. Whoever is a member is so by the newest configuration in this log, from its entry on; what the log loses it loses (§4.1).
//   7. A transfer is answered once, when this peer leads no more or goes on leading (T1–T3). Leaders follow each other
//      without a time-out only where the older one handed over or is dead (U1, U2).
//   8. What was cut off is never asked for (R9). Nothing that rests on a snapshot is said, and nothing behind it applied,
//      before the operation that installs it is reported (R10). Its configuration is in effect from its arrival on.
//   9. Who lost entries that it may have acknowledged neither votes nor counts until it holds what was committed without it
//      since; then what it forgot harms nobody (X1–X4, Y1–Y3). Who has no room takes in no entries, and leads only to serve
//      reads (T4, Y4); whose state is not trusted leads only until another can, and sends it to nobody (T4, Y6).
//  10. Bounded: entries not applied, entries under way, reads, held messages; beyond `RaftConfig`, BUSY.
//
// What a driver owes. A tick at least every `tickMs`, with the present time, also right before it trusts `mayControl`.
// `peerLost` only of a process that is gone, before anything that a later one sends; `diskStalled` once a write takes too
// long; `diskFull` while there is still room for what is under way, and for term and vote from then on. `persisted` only when
// the whole operation would survive a power cut, and in one piece. A failed write is not reported: the peer stops. Messages
// from authenticated peers only. A seed that no other run has used. `compacted` before anything is cut, and only up to what
// the state holds durably. `snapshotReceived` once it is staged whole, verified and durable; then no other is staged until it
// is installed or discarded. `snapshotSent` with what the receiver holds durably.
//
// Restart. `restored` is what the log holds durably, at least its last entry in `tail`, if there is one behind `base`;
// `applied` what the state holds durably, never less than `base`: a crash between the state's switch and the log's new
// beginning is mended first. What was applied beyond that comes again in `apply`. A core exists only once its log holds
// genesis, or lost it. One that never voted by its log does not campaign: a joiner waits until it is made a voter. Who was
// one campaigns until it knows the entry that removed it to be committed (§4.2.2). `impaired` when entries are lost that may
// have been acknowledged, in this run and in every later one until an operation was `mended`: what is restored is then a
// beginning of what once was there, with a term no lower than that of its entries. A loss that only a leader notices is told by
// `status.impaired`, for this run.

import { assert, unreachable } from '../src/lib/assert.ts';
import { Prng } from '../src/lib/prng.ts';
import { assertRaftConfig, type RaftConfig } from './config.ts';
import { Configurations, firstConfiguration } from './configurations.ts';
import { Durability } from './durability.ts';
import { ForwardedReads } from './forwarded-reads.ts';
import { Loads } from './loads.ts';
import { Log } from './log.ts';
import { Outbox } from './outbox.ts';
import { OwnDisk } from './own-disk.ts';
import { Quorum } from './quorum.ts';
import { Roles } from './roles.ts';
import type { Shared } from './shared.ts';
import type { RaftStatus } from './status.ts';
import type { TermRun } from './term-runs.ts';
import { Snapshots } from './snapshots.ts';
import { Timer } from './timer.ts';
import {
  asIndex,
  type Configuration,
  type Entry,
  type Genesis,
  type HardState,
  type Input,
  type LogBase,
  type LogIndex,
  type Ready,
  type StoreId,
} from './types.ts';

/** What the log held when it was opened. */
interface Restored {
  readonly hardState: HardState;
  readonly base: LogBase;
  /** `base.index` when the log has no entry behind it. */
  readonly lastIndex: LogIndex;
  /** From `base.index` on, or from 1 when nothing was cut off. */
  readonly termRuns: readonly TermRun[];
  /** The newest entries, contiguous up to `lastIndex`; at least the last one, if there is one behind `base`. */
  readonly tail: readonly Entry[];
  readonly genesis: Genesis;
  /** Of every configuration entry behind `base`, in order. */
  readonly configurations: readonly Configuration[];
  /** Entries that may have been acknowledged are lost; what is restored is a sound prefix of what was there. */
  readonly impaired: boolean;
}

export interface RaftOptions {
  readonly storeId: StoreId;
  readonly config: RaftConfig;
  /** Draws election time-outs and names forwarded reads: another one for each run. */
  readonly seed: number;
  /** Monotonic ms. */
  readonly now: number;
  readonly restored: Restored;
  /** What the state holds durably; commit starts there. */
  readonly applied: LogIndex;
}

export class Raft {
  readonly #shared: Shared;
  readonly #roles: Roles;
  /** Entries that were loaded to be applied, until they are taken. */
  #loaded: readonly Entry[] = [];

  constructor(options: RaftOptions) {
    const { storeId, config, restored, applied } = options;
    assertRaftConfig(config);
    assert(restored.lastIndex >= 1 || restored.impaired, 'a log holds genesis before it has a core');
    assert(restored.hardState.term >= 1, 'genesis has term 1');
    const first = restored.base.configuration ?? firstConfiguration(restored.genesis);
    const quorum = new Quorum(first);
    const configurations = new Configurations({ first, later: restored.configurations, quorum });
    const log = new Log({ ...restored, configurations, applied, cacheBytesMax: config.cacheBytesMax });
    assert(log.lastTerm <= restored.hardState.term, 'the term never after the entries (R4)');
    const prng = new Prng(options.seed);
    const outbox = new Outbox();
    const disk = new OwnDisk({ impaired: restored.impaired, prng });
    this.#shared = {
      self: storeId,
      config,
      log,
      durability: new Durability(log, disk, restored.hardState),
      disk,
      quorum,
      timer: new Timer({ config, prng, disk, now: options.now }),
      loads: new Loads(log, outbox),
      snapshots: new Snapshots(log, outbox),
      outbox,
    };
    this.#roles = new Roles(this.#shared, new ForwardedReads(this.#shared, prng));
  }

  /** Takes one input. Throws only on a broken invariant, after which the core must not be used again. */
  step(input: Input): void {
    const { disk, durability, log } = this.#shared;
    switch (input.kind) {
      case 'tick':
        return this.#roles.tick(input.now);
      case 'receive':
        return this.#roles.receive(input.message);
      case 'propose':
        return this.#roles.propose(input);
      case 'changeMembers':
        return this.#roles.changeMembers(input);
      case 'read':
        return this.#roles.read(input.requestId);
      case 'transfer':
        return this.#roles.transfer(input);
      case 'peerLost':
        return this.#roles.peerLost(input.storeId);
      case 'diskStalled':
        return this.#roles.diskStalled();
      case 'persisted':
        return this.#roles.onPersisted(durability.onPersisted(input.operation));
      case 'applied':
        return log.advanceApplied(input.index);
      case 'loaded':
        return this.#onLoaded(input);
      case 'compacted':
        return log.compact(input.base);
      case 'snapshotSent':
        return this.#onSnapshotSent(input);
      case 'snapshotReceived':
        return this.#roles.snapshotReceived(input);
      case 'diskFull':
        disk.onSpace(input.full);
        return this.#roles.onFitness();
      case 'distrusted':
        disk.onTrust(input.distrusted);
        return this.#roles.onFitness();
      default:
        return unreachable(input);
    }
  }

  /** `takeReady` may have something to give. */
  hasReady(): boolean {
    const { outbox, durability } = this.#shared;
    return !outbox.isEmpty || durability.isDue || this.#roles.isDirty || this.#isApplyDue();
  }

  /** Everything to do by now, in the order of the fields. */
  takeReady(): Ready {
    const { outbox, durability } = this.#shared;
    this.#roles.flush();
    const persist = durability.takeOperation();
    const apply = this.#takeApply();
    return { ...outbox.take(), persist, apply };
  }

  status(): RaftStatus {
    const { log, timer, disk } = this.#shared;
    const { role, term, leader } = this.#roles;
    const controlUntilMs = role.kind === 'leader' ? role.leadership.controlUntilMs : undefined;
    return {
      role: role.kind,
      term,
      leader,
      commit: log.commit,
      applied: log.applied,
      lastIndex: log.lastIndex,
      base: log.base,
      durable: log.durable,
      impaired: disk.isImpaired,
      configuration: log.configurations.current,
      mayControl: controlUntilMs !== undefined,
      controlUntilMs,
      progress: role.kind === 'leader' ? role.leadership.progress : new Map(),
      leaderHeardMs: role.kind === 'leader' ? undefined : timer.leaderHeardMs,
    };
  }

  #onLoaded(input: Extract<Input, { kind: 'loaded' }>): void {
    const { purpose } = input;
    const { role } = this.#roles;
    const entries = this.#shared.loads.onLoaded(purpose, input.entries);
    if (purpose.kind === 'apply') {
      this.#loaded = entries;
    } else if (role.kind === 'leader') {
      role.leadership.onLoaded(purpose.storeId, entries);
    }
  }

  #onSnapshotSent({ storeId, index }: Extract<Input, { kind: 'snapshotSent' }>): void {
    const { role } = this.#roles;
    this.#shared.snapshots.onSent(storeId);
    if (role.kind === 'leader') role.leadership.onSnapshotSent(storeId, index);
  }

  #isApplyDue(): boolean {
    const { log, loads, config } = this.#shared;
    const range = log.applicable(config.applyingMax);
    if (range === undefined) return false;
    return range.from >= log.firstCached || !loads.isOutstanding({ kind: 'apply' });
  }

  /** The entries to apply next, from memory or as they were loaded; asks for them when they are neither (R7). */
  #takeApply(): readonly Entry[] {
    const { log, loads, config } = this.#shared;
    const range = log.applicable(config.applyingMax);
    const loaded = this.#loaded;
    this.#loaded = [];
    if (range === undefined) return []; // a snapshot stands for what was loaded
    const bytesMax = config.appendBytesMax;
    const entries = log.slice({ ...range, bytesMax }) ?? loaded.filter((entry) => entry.index <= range.to);
    if (entries.length === 0) {
      const to = asIndex(Math.min(range.to + 1, log.firstCached));
      loads.request({ kind: 'apply' }, { from: range.from, to, bytesMax });
    }
    log.hand(entries);
    return entries;
  }
}
