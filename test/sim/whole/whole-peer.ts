// A whole peer on a simulated machine: the product's Peer with its driver, state, codec, segment log and controllers, on a disk, a
// network and a clock that are not real.
// Owns: the machine, from process to process. Does not own: when it is struck, what clients ask.
//
// W1. A killed process leaves the page cache; a power cut leaves what was synced, and of the rest what it likes.
// W2. A process that cannot go on (its disk failed) ends, and is started again after a while.
// W3. What a drive held goes with it: a machine with another one is another store.

import type { StoreId } from '../../../raft/types.ts';
import { assert } from '../../../src/lib/assert.ts';
import type { Control } from '../../../src/control/control.ts';
import { isOrionError, messageOf } from '../../../src/lib/errors.ts';
import type { SeenRun } from '../../../src/peer/incarnations.ts';
import type { Peer } from '../../../src/peer/peer.ts';
import { calmDisk, type DiskFaults, drawFrom } from '../faults.ts';
import { Drive } from './drive.ts';
import type { MachineOptions } from './machine.ts';
import { Run } from './peer-run.ts';
import { SimProcess } from './process.ts';
import type { WholePeerOptions } from './whole-peer-options.ts';

const restartMs = { from: 10, to: 2_000 };

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
  #noRoomChance: number;
  #isFull = false;
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
    this.#noRoomChance = plan.noRoomChance;
  }

  /** Of the disk that it has now. */
  get storeId(): StoreId {
    return this.#drive.storeId;
  }

  get drive(): Drive {
    return this.#drive;
  }

  /** Its process; absent while it is down. */
  get run(): Run | undefined {
    return this.#run;
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
    return this.#run?.isWriting === true;
  }

  /** Runs `run` in its process, so that it waits for stalls and ends with it. */
  enter(run: () => void): void {
    this.#run?.process.enter(run);
  }

  start(): void {
    assert(this.#run === undefined, 'a peer that is down is started');
    const { time, prng, parts, self, founders } = this.#options;
    const process = new SimProcess({
      time,
      monotonicStartMs: prng.int({ from: 0, to: 1_000_000 }),
      wallOffsetMs: () => this.#wallOffsetMs,
    });
    const machine: MachineOptions = {
      process,
      prng,
      faults: () => this.#diskFaults,
      isFull: () => this.#isFull,
      isHeld: (path) => this.#drive.holds('slow', path),
    };
    this.#runs += 1;
    const run = new Run({
      ...this.#options,
      process,
      drive: this.#drive,
      disk: parts.disk(this.#drive.disk, machine),
      joins: this.#joins,
      founders: this.isFounder ? founders : [...founders, self],
      number: this.#runs,
      note: (what, ...fields) => this.#note(what, ...fields),
      onFatal: (error) => this.#onFatal(run, error),
    });
    this.#run = run;
    this.#note('start', this.#runs);
    void run.boot();
  }

  /** The process ends without a word; with the power goes what was not synced (W1). */
  crash(how: 'killed' | 'power'): void {
    const run = this.#run;
    if (run === undefined) return;
    const { situations, links, prng } = this.#options;
    this.#note('crash', how);
    situations.add(how === 'killed' ? 'processes killed' : 'power cuts');
    if (run.isWriting) situations.add('crashes while the disk is busy');
    this.#drive.appliedEver = Math.max(this.#drive.appliedEver, run.peer?.view.appliedIndex ?? 0);
    this.#options.onCrash(this.storeId);
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

  /** A bit of its disk rots while it is down. */
  rot(): void {
    this.crash('power');
    const path = this.#drive.rot(this.#options.prng);
    this.#note('rot', path);
    this.#options.situations.add('bits that rotted');
    this.#options.observe({ kind: 'damaged', peer: this.storeId });
  }

  /** Its disk has gone back to an earlier state. */
  get isOutdated(): boolean {
    return this.#drive.isOutdated;
  }

  /** It was told so, and takes part in nothing any more. */
  get isRetired(): boolean {
    return this.#run?.identity()?.retired === true;
  }

  /** The run that its owner kept an image of; undefined without one of this store. */
  get imageOf(): number | undefined {
    return this.#drive.imageOf;
  }

  /** The last run of `storeId` that it remembers; undefined when there is none, or when it is not up, and cannot be asked. */
  remembers(storeId: StoreId): SeenRun | undefined {
    return this.#run?.incarnations?.last(storeId);
  }

  /** Of its process; undefined while it is down or starts. */
  get incarnation(): number | undefined {
    return this.#run?.identity()?.incarnation;
  }

  /** Whether `run` of its store, which somebody remembers, is none that the disk as it went back ever made. */
  hasForgotten({ incarnation, id }: SeenRun): boolean {
    const { wentBackTo } = this.#drive;
    const runs = this.#run?.identity()?.runs ?? [];
    return wentBackTo !== undefined && incarnation > wentBackTo && !runs.includes(id);
  }

  /** Its owner copies the disk, as it stands. */
  keepImage(): void {
    const { incarnation } = this;
    if (incarnation !== undefined && !this.isOutdated) this.#drive.keepImage(incarnation);
  }

  /** Its owner puts the copy in the place of the disk. */
  goBack(): void {
    this.crash('power');
    this.#note('go back', this.imageOf);
    this.#options.situations.add('disks that went back');
    this.#drive.goBack();
    this.#options.observe({ kind: 'damaged', peer: this.storeId });
  }

  /** Its disk has no room any more, or has room again. Sometimes what is written there fails, before it was told so. */
  fill(isFull: boolean): void {
    const { prng, situations } = this.#options;
    this.#isFull = isFull;
    this.#note('full', isFull ? 1 : 0);
    const left = isFull && prng.chance(0.3) ? prng.int({ from: 0, to: 2_000 }) : undefined;
    this.#drive.leaveRoom(left);
    if (isFull) situations.add('disks that were full');
  }

  /** As on SIGTERM: it hands over what it leads, stops, and ends; then it is started again. */
  shutDown(): void {
    const run = this.#run;
    const peer = run?.peer;
    if (run === undefined || peer === undefined || run.isStopping || this.isOutdated) return;
    run.isStopping = true;
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
    this.fill(false);
    this.#drive.release();
    this.#diskFaults = calmDisk;
    this.#syncErrorChance = 0;
    this.#noRoomChance = 0;
  }

  /** W2. */
  #onFatal(run: Run, error: unknown): void {
    this.#note('fatal', messageOf(error));
    if (isOrionError(error, 'LOG_CORRUPT')) return this.#giveUp();
    if (!isOrionError(error, 'DISK_FAILED', 'DISK_FULL')) return this.#options.onBroken(error);
    this.#options.situations.add('disks that failed');
    this.#end(run);
  }

  /** Nobody can say any more what this disk has promised: its owner puts in an empty one. */
  #giveUp(): void {
    this.#options.situations.add('disks given up');
    this.wipe({ joins: this.#joins });
    this.#startLater();
  }

  /** The process ends by itself, and is started again after a while. */
  #end(run: Run): void {
    if (this.#run !== run) return;
    this.crash('killed');
    this.#startLater();
  }

  #startLater(): void {
    const { time, prng } = this.#options;
    time.after(drawFrom(prng, restartMs), () => {
      if (this.isDown) this.start();
    });
  }

  #makeDrive(): Drive {
    const { nextDrive, prng } = this.#options;
    const failsSync = (): boolean => this.#run?.peer !== undefined && prng.chance(this.#syncErrorChance);
    const lacksRoom = (): boolean => this.#run?.peer !== undefined && prng.chance(this.#noRoomChance);
    return new Drive({ nextNumber: nextDrive, prng, failsSync, lacksRoom });
  }

  #note(what: string, ...fields: (string | number | undefined)[]): void {
    this.#options.trace.note(this.#options.time.now, what, this.name, ...fields);
  }
}
