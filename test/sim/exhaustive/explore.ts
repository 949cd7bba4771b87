// The bounded exhaustive check: every order of events that three real cores can meet within bounds, breadth first.
// A state is: what each peer holds (local.ts), the messages in flight, what is left of the bounds, and what the
// invariants remember (judge.ts). Losing a message is never sending it; overtaking is any order of delivery.
//
// X1. Every move is judged by the simulator's invariants, also one to a state that is known already.
// X2. A state outside the bounds is not entered; `isComplete` says that nothing else was left out.

import {
  asClusterId,
  asIndex,
  asPeerId,
  asStoreId,
  asTerm,
  type Entry,
  type Genesis,
  type Message,
} from '../../../raft/types.ts';
import { present } from '../../../src/lib/assert.ts';
import { Fingerprints } from './fingerprints.ts';
import { Judge } from './judge.ts';
import { LocalPeers, type LocalState } from './local.ts';
import type { MakeOpenCore } from './open-core.ts';
import type { LocalEvent } from './running.ts';

export interface Bounds {
  /** Terms beyond that of genesis. */
  readonly terms: number;
  /** Entries beyond genesis. */
  readonly entries: number;
  readonly inFlight: number;
  readonly crashes: number;
  readonly duplicates: number;
  /** Heartbeat rounds of one leader. */
  readonly rounds: number;
  /** States after which it ends, complete or not. */
  readonly states: number;
}

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
  readonly isComplete: boolean;
  /** What broke, and by which events; `undefined` when nothing did. */
  readonly failure: string | undefined;
}

interface Global {
  readonly locals: readonly LocalState[];
  /** Numbers of messages, ascending. */
  readonly inFlight: readonly number[];
  readonly crashes: number;
  readonly duplicates: number;
  readonly history: number;
}

