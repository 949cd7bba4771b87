// A whole peer on a simulated machine: the product's Peer with its driver, state, codec, segment log and controllers, on a disk, a
// network and a clock that are not real.
// Owns: the machine, from process to process. Does not own: when it is struck, what clients ask.
//
// W1. A killed process leaves the page cache; a power cut leaves what was synced, and of the rest what it likes.
// W2. A process that cannot go on (its disk failed) ends, and is started again after a while.
// W3. What a drive held goes with it: a machine with another one is another store.

import { raftDefaults } from '../../../raft/config.ts';
import { asIndex, type StoreId } from '../../../raft/types.ts';
import { assert } from '../../../src/lib/assert.ts';
import type { Control } from '../../../src/control/control.ts';
import { isOrionError, messageOf } from '../../../src/lib/errors.ts';
import { hash128 } from '../../../src/lib/hash.ts';
import { Peer } from '../../../src/peer/peer.ts';
import type { LoadedState, LogStore, RestoredLog, StateStore } from '../../../src/peer/ports.ts';
import { emptyStateHash } from '../../../src/state/state-hash.ts';
import { createCommandCodec } from '../../../src/storage/codec.ts';
import { calmDisk, type DiskFaults, drawFrom } from '../faults.ts';
import { runControllers } from './controllers.ts';
import { Drive } from './drive.ts';
import { hashNumber } from './judge.ts';
import type { MachineOptions } from './machine.ts';
import { SimProcess } from './process.ts';
import type { WholePeerOptions } from './whole-peer-options.ts';
import { openWatchedStores } from './stores.ts';

const restartMs = { from: 10, to: 2_000 };

interface Run {
  readonly process: SimProcess;
  writing: boolean;
  stopping: boolean;
  peer: Peer | undefined;
  control: Control | undefined;
}

export class WholePeer {
  readonly name: string;
  readonly api: string;
  readonly raft: string;
  readonly isFounder: boolean;
  readonly #options: WholePeerOptions;
  #drive: Drive;
  /** As by `--join`. */
  #joins: boolean;
  #diskFaults: DiskFaults;
  #syncErrorChance: number;
  #wallOffsetMs = 0;
  #runs = 0;
  #run: Run | undefined;

  constructor(options: WholePeerOptions) {
    const { self, founders, plan } = options;
    this.#options = options;
    this.name = self.peerId;
    this.api = self.api;
    this.raft = self.raft;
    this.isFounder = founders.some(({ peerId }) => peerId === self.peerId);
    this.#joins = !this.isFounder;
    this.#drive = this.#makeDrive();
    this.#diskFaults = plan.disk;
    this.#syncErrorChance = plan.syncErrorChance;
  }

  /** Of the disk that it has now. */
  get storeId(): StoreId {
    return this.#drive.storeId;
  }

  /** Absent while it is down or starts. */
  get peer(): Peer | undefined {
    return this.#run?.peer;
  }

  /** Its controllers; they work while it may control. */
  get control(): Control | undefined {
    return this.#run?.control;
  }

  get isDown(): boolean {
    return this.#run === undefined;
  }

  /** A write of its log is under way. */
  get isBusy(): boolean {
    return this.#run?.writing === true;
  }

  /** Runs `run` in its process, so that it waits for stalls and ends with it. */
  enter(run: () => void): void {
    this.#run?.process.enter(run);
  }

  start(): void {
    assert(this.#run === undefined, 'a peer that is down is started');
    const { time, prng } = this.#options;
    const process = new SimProcess({
      time,
      monotonicStartMs: prng.int({ from: 0, to: 1_000_000 }),
      wallOffsetMs: () => this.#wallOffsetMs,
    });
    const machine: MachineOptions = { process, prng, faults: () => this.#diskFaults };
    const run: Run = { process, writing: false, stopping: false, peer: undefined, control: undefined };
    this.#run = run;
    this.#runs += 1;
    this.#note('start', this.#runs);
    this.#boot(run, machine).catch((error: unknown) => {
      if (!process.ended) this.#onFatal(run, error);
    });
  }

  /** The process ends without a word; with the power goes what was not synced (W1). */
  crash(how: 'killed' | 'power'): void {
    const run = this.#run;
    if (run === undefined) return;
    const { situations, links, prng } = this.#options;
    this.#note('crash', how);
    situations.add(how === 'killed' ? 'processes killed' : 'power cuts');
    if (run.writing) situations.add('crashes while the disk is busy');
    this.#drive.appliedEver = Math.max(this.#drive.appliedEver, run.peer?.view.appliedIndex ?? 0);
    run.process.end(how);
    links.leave(this.name, run.process);
    this.#run = undefined;
    if (how === 'power') this.#drive.reboot(prng.chance(0.4) ? 'torn' : prng.chance(0.5) ? 'lost' : 'kept');
  }

  /** Its disk is gone, whatever it was doing; it is down, and has an empty one (W3). */
  wipe({ joins }: { joins: boolean }): void {
    this.crash('power');
    this.#note('wipe', joins ? 'joins' : 'founds');
    this.#drive = this.#makeDrive();
    this.#joins = joins;
  }

