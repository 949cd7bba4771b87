// Queues stay under their bounds, as far as they show outside: how much a log holds that is not committed, and how much one
// message carries.
//
// Q1. A leader takes no command while as many entries as it may hold are not applied: so no log holds more commands behind
//     what is committed.
// Q2. A message carries no more bytes of commands than it may, but for the last one: what is read from disk ends behind it.

import { type RaftConfig } from '../../../raft/config.ts';
import type { Entry, Message } from '../../../raft/types.ts';
import { Violation } from '../observation.ts';

export class Queues {
  readonly #config: Pick<RaftConfig, 'uncommittedMax' | 'appendBytesMax'>;

  constructor(config: Pick<RaftConfig, 'uncommittedMax' | 'appendBytesMax'>) {
    this.#config = config;
  }

  /** Q1. `behind`: the entries of one log behind what is committed. Throws a {@link Violation}. */
  held(peer: string, behind: readonly Entry[]): void {
    const commands = behind.filter(({ payload }) => payload.kind === 'command').length;
    const { uncommittedMax } = this.#config;
    if (commands <= uncommittedMax) return;
    throw new Violation(
      `queues: ${peer} holds ${commands} commands that are not committed, ${uncommittedMax} are allowed`,
    );
  }

  /** Q2. Throws a {@link Violation}. */
  sent(message: Message): void {
    if (message.kind !== 'appendRequest') return;
    const bytes = message.entries.slice(0, -1).reduce((sum, entry) => sum + dataBytes(entry), 0);
    const { appendBytesMax } = this.#config;
    if (bytes <= appendBytesMax) return;
    throw new Violation(
      `queues: ${message.from} sends ${bytes} bytes of commands and more at once, ${appendBytesMax} are allowed`,
    );
  }
}

const dataBytes = ({ payload }: Entry): number => (payload.kind === 'command' ? payload.data.length : 0);
