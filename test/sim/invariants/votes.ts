// Terms only rise and a peer votes once a term, across restarts (§5.2, R1, R2): by what its disk is told and gives back,
// and by the votes that it gave to others and to itself. Only a damaged disk may forget.

import type { HardState, StoreId } from '../../../raft/types.ts';
import type { Observation } from '../observation.ts';
import type { Invariant } from './invariant.ts';

export class Votes implements Invariant {
  readonly name = 'terms rise and there is one vote a term';
  readonly #durable = new Map<StoreId, HardState>();
  /** By voter and term: whom it voted for. */
  readonly #votes = new Map<string, StoreId>();

  check(observation: Observation): string | undefined {
    switch (observation.kind) {
      case 'damaged': // What it forgot is judged by its consequences.
        this.#durable.delete(observation.peer);
        for (const key of this.#votes.keys())
          if (key.startsWith(`${observation.peer}/`)) this.#votes.delete(key);
        return undefined;
      case 'started':
        return this.#checkKept(observation.peer, observation.hardState);
      case 'synced': {
        const { hardState } = observation.operation;
        if (hardState === undefined) return undefined;
        return this.#checkTerm(observation.peer, hardState) ?? this.#checkVote(observation.peer, hardState);
      }
      case 'sent': {
        const { message } = observation;
        if (message.kind === 'voteRequest' && !message.preVote) {
          return this.#checkVote(message.from, { term: message.term, vote: message.from });
        }
        if (message.kind === 'voteResponse' && !message.preVote && message.granted) {
          return this.#checkVote(message.from, { term: message.term, vote: message.to });
        }
        return undefined;
      }
      default:
        return undefined;
    }
  }

  /** What a restart finds of the vote that its disk was told last. */
  #checkKept(peer: StoreId, hardState: HardState): string | undefined {
    const { term, vote } = this.#durable.get(peer) ?? {};
    const isForgotten = term === hardState.term && vote !== undefined && vote !== hardState.vote;
    if (!isForgotten) return this.#checkTerm(peer, hardState);
    return `${peer} voted for ${vote} in term ${term}, and restarts with a vote for ${hardState.vote ?? 'nobody'}`;
  }

  #checkTerm(peer: StoreId, hardState: HardState): string | undefined {
    const before = this.#durable.get(peer);
    this.#durable.set(peer, hardState);
    if (before === undefined || hardState.term >= before.term) return undefined;
    return `${peer} goes back from term ${before.term} to ${hardState.term}`;
  }

  #checkVote(peer: StoreId, { term, vote }: HardState): string | undefined {
    if (vote === undefined) return undefined;
    const key = `${peer}/${term}`;
    const known = this.#votes.get(key) ?? vote;
    this.#votes.set(key, known);
    return known === vote ? undefined : `${peer} votes for ${known} and for ${vote} in term ${term}`;
  }
}
