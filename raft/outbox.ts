// Effects on their way to the driver, until the next `takeReady`.

import type { LoadRequest, Message, ProposalOutcome, ReadOutcome } from './types.ts';

export interface Effects {
  readonly messages: readonly Message[];
  readonly loads: readonly LoadRequest[];
  readonly proposals: readonly ProposalOutcome[];
  readonly reads: readonly ReadOutcome[];
}

export class Outbox {
  #messages: Message[] = [];
  #loads: LoadRequest[] = [];
  #proposals: ProposalOutcome[] = [];
  #reads: ReadOutcome[] = [];

  get isEmpty(): boolean {
    const { length } = this.#messages;
    return length + this.#loads.length + this.#proposals.length + this.#reads.length === 0;
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

  answerRead(outcome: ReadOutcome): void {
    this.#reads.push(outcome);
  }

  take(): Effects {
    const effects = {
      messages: this.#messages,
      loads: this.#loads,
      proposals: this.#proposals,
      reads: this.#reads,
    };
    this.#messages = [];
    this.#loads = [];
    this.#proposals = [];
    this.#reads = [];
    return effects;
  }
}
