// The bounded exhaustive check: every order of events that three real cores can meet within bounds, breadth first.
// A state is: what each peer holds (local.ts), the messages in flight, what is left of the bounds, and what the
// invariants remember (judge.ts).
//
// X1. Every move is judged by the simulator's invariants, also one to a state that is known already.
// X2. A state outside the bounds is not entered; `isComplete` says that nothing else was left out.
// X3. Of states that are alike but for the names of their peers one is entered (symmetry.ts); a message that can change
//     nothing any more is dropped (messages.ts).

import { asClusterId, asIndex, asPeerId, asTerm, type Entry, type Genesis } from '../../../raft/types.ts';
import { present } from '../../../src/lib/assert.ts';
import { Course } from './course.ts';
import { Fingerprints } from './fingerprints.ts';
import { Judge } from './judge.ts';
import { LocalPeers, type LocalState } from './local.ts';
import { isDead, Messages } from './messages.ts';
import { type Bounds, type Global, type GlobalMove, movesOf } from './moves.ts';
import type { MakeOpenCore } from './open-core.ts';
import { namings, peers } from './symmetry.ts';

export const issueBounds: Bounds = {
  terms: 3,
  entries: 3,
  inFlight: 2,
  crashes: 1,
  duplicates: 1,
  rounds: 2,
  states: Number.POSITIVE_INFINITY,
};

export interface Depth {
  readonly depth: number;
  /** New states that many events away from the start. */
  readonly states: number;
  readonly total: number;
}

export interface Exploration {
  readonly depths: readonly Depth[];
  readonly states: number;
  readonly localStates: number;
  /** In how many ways peers and past differ in them, whatever is in flight and whatever the peers are called. */
  readonly situations: number;
  readonly isComplete: boolean;
  /** What broke, and by which events; `undefined` when nothing did. */
  readonly failure: string | undefined;
}

/** Where it begins: with the founding, or with a leader of term 2 whom everybody follows, its no-op committed everywhere. */
export type Root = 'founded' | 'led';

const genesis: Genesis = {
  clusterId: asClusterId('5'.repeat(32)),
  name: 'exhaustive',
  founders: peers.map((storeId) => ({ storeId, peerId: asPeerId(storeId), api: storeId, raft: storeId })),
};

const firstEntry: Entry = {
  index: asIndex(1),
  term: asTerm(1),
  time: 0,
  payload: { kind: 'genesis', genesis },
};

export class Explorer {
  readonly #bounds: Bounds;
  readonly #reduces: boolean;
  readonly #locals: LocalPeers;
  readonly #judge = new Judge(peers, firstEntry);
  readonly #seen = new Fingerprints();
  readonly #situations = new Fingerprints();
  readonly #messages = new Messages();
  readonly #course = new Course();
  #isComplete = true;

  /** `reduces`: X3. Without it every state is entered; for tests. */
  constructor(makeCore: MakeOpenCore, bounds: Bounds, reduces = true) {
    this.#bounds = bounds;
    this.#reduces = reduces;
    this.#locals = new LocalPeers(makeCore);
  }

