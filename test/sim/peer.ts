// One simulated peer: a disk that outlives its crashes, and a run while it is up.
// Owns: which run is the present one. Does not own: what a run does (driver.ts), the disk's image, the network.
//
// P1. A crash loses everything but the disk.
// P2. Whatever is asked of a peer that is down is refused or lost.

import type { MemberChange } from '../../raft/change.ts';
import type { RaftStatus } from '../../raft/status.ts';
import type { LogIndex, Message, StoreId } from '../../raft/types.ts';
import { assert, present } from '../../src/lib/assert.ts';
import type { SimDriver, SimDriverOptions } from './driver.ts';
import type { ReadAnswer, WriteAnswer } from './pending.ts';
import { encodeCommand, type StateMachine } from './state-machine.ts';
import type { Sending } from './transfers.ts';

export interface SimPeerOptions extends SimDriverOptions {
  readonly makeDriver: MakeDriver;
}

export type MakeDriver = (...args: ConstructorParameters<typeof SimDriver>) => SimDriver;

export class SimPeer {
  readonly #options: SimPeerOptions;
  readonly storeId: StoreId;
  #run: SimDriver | undefined;
  #appliedEver = 0;

  constructor(options: SimPeerOptions) {
    this.#options = options;
    this.storeId = options.storeId;
  }

  get up(): boolean {
    return this.#run !== undefined;
  }

  get state(): StateMachine | undefined {
    return this.#run?.applier.state;
  }

  get status(): RaftStatus | undefined {
    return this.#run?.status;
  }

  get leads(): boolean {
    return this.#run?.status.role === 'leader';
  }

  get diskBusy(): boolean {
    return this.#options.disk.busy;
  }

  /** A snapshot is on its way into the place of its log. */
  get installing(): boolean {
    return this.#options.disk.installing;
  }

  /** A snapshot has arrived, and is not in the place of its log yet. */
  get takesIn(): boolean {
    return this.#run?.applier.takesIn === true;
  }

  start(): void {
    assert(this.#run === undefined, 'a peer that runs is not started');
    const { counters, disk, makeDriver } = this.#options;
    const restored = disk.restore();
    if (restored.state.applied < this.#appliedEver) counters.add('restarts that apply entries again');
    this.#run = makeDriver(this.#options, restored);
    if (disk.full) this.#run.push({ kind: 'diskFull', full: true });
  }

  /** The process is gone, at once. */
  crash(): void {
    const run = present(this.#run, 'the peer runs');
    const { counters, disk, trace, time } = this.#options;
    trace.note(time.now, 'crash', this.storeId, run.status.role);
    if (run.status.role === 'leader') counters.add('crashes of a leader');
    if (run.status.configuration.outgoing.length > 0) counters.add('crashes in a joint configuration');
    run.end();
    this.#appliedEver = Math.max(this.#appliedEver, run.applier.state.applied);
    this.#run = undefined;
    disk.crash();
  }

  /** The loop takes no turn for `ms`. */
  stall(ms: number): void {
    if (this.#run === undefined) return;
    const { counters, plan, trace, time } = this.#options;
    trace.note(time.now, 'stall', this.storeId, ms);
    if (ms > plan.raft.electionMaxMs) counters.add('stalls longer than an election');
    this.#run.stall(ms);
  }

  receive(message: Message): void {
    if (this.#run === undefined) return;
    const isOlder = message.term < this.#run.status.term;
    if (isOlder) this.#options.counters.add('messages of an older term delivered');
    this.#run.push({ kind: 'receive', message });
  }

  /** `settle` may never be called: then the outcome is unknown. */
  write(command: number, bytes: number, settle: (answer: WriteAnswer) => void): void {
    const run = this.#run;
    if (run === undefined) return settle({ kind: 'refused', leader: undefined });
    const requestId = run.pending.addWrite({ command, settle });
    run.push({ kind: 'propose', requestId, time: this.#wallClock, data: encodeCommand(command, bytes) });
  }

  /** `settle` may never be called, when the peer crashes. */
  read(read: number, settle: (answer: ReadAnswer) => void): void {
    const run = this.#run;
    if (run === undefined) return settle({ kind: 'refused' });
    run.push({ kind: 'read', requestId: run.pending.addRead({ read, settle }) });
  }

  /** Tells it to hand over. */
  transfer(to: StoreId | undefined): void {
    const run = this.#run;
    run?.push({ kind: 'transfer', requestId: run.pending.addTransfer(), to });
  }

  /** Tells it to change the members, if the configuration is still that of `basedOn`. */
  changeMembers(change: MemberChange, basedOn: LogIndex): void {
    const run = this.#run;
    if (run === undefined) return;
    const requestId = run.pending.addChange();
    this.#options.trace.note(this.#options.time.now, 'change', this.storeId, change.kind, basedOn);
    run.push({ kind: 'changeMembers', requestId, time: this.#wallClock, basedOn, change });
  }

  /** Its disk has no room for a while. */
  fill(full: boolean): void {
    const { counters, disk, trace, time } = this.#options;
    if (disk.full === full) return;
    disk.full = full;
    trace.note(time.now, 'full', this.storeId, String(full));
    if (full) counters.add(this.leads ? 'disks full under a leader' : 'disks full under a follower');
    this.#run?.push({ kind: 'diskFull', full });
  }

  /** Its state is found to differ from the others', or not to. */
  distrust(distrusted: boolean): void {
    const { counters } = this.#options;
    if (distrusted && this.leads) counters.add('leaders whose state is not trusted');
    this.#run?.push({ kind: 'distrusted', distrusted });
  }

  /** The next write to its log takes `ms` longer. */
  hangDisk(ms: number): void {
    this.#options.counters.add('disks that hang while a snapshot comes');
    this.#options.disk.hangNext(ms);
  }

  /** While it is down, its disk loses what it held. */
  damage(): void {
    assert(this.#run === undefined, 'a disk in use is not damaged');
    const { disk, observe, trace, time } = this.#options;
    trace.note(time.now, 'damage', this.storeId);
    disk.damage();
    this.#appliedEver = Math.min(this.#appliedEver, disk.state.applied);
    observe({ kind: 'damaged', peer: this.storeId });
  }

  /** Up to where it holds what `sending` stands for; nothing when it lacks some, or is down. */
  heldOf({ image }: Sending): LogIndex | undefined {
    const applied = this.#run?.applier.state.applied;
    return applied !== undefined && applied >= image.applied ? applied : undefined;
  }

  /** A snapshot has arrived here, as in `SimApplier.offer`. */
  offer({ image, term }: Sending, settle: (index: LogIndex | undefined) => void): void {
    if (this.#run === undefined) settle(undefined);
    else this.#run.applier.offer(image, term, settle);
  }

  /** The write in flight takes too long. */
  onDiskStalled(): void {
    if (this.leads) this.#options.counters.add('disks found stalled under a leader');
    this.#run?.push({ kind: 'diskStalled' });
  }

  /** That peer's process is dead, as far as the kernel knows. */
  onPeerLost(storeId: StoreId): void {
    this.#run?.push({ kind: 'peerLost', storeId });
  }

  get #wallClock(): number {
    return 1_000_000 + Math.floor(this.#options.time.now);
  }
}
