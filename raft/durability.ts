// What must be durable before what is said: hard state, numbered persist operations, and the messages that wait for them.
// Owns: R1–R4 on the sending side. Does not own: which entries are durable (log.ts).
// D1. One operation is in flight; the next gathers everything that changed meanwhile, in one record (R1).
// D2. A held message leaves when the operation that makes its basis durable has been reported, never by an index.
// D3. Of one kind to one receiver at most one message waits for each operation: held messages are bounded.

import { assert } from '../src/lib/assert.ts';
import type { Log } from './log.ts';
import type { OwnDisk } from './own-disk.ts';
import {
  asOperation,
  type HardState,
  type Message,
  type OperationId,
  type PersistOperation,
} from './types.ts';

/** `term`: the hard state as it is now. `log`: that, and every entry as the log is now. */
export type Basis = 'term' | 'log';

interface Held {
  readonly operation: number;
  readonly message: Message;
}

/** Of two such messages that leave at the same moment, one is enough. */
function areAlike(a: Message, b: Message): boolean {
  if (a.to !== b.to) return false;
  if (a.kind === 'appendResponse' && b.kind === 'appendResponse') return a.outcome.kind === b.outcome.kind;
  return a.kind === b.kind;
}

/** The older of two that are alike covers the newer: an append that came twice, out of order. */
function saysMore(older: Message, newer: Message): boolean {
  if (older.kind !== 'appendResponse' || newer.kind !== 'appendResponse') return false;
  if (older.term !== newer.term) return false;
  if (older.outcome.kind !== 'accepted' || newer.outcome.kind !== 'accepted') return false;
  return older.outcome.match > newer.outcome.match;
}

export class Durability {
  readonly #log: Log;
  readonly #disk: OwnDisk;
  #hardState: HardState;
  #hardStateDirty = false;
  /** The operation that made, or will make, the hard state durable; 0: it was restored. */
  #hardStateOperation = 0;
  /** The operation last issued; 0 before the first. */
  #issued = 0;
  /** The operation last reported durable: `#issued`, or the one before it while one is in flight. */
  #completed = 0;
  #held: Held[] = [];

  constructor(log: Log, disk: OwnDisk, restored: HardState) {
    this.#log = log;
    this.#disk = disk;
    this.#hardState = restored;
  }

  get hardState(): HardState {
    return this.#hardState;
  }

  set hardState(hardState: HardState) {
    assert(hardState.term >= this.#hardState.term, 'terms never fall');
    if (hardState.term === this.#hardState.term) {
      assert(this.#hardState.vote === undefined, 'one vote a term');
    }
    this.#hardState = hardState;
    this.#hardStateDirty = true;
    this.#hardStateOperation = this.#issued + 1;
  }

  /** An operation was given out and is not reported durable. */
  get isWriting(): boolean {
    return this.#issued !== this.#completed;
  }

  /** An operation could be issued now. */
  get isDue(): boolean {
    return !this.isWriting && (this.#hardStateDirty || this.#log.hasUnwritten || this.#disk.isMendingDue);
  }

  /** Keeps `message` until its basis is durable; false, and nothing kept, when it is already (D2). */
  hold(message: Message, basis: Basis): boolean {
    const logOperation = this.#log.hasUnwritten ? this.#issued + 1 : this.#issued;
    const operation =
      basis === 'term' ? this.#hardStateOperation : Math.max(this.#hardStateOperation, logOperation);
    if (operation <= this.#completed) return false;
    const like = this.#held.findIndex(
      (held) => held.operation === operation && areAlike(held.message, message),
    );
    const older = this.#held[like];
    if (older === undefined) this.#held.push({ operation, message });
    else if (!saysMore(older.message, message)) this.#held[like] = { operation, message };
    return true;
  }

  /** The next write, when one is due (D1). */
  takeOperation(): PersistOperation | undefined {
    if (!this.isDue) return undefined;
    this.#issued += 1;
    const hardState = this.#hardStateDirty ? this.#hardState : undefined;
    this.#hardStateDirty = false;
    return {
      operation: asOperation(this.#issued),
      hardState,
      mended: this.#disk.takeMending(),
      ...this.#log.takeUnwritten(),
    };
  }

  /** `operation` is durable. Answers with the messages that waited for it, in the order in which they were held. */
  onPersisted(operation: OperationId): readonly Message[] {
    assert(operation === this.#issued, 'only the operation in flight becomes durable');
    assert(operation === this.#completed + 1, 'an operation becomes durable once');
    this.#completed = operation;
    this.#log.onWritten();
    this.#disk.onWritten();
    const released = this.#held.filter((held) => held.operation <= operation);
    this.#held = this.#held.filter((held) => held.operation > operation);
    return released.map((held) => held.message);
  }
}