  run(root: Root, onDepth: (depth: Depth) => void = () => undefined): Exploration {
    const depths: Depth[] = [];
    let frontier: number[] = [];
    this.#enter(this.#start(root), -1, root, frontier);
    let failure: string | undefined;
    let first = 0;
    for (let depth = 0; frontier.length > 0 && failure === undefined; depth += 1) {
      const found = { depth, states: frontier.length / width, total: this.#seen.size };
      depths.push(found);
      onDepth(found);
      const next: number[] = [];
      for (let at = 0; at < frontier.length && failure === undefined; at += width) {
        if (this.#seen.size >= this.#bounds.states) {
          this.#isComplete = false;
          break;
        }
        failure = this.#expand(this.#unpack(frontier, at), first + at / width, next);
      }
      first += frontier.length / width;
      frontier = this.#isComplete ? next : [];
    }
    const [states, situations, localStates] = [this.#seen.size, this.#situations.size, this.#locals.size];
    const isComplete = this.#isComplete && failure === undefined;
    return { depths, states, situations, localStates, isComplete, failure };
  }

  #start(root: Root): Global {
    const { crashes, duplicates } = this.#bounds;
    const hardState = { term: asTerm(1), vote: undefined };
    let state: Global = {
      locals: peers.map((peer) => this.#locals.start(peer, { hardState, log: [firstEntry] })),
      inFlight: [],
      crashes,
      duplicates,
      history: this.#judge.founding(firstEntry).id,
    };
    if (root === 'founded') return state;
    while (!isLed(state)) state = this.#stepTowards(state);
    return { ...state, inFlight: [] };
  }

  /** The next event of a course without faults: disks first, then messages, then the first peer campaigns. */
  #stepTowards(state: Global): Global {
    const kinds = ['sync', 'receive', 'campaign'];
    const moves = [...movesOf(state, this.#messages, this.#bounds)];
    const ranked = moves.toSorted((a, b) => kinds.indexOf(a.event.kind) - kinds.indexOf(b.event.kind));
    const move = present(
      ranked.find(({ event }) => kinds.includes(event.kind)),
      'something can happen',
    );
    const { to, sent, history } = this.#judged(state, move);
    const added = this.#messages.numbersOf(sent).filter((number) => !move.inFlight.includes(number));
    const inFlight = [...move.inFlight, ...added].sort((a, b) => a - b);
    return { ...state, locals: state.locals.with(move.peer, to), inFlight, history };
  }

  /** Every event that may come next; answers with what one of them broke. */
  #expand(state: Global, number: number, next: number[]): string | undefined {
    for (const move of movesOf(state, this.#messages, this.#bounds)) {
      try {
        this.#follow(state, move, number, next);
      } catch (error) {
        const events = [...this.#course.to(number), move.name].join('\n  ');
        return `${error instanceof Error ? error.message : String(error)}\n  ${events}`;
      }
    }
    return undefined;
  }

  #follow(state: Global, move: GlobalMove, number: number, next: number[]): void {
    const { to, sent, history } = this.#judged(state, move);
    const { terms, entries } = this.#bounds;
    if (to.status.term > 1 + terms || to.status.lastIndex > 1 + entries) return; // X2
    const locals = state.locals.with(move.peer, to);
    const { inFlight, crashes, duplicates } = move;
    const added = this.#messages.numbersOf(sent).filter((message) => !inFlight.includes(message));
    const kept = this.#alive(inFlight, locals);
    for (const carried of subsets(this.#alive(added, locals), this.#bounds.inFlight - kept.length)) {
      const under = [...kept, ...carried].sort((a, b) => a - b);
      this.#enter({ locals, inFlight: under, crashes, duplicates, history }, number, move.name, next);
    }
  }

  #judged(state: Global, move: GlobalMove) {
    const before = present(state.locals[move.peer], 'messages go to members');
    const { to, sent, observations } = this.#locals.move(before, move.event, move.label);
    const history = this.#judge.judge(state.locals, this.#judge.history(state.history), observations).id;
    return { to, sent, history };
  }

  #enter(state: Global, from: number, event: string, next: number[]): void {
    const canonical = this.#canonical(state);
    if (!this.#seen.add(this.#reduces ? canonical : pack(state))) return;
    this.#situations.add([...canonical.slice(0, 3), ...canonical.slice(5)]);
    next.push(...pack(state));
    this.#course.add(from, event);
  }

  #alive(inFlight: readonly number[], locals: readonly LocalState[]): readonly number[] {
    if (!this.#reduces) return inFlight;
    return inFlight.filter((number) => {
      const message = this.#messages.at(number);
      return !isDead(message, present(locals[peers.indexOf(message.to)], 'messages go to members'));
    });
  }

  /** The least of the state's packed forms, over all namings of its peers. */
  #canonical({ locals, inFlight, crashes, duplicates, history }: Global): readonly number[] {
    let least: readonly number[] | undefined;
    const histories = this.#judge.formsOf(history);
    for (const [place, { places }] of namings.entries()) {
      const [first = -1, second = -1] = inFlight
        .map((number) => this.#messages.formsOf(number)[place] ?? -1)
        .sort((a, b) => a - b);
      const forms = places.map((peer) => locals[peer]?.forms[place] ?? -1);
      const form = [...forms, first, second, crashes, duplicates, histories[place] ?? -1];
      if (least === undefined || isLess(form, least)) least = form;
    }
    return present(least, 'there is a naming');
  }

  #unpack(frontier: readonly number[], at: number): Global {
    const number = (offset: number): number => present(frontier[at + offset], 'a state has all its numbers');
    return {
      locals: [0, 1, 2].map((peer) => this.#locals.at(number(peer))),
      inFlight: [3, 4].map(number).filter((message) => message >= 0),
      crashes: number(5),
      duplicates: number(6),
      history: number(7),
    };
  }
}

/** Numbers of one packed state. */
const width = 8;

function pack({ locals, inFlight, crashes, duplicates, history }: Global): number[] {
  const [first = -1, second = -1] = inFlight;
  return [...locals.map(({ id }) => id), first, second, crashes, duplicates, history];
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((number, i) => number !== b[i]);
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
}

const isLed = ({ locals }: Global): boolean =>
  locals.every(
    ({ status, writing }) => status.commit >= 2 && status.leader === peers[0] && writing === undefined,
  );

/** Every choice of at most `most` of `items`: the others are lost. */
function subsets(items: readonly number[], most: number): readonly (readonly number[])[] {
  const chosen: (readonly number[])[] = [[]];
  for (const item of items) {
    const smaller = chosen.filter(({ length }) => length < most);
    for (const some of smaller) chosen.push(some.concat(item));
  }
  return chosen;
}
