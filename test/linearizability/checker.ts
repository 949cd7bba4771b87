// Whether the operations on one object fit some order, one after the other, that also fits the times at which they began
// and ended (linearizability): the search of Wing and Gong, with Lowe's memory of what was tried.
//
// L1. An operation that ended before another began stands before it.
// L2. One whose outcome is unknown stands anywhere behind its begin, or nowhere.
// L3. What was placed, and the state that this leads to, is looked at once.
// L4. The search is bounded; a history that takes more of it is undecided, which is no acceptance.
//
// A run of the simulation is judged as it goes (test/sim/whole/registers.ts), by the order that versions give to writes and
// reads; a test holds both judges against each other.

import { present } from '../../src/lib/assert.ts';

export interface Operation<Call> {
  /** What was asked, and what was answered. */
  readonly call: Call;
  readonly beginMs: number;
  /** Infinity: nobody knows how it ended. */
  readonly endMs: number;
}

export interface Model<State, Call> {
  readonly initial: State;
  /** The state behind `call`; undefined when it cannot have ended as it did. */
  readonly step: (state: State, call: Call) => State | undefined;
  /** The same text for the same state, and only for it. */
  readonly textOf: (state: State) => string;
}

export type Verdict<Call> =
  | { readonly kind: 'linearizable' }
  /** `blocked`: what no order can go on with, where the one that came farthest ends. */
  | { readonly kind: 'broken'; readonly placed: number; readonly blocked: readonly Operation<Call>[] }
  | { readonly kind: 'undecided' };

const placementsMax = 2_000_000;

export function judge<State, Call>(
  model: Model<State, Call>,
  history: readonly Operation<Call>[],
): Verdict<Call> {
  return new Search(model, history).run();
}

interface Step<State> {
  readonly state: State;
  /** What may be placed next, and how many of them were tried. */
  readonly candidates: readonly number[];
  tried: number;
}

class Search<State, Call> {
  readonly #model: Model<State, Call>;
  /** By begin: first those whose outcome is known, then the others. */
  readonly #operations: readonly Operation<Call>[];
  readonly #knownCount: number;
  readonly #isPlaced: boolean[];
  readonly #steps: Step<State>[] = [];
  /** What was placed in which order. */
  readonly #order: number[] = [];
  /** L3. */
  readonly #seen = new Set<string>();
  #placedKnown = 0;
  /** Of the known ones, the first that is not placed. */
  #first = 0;
  #farthest: { placed: number; blocked: readonly number[] } = { placed: -1, blocked: [] };

  constructor(model: Model<State, Call>, history: readonly Operation<Call>[]) {
    const byBegin = history.toSorted((a, b) => a.beginMs - b.beginMs);
    const known = byBegin.filter(({ endMs }) => endMs !== Infinity);
    this.#model = model;
    this.#operations = [...known, ...byBegin.filter(({ endMs }) => endMs === Infinity)];
    this.#knownCount = known.length;
    this.#isPlaced = this.#operations.map(() => false);
  }

  run(): Verdict<Call> {
    this.#enter(this.#model.initial);
    for (let placements = 0; placements < placementsMax; placements += 1) {
      if (this.#placedKnown === this.#knownCount) return { kind: 'linearizable' };
      const step = this.#steps.at(-1);
      if (step === undefined) return this.#broken();
      const candidate = step.candidates[step.tried];
      step.tried += 1;
      if (candidate === undefined) this.#goBack();
      else this.#maybePlace(candidate, step.state);
    }
    return { kind: 'undecided' }; // L4
  }

  #maybePlace(candidate: number, state: State): void {
    const { call } = this.#at(candidate);
    const next = this.#model.step(state, call);
    if (next === undefined) return;
    this.#mark(candidate, true);
    const text = `${this.#placedText()} ${this.#model.textOf(next)}`;
    if (this.#seen.has(text)) return this.#mark(candidate, false);
    this.#seen.add(text);
    this.#order.push(candidate);
    this.#enter(next);
  }

  #goBack(): void {
    this.#steps.pop();
    const last = this.#order.pop();
    if (last !== undefined) this.#mark(last, false);
  }

  #enter(state: State): void {
    const candidates = this.#candidates();
    this.#steps.push({ state, candidates, tried: 0 });
    if (this.#order.length > this.#farthest.placed) {
      this.#farthest = { placed: this.#order.length, blocked: candidates };
    }
  }

  /** Every operation that began before all that is not placed yet has ended (L1); the unknown ones come last. */
  #candidates(): readonly number[] {
    const candidates: number[] = [];
    let firstEndMs = Infinity;
    for (let i = this.#first; i < this.#knownCount; i += 1) {
      if (this.#isPlaced[i] === true) continue;
      const { beginMs, endMs } = this.#at(i);
      if (beginMs > firstEndMs) break;
      candidates.push(i);
      firstEndMs = Math.min(firstEndMs, endMs);
    }
    for (let i = this.#knownCount; i < this.#operations.length; i += 1) {
      if (this.#isPlaced[i] !== true && this.#at(i).beginMs <= firstEndMs) candidates.push(i); // L2
    }
    return candidates;
  }

  #mark(index: number, isPlaced: boolean): void {
    this.#isPlaced[index] = isPlaced;
    if (index >= this.#knownCount) return;
    this.#placedKnown += isPlaced ? 1 : -1;
    if (!isPlaced) this.#first = Math.min(this.#first, index);
    while (this.#isPlaced[this.#first] === true && this.#first < this.#knownCount) this.#first += 1;
  }

  /** Names what is placed: all before the first that is not, and some behind it. */
  #placedText(): string {
    const behind: number[] = [];
    const wallMs = this.#operations[this.#first]?.endMs ?? Infinity;
    for (let i = this.#first; i < this.#knownCount && this.#at(i).beginMs <= wallMs; i += 1) {
      if (this.#isPlaced[i] === true) behind.push(i);
    }
    for (let i = this.#knownCount; i < this.#operations.length; i += 1) {
      if (this.#isPlaced[i] === true) behind.push(i);
    }
    return `${this.#first} ${behind.join()}`;
  }

  #broken(): Verdict<Call> {
    const { placed, blocked } = this.#farthest;
    return { kind: 'broken', placed, blocked: blocked.map((index) => this.#at(index)) };
  }

  #at(index: number): Operation<Call> {
    return present(this.#operations[index], 'an index of the history');
  }
}
