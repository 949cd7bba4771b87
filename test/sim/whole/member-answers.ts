// What users were told about their changes of members is true: one that was refused changes nothing, one that is done is
// committed, and nobody comes, goes or is promoted without being asked for.
//
// A1. A store that comes needs a request to add its name; one that goes, a request to remove it or to replace its disk;
//     a learner that becomes a voter wanted it from the start, or was asked to be promoted. A refused request is none.
// A2. A store that went never comes back: what it promised is not known to be on it any more.
// A3. A change that is done stands in the log as it was told: committed, and without voters on their way out.

import type { Configuration, Entry, Membership, StoreId } from '../../../raft/types.ts';
import type { MemberRequest, MembersAnswer } from '../../../src/protocol/api.ts';
import { Violation } from '../observation.ts';
import { configurationOf } from './ledger.ts';

interface Asked {
  readonly request: MemberRequest;
  refused: boolean;
}

export class MemberAnswers {
  readonly #asked: Asked[] = [];
  /** By index: what was told, until it is seen to be committed. */
  readonly #told = new Map<number, MembersAnswer['configuration']>();
  readonly #committed = new Map<number, Configuration>();
  readonly #gone = new Set<StoreId>();
  #newest: Configuration | undefined;

  /** Told what came of it by `refused` or `done`, or never. */
  ask(request: MemberRequest): { refused(): void; done(answer: MembersAnswer): void } {
    const asked: Asked = { request, refused: false };
    this.#asked.push(asked);
    return {
      refused: () => {
        asked.refused = true;
      },
      done: ({ configuration }) => {
        this.#told.set(configuration.index, configuration);
        this.#checkTold();
      },
    };
  }

  /** `entry` is committed; in order. Throws a {@link Violation}. */
  committed(entry: Entry): void {
    const configuration = configurationOf(entry);
    if (configuration === undefined) return;
    const before = this.#newest;
    this.#newest = configuration;
    this.#committed.set(configuration.index, configuration);
    if (before !== undefined) this.#checkAsked(before, configuration);
    this.#checkTold();
  }

  /** A1. */
  #checkAsked(before: Configuration, after: Configuration): void {
    const [old, now] = [namesOf(before), namesOf(after)];
    for (const [storeId, name] of now) {
      if (this.#gone.has(storeId)) {
        throw new Violation(`members: the disk of ${name} comes back with entry ${after.index}`);
      }
      if (!old.has(storeId)) this.#need('comes', name, after, ({ kind }) => kind === 'add');
    }
    for (const [storeId, name] of old) {
      const goes = (request: MemberRequest): boolean =>
        request.kind === 'remove' || (request.kind === 'add' && request.replace);
      if (now.has(storeId)) continue;
      this.#gone.add(storeId); // A2
      this.#need('goes', name, after, goes);
    }
    for (const { storeId, peerId, wants } of before.learners) {
      const isPromoted = after.voters.some((voter) => voter.storeId === storeId);
      if (isPromoted && wants !== 'voter') {
        this.#need('is promoted', peerId, after, ({ kind }) => kind === 'promote');
      }
    }
  }

  #need(what: string, name: string, { index }: Configuration, by: (request: MemberRequest) => boolean): void {
    const isAsked = this.#asked.some(
      ({ request, refused }) => !refused && request.id === name && by(request),
    );
    if (!isAsked)
      throw new Violation(`members: ${name} ${what} with entry ${index}, and nobody asked for it`);
  }

  /** A3. */
  #checkTold(): void {
    for (const [index, told] of this.#told) {
      if ((this.#newest?.index ?? 0) < index) continue;
      this.#told.delete(index);
      const held = this.#committed.get(index);
      const isTrue = held !== undefined && held.outgoing.length === 0 && textOf(told) === textOf(held);
      if (!isTrue) throw new Violation(`members: the configuration of entry ${index} is not what was told`);
    }
  }
}

function namesOf({ voters, outgoing, learners }: Membership): ReadonlyMap<StoreId, string> {
  return new Map([...outgoing, ...voters, ...learners].map(({ storeId, peerId }) => [storeId, peerId]));
}

interface Named {
  readonly voters: readonly { readonly storeId: string }[];
  readonly learners: readonly { readonly storeId: string; readonly wants: string }[];
}

const textOf = ({ voters, learners }: Named): string =>
  JSON.stringify([
    voters.map(({ storeId }) => storeId),
    learners.map(({ storeId, wants }) => [storeId, wants]),
  ]);
