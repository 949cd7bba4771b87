// Effects on their way to the driver, until the next `takeReady`.

import type { ChangeOutcome } from './change.ts';
import type { TransferOutcome } from './transfer.ts';
import type { LoadRequest, Message, ProposalOutcome, ReadOutcome } from './types.ts';

export interface Effects {
  readonly messages: readonly Message[];
  readonly loads: readonly LoadRequest[];
  readonly proposals: readonly ProposalOutcome[];
  readonly changes: readonly ChangeOutcome[];
  readonly transfers: readonly TransferOutcome[];
  readonly reads: readonly ReadOutcome[];
}

export class Outbox {
  #messages: Message[] = [];
  #loads: LoadRequest[] = [];
  #proposals: ProposalOutcome[] = [];
  #changes: ChangeOutcome[] = [];
  #transfers: TransferOutcome[] = [];
  #reads: ReadOutcome[] = [];

  get isEmpty(): boolean {
    const answers = [this.#proposals, this.#changes, this.#transfers, this.#reads];
    return [this.#messages, this.#loads, ...answers].every((list) => list.length === 0);
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

  answerTransfer(outcome: TransferOutcome): void {
    this.#transfers.push(outcome);
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
      transfers: this.#transfers,
      reads: this.#reads,
    };
    this.#messages = [];
    this.#loads = [];
    this.#proposals = [];
    this.#changes = [];
    this.#transfers = [];
    this.#reads = [];
    return effects;
  }
}
