// Effects on their way to the driver, until the next `takeReady`.

import type { ChangeOutcome } from './change.ts';
import type { LoadRequest, Message, ProposalOutcome, ReadOutcome } from './types.ts';

export interface Effects {
  readonly messages: readonly Message[];
  readonly loads: readonly LoadRequest[];
  readonly proposals: readonly ProposalOutcome[];
  readonly changes: readonly ChangeOutcome[];
  readonly reads: readonly ReadOutcome[];
}

export class Outbox {
  #messages: Message[] = [];
  #loads: LoadRequest[] = [];
  #proposals: ProposalOutcome[] = [];
  #changes: ChangeOutcome[] = [];
  #reads: ReadOutcome[] = [];

  get isEmpty(): boolean {
    const lists = [this.#messages, this.#loads, this.#proposals, this.#changes, this.#reads];
    return lists.every((list) => list.length === 0);
  }

  send(message: Message): void {
    this.#messages.push(message);
  }

  load(request: LoadRequest): void {
    this.#loads.push(request);
  }

  answerProposal(outcome: ProposalOutcome): void {
    this.#proposals.push(outcome);
  }

  answerChange(outcome: ChangeOutcome): void {
    this.#changes.push(outcome);
  }

  answerRead(outcome: ReadOutcome): void {
    this.#reads.push(outcome);
  }

  take(): Effects {
    const effects = {
      messages: this.#messages,
      loads: this.#loads,
      proposals: this.#proposals,
      changes: this.#changes,
      reads: this.#reads,
    };
    this.#messages = [];
    this.#loads = [];
    this.#proposals = [];
    this.#changes = [];
    this.#reads = [];
    return effects;
  }
}
