// The state that simulated peers agree on: a list of command numbers in the order of the log, and a hash over all of it.
// The least that tells every difference in what was applied, or in which order.

import type { Entry, LogIndex } from '../../raft/types.ts';
import { asIndex } from '../../raft/types.ts';
import { assert } from '../../src/lib/assert.ts';
import { digestOf, emptyDigest, mix } from './digest.ts';

/** A state at one index: what a flush makes durable. */
export interface StateImage {
  readonly applied: LogIndex;
  readonly hash: number;
  readonly commands: readonly number[];
}

export const emptyState: StateImage = { applied: asIndex(0), hash: emptyDigest, commands: [] };

/** A command in the log: its number, then as many bytes of padding as make it `bytes` long (at least 8). */
export function encodeCommand(command: number, bytes: number): Uint8Array {
  const data = new Uint8Array(Math.max(8, bytes));
  new DataView(data.buffer).setFloat64(0, command);
  return data;
}

export function decodeCommand(data: Uint8Array): number {
  return new DataView(data.buffer, data.byteOffset).getFloat64(0);
}

export class StateMachine {
  #applied: LogIndex;
  #hash: number;
  readonly #commands: number[];

  constructor(image: StateImage) {
    this.#applied = image.applied;
    this.#hash = image.hash;
    this.#commands = [...image.commands];
  }

  get applied(): LogIndex {
    return this.#applied;
  }

  get hash(): number {
    return this.#hash;
  }

  apply(entry: Entry): void {
    assert(entry.index === this.#applied + 1, 'entries are applied in order, each once');
    this.#applied = entry.index;
    this.#hash = mix(this.#hash, digestOf(entry));
    if (entry.payload.kind === 'command') this.#commands.push(decodeCommand(entry.payload.data));
  }

  image(): StateImage {
    return { applied: this.#applied, hash: this.#hash, commands: [...this.#commands] };
  }
}