  /** As on SIGTERM: it hands over what it leads, stops, and ends; then it is started again. */
  shutDown(): void {
    const run = this.#run;
    const peer = run?.peer;
    if (run === undefined || peer === undefined || run.stopping) return;
    run.stopping = true;
    this.#note('shut down');
    this.#options.situations.add(
      peer.controlTerm() === undefined ? 'followers shut down' : 'leaders shut down',
    );
    run.process.enter(() => {
      peer.stop().then(
        () => this.#end(run),
        (error: unknown) => this.#onFatal(run, error),
      );
    });
  }

  stall(ms: number): void {
    this.#note('stall', ms);
    this.#run?.process.stall(ms);
    if (ms > this.#options.plan.raft.electionMaxMs)
      this.#options.situations.add('stalls longer than an election');
  }

  /** Its wall clock jumps. */
  jump(ms: number): void {
    this.#wallOffsetMs += ms;
  }

  heal(): void {
    this.#diskFaults = calmDisk;
    this.#syncErrorChance = 0;
  }

  async #boot(run: Run, machine: MachineOptions): Promise<void> {
    const { self, parts, observe } = this.#options;
    const peer = this.storeId;
    const stores = await openWatchedStores({
      drive: this.#drive,
      disk: parts.disk(this.#drive.disk, machine),
      peerId: self.peerId,
      clock: run.process.clock,
      watch: {
        opened: (log, state) => this.#onOpened(log, state),
        issued: (operation) => {
          run.writing = true;
          observe({ kind: 'issued', peer, operation });
        },
        synced: (operation) => {
          run.writing = false;
          this.#note('synced', operation.operation, operation.entries.length);
          observe({ kind: 'synced', peer, operation });
        },
      },
    });
    await this.#open(run, stores);
  }

  async #open(run: Run, { log, state }: { log: LogStore; state: StateStore }): Promise<void> {
    const { self, founders, parts, links, plan, prng, situations, onChanges, onReset } = this.#options;
    const { process } = run;
    let requests = 0;
    const peer = await Peer.open({
      clusterName: 'sim',
      founders: this.isFounder ? founders : [...founders, self],
      peerId: self.peerId,
      joins: this.#joins,
      version: '0.0.0',
      raftConfig: { ...raftDefaults, ...plan.raft },
      compaction: plan.cuts,
      log: parts.log(log),
      incarnations: this.#drive.incarnations,
      stateStore: parts.stateStore(state),
      codec: createCommandCodec(),
      transport: parts.transport(links.transport(this.name, process)),
      clock: process.clock,
      seed: prng.next(),
      requestId: () => {
        requests += 1;
        return `${this.name}-${this.#runs}-${requests}`;
      },
      hash: hash128,
      report: () => undefined,
      onFatal: (error) => this.#onFatal(run, error),
    });
    peer.onChanges((index, changes) => onChanges(peer.view, index, changes));
    peer.onReset((index) => onReset(peer.view, index));
    run.peer = peer;
    run.control = runControllers({
      peer,
      process,
      onTerm: (term) => {
        this.#note('control', term);
        if (term !== undefined) situations.add('leaders that may control');
      },
      onError: this.#options.onBroken,
    });
    await peer.start();
  }

  /** Tells what the disk holds. The log may be given only in part: what was applied is read again when it is needed. */
  #onOpened(
    { hardState, base: { index: base }, tail: log, lastIndex, impaired }: RestoredLog,
    { snapshot, installed }: LoadedState,
  ): { tail: number } {
    const { situations, observe, prng } = this.#options;
    const applied = snapshot?.index ?? asIndex(0);
    if (applied < this.#drive.appliedEver) situations.add('restarts that apply entries again');
    if (installed) situations.add('restarts from a state of another peer');
    if (base > 0) situations.add('restarts with a log cut short');
    if (impaired) situations.add('restarts of peers that lost entries');
    const stateHash = hashNumber(snapshot?.hash ?? emptyStateHash);
    const held = { hardState, base, log, applied, stateHash, impaired };
    observe({ kind: 'started', peer: this.storeId, ...held });
    const given = prng.chance(0.5) ? Number.POSITIVE_INFINITY : prng.int({ from: 1, to: 20 });
    if (given < lastIndex) situations.add('restarts with a log read only in part');
    return { tail: given };
  }

  /** W2. */
  #onFatal(run: Run, error: unknown): void {
    this.#note('fatal', messageOf(error));
    if (!isOrionError(error, 'DISK_FAILED')) return this.#options.onBroken(error);
    this.#options.situations.add('syncs that failed');
    this.#end(run);
  }

  /** The process ends by itself, and is started again after a while. */
  #end(run: Run): void {
    if (this.#run !== run) return;
    this.crash('killed');
    const { time, prng } = this.#options;
    time.after(drawFrom(prng, restartMs), () => {
      if (this.isDown) this.start();
    });
  }

  #makeDrive(): Drive {
    const { nextDrive, prng } = this.#options;
    const isUsed = (): boolean => this.#run?.peer !== undefined;
    return new Drive({
      number: nextDrive(),
      prng,
      failsSync: () => isUsed() && prng.chance(this.#syncErrorChance),
    });
  }

  #note(what: string, ...fields: (string | number | undefined)[]): void {
    this.#options.trace.note(this.#options.time.now, what, this.name, ...fields);
  }
}
