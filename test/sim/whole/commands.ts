// What the entries of a log say of the commands that were written: each is done once, and a controller's command
// changes something only in the term in which it was planned.
//
// O1. No two committed entries hold the same request of a controller: what is tried again was certainly not written before.
//     A user's operation may be written again, but only one of its entries changes anything.
// O2. A command that names a term changes nothing as an entry of another one: its sender may have been deposed meanwhile.

import type { Entry } from '../../../raft/types.ts';
import type { CommandCodec } from '../../../src/peer/ports.ts';
import type { Command } from '../../../src/protocol/command.ts';
import { Violation } from '../observation.ts';

export class Commands {
  readonly #codec: CommandCodec;
  /** By request: the index of the committed entry that holds it. */
  readonly #written = new Map<string, number>();
  /** Entries with an operation that was written before. */
  repeats = 0;
  /** By operation: the index of the entry that changed something. */
  readonly #done = new Map<string, number>();

  constructor(codec: CommandCodec) {
    this.#codec = codec;
  }

  /** `entry` is committed; once each. Answers with its command, if it has one. Throws a {@link Violation}. */
  committed({ index, payload }: Entry): Command | undefined {
    if (payload.kind !== 'command') return undefined;
    const command = this.#codec.decode(payload.data);
    const { origin } = command;
    const requestId = origin?.operation ?? command.requestId ?? '';
    const first = this.#written.get(requestId);
    if (first !== undefined) {
      if (origin === undefined) {
        throw new Violation(`commands: request ${requestId} is written as ${first} and as ${index}`);
      }
      this.repeats += 1;
    } else this.#written.set(requestId, index);
    return command;
  }

  /** `entry` changed rows of a state. Throws a {@link Violation}. */
  changed({ index, term, payload }: Entry): void {
    if (payload.kind !== 'command') return;
    const command = this.#codec.decode(payload.data);
    const { operation } = command.origin ?? {};
    if (operation !== undefined) this.#onDone(operation, index);
    const planned = 'fence' in command ? command.fence.term : term;
    if (planned !== term) {
      throw new Violation(
        `commands: ${command.kind} of term ${planned} changes a state as entry ${index} of term ${term}`,
      );
    }
  }

  #onDone(operation: string, index: number): void {
    const first = this.#done.get(operation) ?? index;
    if (first !== index) {
      throw new Violation(`commands: operation ${operation} is done by entry ${first} and by ${index}`);
    }
    this.#done.set(operation, index);
  }
}
