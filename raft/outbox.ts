// Effects on their way to the driver, until the next `takeReady`.

import type { ChangeOutcome } from './change.ts';
import type { LoadRequest } from './loads.ts';
import type { ProposalOutcome, ReadOutcome } from './outcomes.ts';
import type { TransferOutcome } from './transfer.ts';
import type { Message, Ready, Snapshot, SnapshotRequest } from './types.ts';

/** All effects but those that the log makes. */
export type Effects = Omit<Ready, 'persist' | 'apply'>;

export class Outbox {
  #messages: Message[] = [];
  #loads: LoadRequest[] = [];
  #snapshots: SnapshotRequest[] = [];
  #discard: Snapshot[] = [];
  #proposals: ProposalOutcome[] = [];
  #changes: ChangeOutcome[] = [];
  #transfers: TransferOutcome[] = [];
  #reads: ReadOutcome[] = [];

  get isEmpty(): boolean {
    const answers = [this.#proposals, this.#changes, this.#transfers, this.#reads];
    const work = [this.#messages, this.#loads, this.#snapshots, this.#discard];
    return [...work, ...answers].every((list) => list.length === 0);
  }

  send(message: Message): void {
    this.#messages.push(message);
  }

  load(request: LoadRequest): void {
    this.#loads.push(request);
  }

  askForSnapshot(request: SnapshotRequest): void {
    this.#snapshots.push(request);
  }

  discard(snapshot: Snapshot): void {
    this.#discard.push(snapshot);
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
      snapshots: this.#snapshots,
      discard: this.#discard,
      proposals: this.#proposals,
      changes: this.#changes,
      transfers: this.#transfers,
      reads: this.#reads,
    };
    this.#messages = [];
    this.#loads = [];
    this.#snapshots = [];
    this.#discard = [];
    this.#proposals = [];
    this.#changes = [];
    this.#transfers = [];
    this.#reads = [];
    return effects;
  }
}
