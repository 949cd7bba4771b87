// Snapshots on their way between peers of a story: asked for, arrived, and heard of by whoever sent them.
// T1. What is sent is the state of the sender when it was asked for: what it had applied by then.
// T2. One that is held moves only when the story says so.
// T3. It has ended well when the receiver holds what it stands for, on its disk, by this snapshot or otherwise.
// T4. Nothing arrives at a peer that has not installed an earlier one yet.

import { asIndex, type Input, type LogIndex, type Ready, type Snapshot } from '../../../raft/types.ts';
import { assert } from '../../../src/lib/assert.ts';
import type { TestNode } from '../node.ts';

interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly snapshot: Snapshot;
  hasArrived: boolean;
}

/** The stage, as far as snapshots need it. */
interface Around {
  nodeOf(name: string): TestNode;
  /** Nothing passes from one to the other. */
  isCut(from: string, to: string): boolean;
  tell(name: string, words: string): void;
  /** Something happens to `name`, and it acts on that. */
  step(name: string, input: Input): void;
}

export class Transfers {
  readonly #around: Around;
  #transfers: Transfer[] = [];
  /** Snapshots that arrived. */
  arrived = 0;
  readonly #held = new Set<string>();

  constructor(around: Around) {
    this.#around = around;
  }

  /** What `from` asks for and drops. */
  take(from: string, { snapshots, discard }: Pick<Ready, 'snapshots' | 'discard'>): void {
    for (const { to, atLeast } of snapshots) {
      const { disk, status } = this.#around.nodeOf(from);
      this.#around.tell(from, `asks for a snapshot of at least ${atLeast} for ${to}`);
      assert(status.applied >= atLeast, 'the state holds what was cut off');
      this.#transfers.push({ from, to, snapshot: disk.snapshot(status.applied), hasArrived: false });
    }
    for (const { index, term } of discard) this.#around.tell(from, `drops the state up to ${index}/${term}`);
  }

  /** The next one that `from` sends to `to` is slow (T2). */
  hold(from: string, to: string): void {
    this.#held.add(`${from}>${to}`);
  }

  /** What `from` was asked to send is at `to`, whole. */
  arrive(from: string, to: string): void {
    const transfer = this.#between(from, to);
    const { index, term } = transfer.snapshot;
    transfer.hasArrived = true;
    this.arrived += 1;
    this.#around.tell(to, `has received the state up to ${index}/${term}`);
    const senderTerm = this.#around.nodeOf(from).status.term;
    const snapshot = structuredClone(transfer.snapshot);
    this.#around.step(to, { kind: 'snapshotReceived', term: senderTerm, snapshot });
  }

  /** `from` hears how it ended. */
  end(from: string, to: string, outcome: 'taken' | 'failed'): void {
    const transfer = this.#between(from, to);
    const index = outcome === 'failed' ? undefined : this.#takenBy(transfer);
    assert(outcome === 'failed' || index !== undefined, `${to} has what it was sent`);
    this.#transfers = this.#transfers.filter((other) => other !== transfer);
    this.#held.delete(`${from}>${to}`);
    const words = index === undefined ? 'was not sent it' : `has everything up to ${index}`;
    this.#around.tell(from, `hears that ${to} ${words}`);
    this.#around.step(from, { kind: 'snapshotSent', storeId: this.#around.nodeOf(to).id, index });
  }

  /** Whatever can become of snapshots between `names` now; false when that is nothing. */
  move(names: readonly string[]): boolean {
    const moved = this.#transfers.map((transfer) => {
      const { from, to, hasArrived } = transfer;
      if (!names.includes(from) || !names.includes(to) || this.#held.has(`${from}>${to}`)) return false;
      if (this.#around.isCut(from, to)) this.end(from, to, 'failed');
      else if (this.#takenBy(transfer) !== undefined) this.end(from, to, 'taken');
      else if (!hasArrived && !this.#isInstalling(to)) this.arrive(from, to);
      else return false;
      return true;
    });
    return moved.includes(true);
  }

  /** All that `from` was asked for fails. */
  fail(from: string): void {
    for (const transfer of this.#transfers) if (transfer.from === from) this.end(from, transfer.to, 'failed');
  }

  /** T4. */
  #isInstalling(name: string): boolean {
    const { base, applied } = this.#around.nodeOf(name).status;
    return base > applied;
  }

  /** `name` crashed: nobody hears of what it sent, and what it received and had not installed is received anew. */
  forget(name: string): void {
    this.#transfers = this.#transfers.filter((transfer) => transfer.from !== name);
    for (const transfer of this.#transfers) if (transfer.to === name) transfer.hasArrived = false;
  }

  /** What the receiver holds, once it needs nothing of the snapshot any more (T3). */
  #takenBy({ to, snapshot }: Transfer): LogIndex | undefined {
    const { commit, durable } = this.#around.nodeOf(to).status;
    const held = asIndex(Math.min(commit, durable));
    return held >= snapshot.index ? held : undefined;
  }

  #between(from: string, to: string): Transfer {
    const found = this.#transfers.find((transfer) => transfer.from === from && transfer.to === to);
    assert(found !== undefined, `${from} was asked to send a snapshot to ${to}`);
    return found;
  }
}
