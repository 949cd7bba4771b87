// The messages of the exhaustive check, numbered: what is in flight is a few numbers.
// Owns: the numbers, also of each message with its peers called otherwise. Does not own: what is in flight.

import type { Message } from '../../../raft/types.ts';
import { present } from '../../../src/lib/assert.ts';
import type { LocalState } from './local.ts';
import { namings } from './symmetry.ts';

export class Messages {
  readonly #messages: Message[] = [];
  readonly #numbers = new Map<string, number>();
  /** By number: the numbers of the message in every naming. */
  readonly #forms: (readonly number[] | undefined)[] = [];
  /** By what a move sends, which is one object for each move. */
  readonly #sentNumbers = new Map<readonly Message[], readonly number[]>();

  at(number: number): Message {
    return present(this.#messages[number], 'messages are numbered from 0');
  }

  /** Of what a move sends, each once. */
  numbersOf(sent: readonly Message[]): readonly number[] {
    const known = this.#sentNumbers.get(sent);
    if (known !== undefined) return known;
    const numbers = [...new Set(sent.map((message) => this.#numberOf(message)))];
    this.#sentNumbers.set(sent, numbers);
    return numbers;
  }

  /** The numbers of message `number` in every naming. */
  formsOf(number: number): readonly number[] {
    const known = this.#forms[number];
    if (known !== undefined) return known;
    const message = this.at(number);
    const forms = namings.map((naming) => this.#numberOf(naming.ofValue(message) as Message));
    this.#forms[number] = forms;
    return forms;
  }

  #numberOf(message: Message): number {
    const text = JSON.stringify(message);
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#messages.length);
    return this.#messages.push(message) - 1;
  }
}

/**
 * Whether `message` can change nothing any more, whatever comes: an answer in a term that its receiver, durably, has reached
 * without leading it or campaigning in it. It is as good as lost.
 */
export function isDead(message: Message, receiver: LocalState): boolean {
  const { term } = receiver.hardState;
  switch (message.kind) {
    case 'voteResponse':
      if (message.preVote) return message.term < term + (message.granted ? 1 : 0);
      return message.term <= term && !isIn(receiver, 'candidate', message.term);
    case 'appendResponse':
    case 'heartbeatResponse':
      return message.term <= term && !isIn(receiver, 'leader', message.term);
    default:
      return false;
  }
}

const isIn = ({ status }: LocalState, role: string, term: number): boolean =>
  status.role === role && status.term === term;
