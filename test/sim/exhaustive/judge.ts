// Judges one move of one peer by the simulator's own invariants. They know a run by what happened in it, while a state of
// the exhaustive check is reached by many courses of events: so a short course is told to a fresh checker that leads to
// where the peers are, with all that invariants remember of the past (who led which term, what was committed by whom),
// and then the move. What was judged once is known for every state that shows the same.

import type { Entry, StoreId, Term } from '../../../raft/types.ts';
import { asIndex, asOperation } from '../../../raft/types.ts';
import { present } from '../../../src/lib/assert.ts';
import { Checker, allInvariants } from '../checker.ts';
import { digestOf, emptyDigest, mix } from '../digest.ts';
import { Elected } from '../invariants/elected.ts';
import type { Invariant } from '../invariants/invariant.ts';
import type { Observation, ObservedStatus } from '../observation.ts';
import type { LocalState } from './local.ts';
import { written } from './running.ts';
import { namings } from './symmetry.ts';

/** What invariants remember of the past, beside what the peers still hold. */
export interface History {
  readonly id: number;
  readonly leaders: readonly { readonly term: Term; readonly peer: StoreId }[];
  readonly committed: readonly { readonly entry: Entry; readonly by: Term }[];
}

export class Judge {
  readonly #voters: readonly StoreId[];
  readonly #histories = new Map<string, History>();
  readonly #byId: History[] = [];
  readonly #forms: (readonly number[] | undefined)[] = [];
  readonly #entries = new Map<number, Entry>();
  readonly #told = new Map<string, number>();
  /** The same by the list itself, which is one object for each move. */
  readonly #toldLists = new Map<readonly Observation[], number>();
  readonly #verdicts = new Map<string, History>();

  constructor(voters: readonly StoreId[], genesis: Entry) {
    this.#voters = voters;
    this.#learn([genesis]);
  }

  /** The history of a cluster in which nothing but its founding happened. */
  founding(genesis: Entry): History {
    return this.#intern({ leaders: [], committed: [{ entry: genesis, by: genesis.term }] });
  }

  /** The numbers of history `id` in every naming of the peers. */
  formsOf(id: number): readonly number[] {
    const known = this.#forms[id];
    if (known !== undefined) return known;
    const { leaders, committed } = this.history(id);
    const forms = namings.map((naming) => {
      const renamed = leaders.map(({ term, peer }) => ({ term, peer: naming.of(peer) as StoreId }));
      return this.#intern({ leaders: renamed, committed }).id;
    });
    this.#forms[id] = forms;
    return forms;
  }