const peers = ['a', 'b', 'c'].map(asStoreId);

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
  readonly #locals: LocalPeers;
  readonly #judge = new Judge(peers, firstEntry);
  readonly #seen = new Fingerprints();
  readonly #messages: Message[] = [];
  /** By what a move sends, which is one object for each move. */
  readonly #sentNumbers = new Map<readonly Message[], readonly number[]>();
  readonly #messageNumbers = new Map<string, number>();
  /** By state, in the order of finding: the one it was found from, and the event. */
  readonly #parents: number[] = [];
  readonly #events: number[] = [];
  readonly #eventNames: string[] = [];
  readonly #eventNumbers = new Map<string, number>();
  #isComplete = true;

  constructor(makeCore: MakeOpenCore, bounds: Bounds) {
    this.#bounds = bounds;
    this.#locals = new LocalPeers(makeCore);
  }

  run(onDepth: (depth: Depth) => void): Exploration {
    const depths: Depth[] = [];
    const hardState = { term: asTerm(1), vote: undefined };
    const start: Global = {
      locals: peers.map((peer) => this.#locals.start(peer, { hardState, log: [firstEntry] })),
      inFlight: [],
      crashes: this.#bounds.crashes,
      duplicates: this.#bounds.duplicates,
      history: this.#judge.founding(firstEntry).id,
    };
    let frontier: number[] = [];
    this.#enter(start, -1, 'start', frontier);
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
    const [states, localStates] = [this.#seen.size, this.#locals.size];
    const isComplete = this.#isComplete && failure === undefined;
    return { depths, states, localStates, isComplete, failure };
  }

  /** Every event that may come next; answers with what one of them broke. */
  #expand(state: Global, number: number, next: number[]): string | undefined {
    for (const move of this.#moves(state)) {
      try {
        this.#follow(state, move, number, next);
      } catch (error) {
        const events = [...this.#courseTo(number), move.name].join('\n  ');
        return `${error instanceof Error ? error.message : String(error)}\n  ${events}`;
      }
    }
    return undefined;
  }

  *#moves({ locals, inFlight, crashes, duplicates }: Global): Iterable<GlobalMove> {
    for (const number of inFlight) {
      const message = present(this.#messages[number], 'messages are numbered from 0');
      const peer = peers.indexOf(message.to);
      const rest = inFlight.filter((other) => other !== number);
      const event = { kind: 'receive', message } as const;
      const common = { peer, event, label: `receive ${number}`, crashes };
      yield { ...common, name: describe(message), inFlight: rest, duplicates };
      if (duplicates === 0) continue;
      yield { ...common, name: `${describe(message)}, doubled`, inFlight, duplicates: duplicates - 1 };
    }
    for (const [peer, local] of locals.entries()) {
      for (const event of this.#ownEvents(local, crashes)) {
        const label = event.kind === 'crash' ? `crash ${event.kept}` : event.kind;
        const left = event.kind === 'crash' ? crashes - 1 : crashes;
        yield { peer, event, label, name: `${local.peer}: ${label}`, inFlight, crashes: left, duplicates };
      }
    }
  }

  *#ownEvents({ status, writing, round, isSticky }: LocalState, crashes: number): Iterable<LocalEvent> {
    if (writing !== undefined) yield { kind: 'sync' };
    if (status.role === 'leader') {
      if (status.lastIndex < 1 + this.#bounds.entries) yield { kind: 'propose' };
      if (round < this.#bounds.rounds) yield { kind: 'beat' };
      yield { kind: 'expire' };
    } else {
      if (isSticky) yield { kind: 'unstick' };
      yield { kind: 'campaign' };
    }
    if (crashes === 0) return;
    yield { kind: 'crash', kept: false };
    if (writing !== undefined) yield { kind: 'crash', kept: true };
  }

  #follow(state: Global, move: GlobalMove, number: number, next: number[]): void {
    const before = present(state.locals[move.peer], 'messages go to members');
    const { to, sent, observations } = this.#locals.move(before, move.event, move.label);
    const history = this.#judge.judge(state.locals, this.#judge.history(state.history), observations).id;
    const { terms, entries } = this.#bounds;
    if (to.status.term > 1 + terms || to.status.lastIndex > 1 + entries) return; // X2
    const locals = state.locals.with(move.peer, to);
    const { inFlight, crashes, duplicates } = move;
    const added = this.#numbersOf(sent).filter((message) => !inFlight.includes(message));
    for (const carried of subsets(added, this.#bounds.inFlight - inFlight.length)) {
      const under = [...inFlight, ...carried].sort((a, b) => a - b);
      this.#enter({ locals, inFlight: under, crashes, duplicates, history }, number, move.name, next);
    }
  }

  #enter(state: Global, from: number, event: string, next: number[]): void {
    const tuple = pack(state);
    if (!this.#seen.add(tuple)) return;
    next.push(...tuple);
    this.#parents.push(from);
    this.#events.push(this.#eventNumber(event));
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

  #numbersOf(sent: readonly Message[]): readonly number[] {
    const known = this.#sentNumbers.get(sent);
    if (known !== undefined) return known;
    const numbers = [...new Set(sent.map((message) => this.#numberOf(message)))];
    this.#sentNumbers.set(sent, numbers);
    return numbers;
  }

  #numberOf(message: Message): number {
    const text = JSON.stringify(message);
    const known = this.#messageNumbers.get(text);
    if (known !== undefined) return known;
    this.#messageNumbers.set(text, this.#messages.length);
    return this.#messages.push(message) - 1;
  }

  #eventNumber(name: string): number {
    const known = this.#eventNumbers.get(name);
    if (known !== undefined) return known;
    this.#eventNumbers.set(name, this.#eventNames.length);
    return this.#eventNames.push(name) - 1;
  }

  #courseTo(state: number): readonly string[] {
    const events: string[] = [];
    for (let at = state; at >= 0; at = this.#parents[at] ?? -1) {
      events.push(this.#eventNames[this.#events[at] ?? 0] ?? '');
    }
    return events.toReversed();
  }
}

interface GlobalMove {
  readonly peer: number;
  readonly event: LocalEvent;
  /** Tells the event from every other one of that peer. */
  readonly label: string;
  /** For people. */
  readonly name: string;
  readonly inFlight: readonly number[];
  readonly crashes: number;
  readonly duplicates: number;
}

/** Numbers of one packed state. */
const width = 8;

function pack({ locals, inFlight, crashes, duplicates, history }: Global): number[] {
  const [first = -1, second = -1] = inFlight;
  return [...locals.map(({ id }) => id), first, second, crashes, duplicates, history];
}

/** Every choice of at most `most` of `items`: the others are lost. */
function subsets(items: readonly number[], most: number): readonly (readonly number[])[] {
  const chosen: (readonly number[])[] = [[]];
  for (const item of items) {
    const smaller = chosen.filter(({ length }) => length < most);
    for (const some of smaller) chosen.push(some.concat(item));
  }
  return chosen;
}

function describe(message: Message): string {
  const { kind, from, to, term } = message;
  return `${from} to ${to}: ${kind} of term ${term}`;
}
