// A sender and receivers of snapshots with a link between each, on one clock that a test moves. What travels is recorded, and
// can be held back.

import {
  asIndex,
  asStoreId,
  asTerm,
  type LogIndex,
  type Snapshot,
  type StoreId,
  type Term,
} from '../../raft/types.ts';
import type { RaftStatus } from '../../raft/status.ts';
import { present } from '../../src/lib/assert.ts';
import type { StateStore } from '../../src/peer/ports.ts';
import type { SnapshotReceiverMessage, SnapshotSenderMessage } from '../../src/peer/snapshot-ports.ts';
import { SnapshotReceiver } from '../../src/peer/snapshot-receiver.ts';
import { SnapshotSender } from '../../src/peer/snapshot-sender.ts';
import { FakeClock } from '../lib/fake-clock.ts';
import { emptyStateImage, type MemoryStateImage, MemoryStateStore } from '../storage/memory-state-store.ts';
import { pointAt, setting, settingKey } from '../storage/state-store-suite.ts';

type Said = SnapshotSenderMessage | SnapshotReceiverMessage;

export const leader = asStoreId('leader');
export const term = asTerm(3);
export const chunkBytes = 1_000;

/** Lets everything that only waits for promises go on. */
export async function turns(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Rows that fill about as many chunks. */
export async function fill(store: StateStore, chunks: number, index: number): Promise<void> {
  const rows = Array.from({ length: chunks }, (_, i) => `row-${index}-${String(i).padStart(3, '0')}`);
  await store.flush({
    snapshot: pointAt(index),
    rows: new Map(rows.map((name) => [settingKey(name), setting(name, 'x'.repeat(chunkBytes))])),
  });
}

/** A peer that can take in a state. */
export class Follower {
  readonly storeId: StoreId;
  readonly image: MemoryStateImage = emptyStateImage();
  readonly received: { readonly term: Term; readonly snapshot: Snapshot }[] = [];
  readonly fatal: unknown[] = [];
  /** Messages that came, before they are handed over. */
  readonly inbox: SnapshotSenderMessage[] = [];
  store: StateStore = new MemoryStateStore(this.image, { chunkBytes });
  receiver: SnapshotReceiver;
  isFull = false;
  /** Nothing is handed over while it holds. */
  held = false;
  term = term;
  /** Committed and durable. */
  holds = asIndex(0);
  readonly #rig: SnapshotRig;

  constructor(rig: SnapshotRig, name: string) {
    this.#rig = rig;
    this.storeId = asStoreId(name);
    this.receiver = this.#start();
  }

  /** Its process dies, and another one starts on the same disk. */
  restart(): void {
    this.#rig.sender.onLinkDown(this.storeId);
    this.inbox.length = 0;
    this.store = new MemoryStateStore(this.image, { chunkBytes });
    this.receiver = this.#start();
  }

  deliver(count = Number.POSITIVE_INFINITY): void {
    for (const message of this.inbox.splice(0, count)) this.receiver.onMessage(leader, message);
  }

  #start(): SnapshotReceiver {
    return new SnapshotReceiver({
      store: this.store,
      clock: this.#rig.clock,
      status: () => ({ term: this.term, commit: this.holds, durable: this.holds }) as unknown as RaftStatus,
      isFull: () => this.isFull,
      send: (_to, message) => {
        this.#rig.said.push(message);
        this.#rig.sender.onMessage(this.storeId, message);
        return true;
      },
      onReceived: (theirs, snapshot) => this.received.push({ term: theirs, snapshot }),
      report: () => undefined,
      onFatal: (error) => this.fatal.push(error),
    });
  }
}

export class SnapshotRig {
  readonly clock = new FakeClock();
  readonly store = new MemoryStateStore(emptyStateImage(), { chunkBytes });
  /** Everything that was sent, by either side, in order. */
  readonly said: Said[] = [];
  readonly sent: { readonly to: StoreId; readonly index: LogIndex | undefined }[] = [];
  readonly sender: SnapshotSender;
  readonly #followers = new Map<StoreId, Follower>();

  constructor() {
    this.sender = new SnapshotSender({
      store: this.store,
      clock: this.clock,
      send: (to, message) => this.#send(to, message),
      onSent: (to, index) => void this.sent.push({ to, index }),
      report: () => undefined,
    });
  }

  follower(name = 'follower'): Follower {
    const follower = new Follower(this, name);
    this.#followers.set(follower.storeId, follower);
    return follower;
  }

  /** One that has accepted the state, and is handed nothing more: a window of chunks waits for it. */
  async stuckFollower(): Promise<Follower> {
    const follower = this.follower();
    this.request(follower);
    await turns();
    follower.held = true;
    await this.run();
    return follower;
  }

  request(follower: Follower, atLeast = 1): void {
    this.sender.request({ to: follower.storeId, atLeast: asIndex(atLeast) }, term);
  }

  saidOf<K extends Said['kind']>(kind: K): Extract<Said, { kind: K }>[] {
    return this.said.filter((message): message is Extract<Said, { kind: K }> => message.kind === kind);
  }

  /** Lets time pass until nothing moves any more, without reaching a time-out. */
  async run(): Promise<void> {
    for (let before = -1; before !== this.said.length;) {
      before = this.said.length;
      await turns();
      this.clock.advance(50);
      await turns();
    }
  }

  #send(to: StoreId, message: SnapshotSenderMessage): boolean {
    const follower = present(this.#followers.get(to), 'whoever is sent to is there');
    this.said.push(message);
    follower.inbox.push(message);
    if (!follower.held) follower.deliver();
    return true;
  }
}

export const statusOf = (role: RaftStatus['role'], theirs: Term): RaftStatus =>
  ({ role, term: theirs }) as unknown as RaftStatus;