  history(id: number): History {
    return present(this.#byId[id], 'histories are numbered from 0');
  }

  /** The history after the move. Throws a Violation when an invariant is broken. */
  judge(peers: readonly LocalState[], history: History, observations: readonly Observation[]): History {
    const shown = peers.map((peer) => peer.shown).join(' ');
    const key = `${shown} ${history.id} ${this.#numberOf(observations)}`;
    const known = this.#verdicts.get(key);
    if (known !== undefined) return known;
    const checker = new Checker(this.#voters, judging());
    for (const observation of this.#lead(peers, history)) checker.observe(observation);
    const leaders = new Map(history.leaders.map(({ term, peer }) => [term, peer]));
    for (const observation of observations) {
      this.#learnFrom(observation);
      checker.observe(observation);
      if (observation.kind === 'stepped' && observation.status.role === 'leader') {
        leaders.set(observation.status.term, observation.peer);
      }
    }
    const committed: { entry: Entry; by: Term }[] = [];
    for (let index = 1; index <= checker.evidence.commit; index += 1) {
      const { digest, by } = present(checker.evidence.committedAt(index), 'committed entries are known');
      committed.push({ entry: present(this.#entries.get(digest), 'committed entries were seen'), by });
    }
    const after = this.#intern({
      leaders: [...leaders].map(([term, peer]) => ({ term, peer })).sort((a, b) => a.term - b.term),
      committed,
    });
    this.#verdicts.set(key, after);
    return after;
  }

  /** The shortest course of events that invariants cannot tell from those that really led here. */
  *#lead(peers: readonly LocalState[], { leaders, committed }: History): Iterable<Observation> {
    const log = committed.map(({ entry }) => entry);
    const [base, applied] = [asIndex(0), asIndex(0)];
    const term = present(log[0], 'genesis is committed').term;
    for (const peer of this.#voters) {
      yield {
        kind: 'started',
        peer,
        hardState: { term, vote: undefined },
        base,
        log,
        applied,
        stateHash: emptyDigest,
        impaired: false,
      };
    }
    for (const leader of leaders) {
      const commit = asIndex(committed.filter(({ by }) => by <= leader.term).length);
      const lastIndex = asIndex(log.length);
      const status: ObservedStatus = { role: 'leader', term: leader.term, commit, applied, lastIndex };
      yield { kind: 'stepped', peer: leader.peer, status };
    }
    for (const state of peers) yield* shownBy(state);
    for (const { peer, status } of peers)
      if (status.role === 'leader') yield* showing(peer, status.term, peers);
  }

  #numberOf(observations: readonly Observation[]): number {
    const known = this.#toldLists.get(observations);
    if (known !== undefined) return known;
    const text = JSON.stringify(observations);
    const number = this.#told.get(text) ?? this.#told.size;
    this.#told.set(text, number);
    this.#toldLists.set(observations, number);
    return number;
  }

  #learnFrom(observation: Observation): void {
    if (observation.kind === 'issued') this.#learn(observation.operation.entries);
    if (observation.kind === 'sent' && observation.message.kind === 'appendRequest') {
      this.#learn(observation.message.entries);
    }
  }

  #learn(entries: readonly Entry[]): void {
    for (const entry of entries) this.#entries.set(digestOf(entry), entry);
  }

  #intern(history: Omit<History, 'id'>): History {
    const { leaders, committed } = history;
    const text = JSON.stringify([leaders, committed.map(({ entry, by }) => [digestOf(entry), by])]);
    const known = this.#histories.get(text);
    if (known !== undefined) return known;
    const numbered = { id: this.#byId.length, ...history };
    this.#byId.push(numbered);
    this.#histories.set(text, numbered);
    return numbered;
  }
}

/** Who voted for whom is known only of the present: leaders are judged by their number and by what they hold. */
const judging = (): readonly Invariant[] =>
  allInvariants().filter((invariant) => !(invariant instanceof Elected));

/** The leader of `term` has shown what others hold of that term: its own disk may lack it, and it commits it all the same. */
function* showing(from: StoreId, term: Term, peers: readonly LocalState[]): Iterable<Observation> {
  const logs = peers.map(({ log, writing }) => (writing === undefined ? log : written(log, writing)));
  const longest = logs.toSorted((a, b) => countOf(b, term) - countOf(a, term))[0] ?? [];
  const entries = longest.filter((entry) => entry.term === term);
  const first = entries[0];
  if (first === undefined) return;
  const previousIndex = asIndex(first.index - 1);
  const previousTerm = present(longest[previousIndex - 1], 'a leader has genesis').term;
  const common = { from, to: from, term, previousIndex, previousTerm, commit: asIndex(0) };
  yield { kind: 'sent', message: { kind: 'appendRequest', ...common, entries } };
}

const countOf = (log: readonly Entry[], term: Term): number =>
  log.filter((entry) => entry.term === term).length;

/** One peer as it is now. Its state was never flushed: it has applied everything in this run. */
function* shownBy({ peer, hardState, log, writing, status }: LocalState): Iterable<Observation> {
  const nothing = asIndex(0);
  const start = { hardState, base: nothing, log, applied: nothing, stateHash: emptyDigest, impaired: false };
  yield { kind: 'started', peer, ...start };
  const nothingElse = { install: undefined, mended: false, truncateFrom: undefined, entries: [] };
  yield { kind: 'synced', peer, operation: { operation: asOperation(0), hardState, ...nothingElse } };
  let stateHash = emptyDigest;
  for (const entry of log.slice(0, status.applied)) {
    stateHash = mix(stateHash, digestOf(entry));
    yield { kind: 'applied', peer, entry, stateHash };
  }
  if (writing !== undefined) yield { kind: 'issued', peer, operation: writing };
  yield { kind: 'stepped', peer, status };
}
