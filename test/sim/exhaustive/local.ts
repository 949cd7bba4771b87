// The peers of the exhaustive check. A peer is a function of its events, so every (state, event) is computed once, by
// running a fresh core along a path that led to the state, and is known from then on. States are told apart by all that
// core, disk and write in flight hold.
// Owns: the states, numbered, and the moves between them. Does not own: the network, what is allowed.

import { createHash } from 'node:crypto';
import type { RaftStatus } from '../../../raft/status.ts';
import type { Entry, HardState, Message, PersistOperation, StoreId } from '../../../raft/types.ts';
import { present } from '../../../src/lib/assert.ts';
import { digestOf } from '../digest.ts';
import type { Observation } from '../observation.ts';
import { isSticky, type MakeOpenCore, roundOf, textOf } from './open-core.ts';
import { namings } from './symmetry.ts';
import { type LocalEvent, Running, type Start, written } from './running.ts';

/** One peer at one moment. */
export interface LocalState {
  readonly id: number;
  readonly peer: StoreId;
  readonly status: RaftStatus;
  readonly hardState: HardState;
  /** The synced log. */
  readonly log: readonly Entry[];
  readonly writing: PersistOperation | undefined;
  readonly stateHash: number;
  /** The heartbeat round of a leader. */
  readonly round: number;
  readonly isSticky: boolean;
  /** Names everything that invariants can see of it: many states share it. */
  readonly shown: number;
  /** In every naming of the peers, what it is then: states with one number behave equally. */
  readonly forms: readonly number[];
  /** How it came about: from a start with these, by these events. */
  readonly path: Path;
}

interface Path {
  readonly from: Path | undefined;
  readonly event: LocalEvent | undefined;
  readonly start: Start;
}

export interface Move {
  readonly to: LocalState;
  readonly sent: readonly Message[];
  readonly observations: readonly Observation[];
}

export class LocalPeers {
  readonly #makeCore: MakeOpenCore;
  readonly #states: LocalState[] = [];
  /** By a digest of 160 bits. */
  readonly #byText = new Map<string, LocalState>();
  readonly #forms = new Map<string, number>();
  readonly #shown = new Map<string, number>();
  readonly #moves = new Map<string, Move>();

  constructor(makeCore: MakeOpenCore) {
    this.#makeCore = makeCore;
  }

  get size(): number {
    return this.#states.length;
  }

  at(id: number): LocalState {
    return present(this.#states[id], 'states are numbered from 0');
  }

  start(peer: StoreId, start: Start): LocalState {
    const path = { from: undefined, event: undefined, start };
    return this.#intern(new Running(this.#makeCore, peer, start), path);
  }

  /** What `event` makes of `state`; `name` tells it from all other events. */
  move(state: LocalState, event: LocalEvent, name: string): Move {
    const key = `${state.id} ${name}`;
    const known = this.#moves.get(key);
    if (known !== undefined) return known;
    const move = event.kind === 'crash' ? this.#restart(state, event.kept) : this.#advance(state, event);
    this.#moves.set(key, move);
    return move;
  }

  #advance(state: LocalState, event: Exclude<LocalEvent, { kind: 'crash' }>): Move {
    const running = this.#rerun(state);
    running.take(event);
    const path = { from: state.path, event, start: state.path.start };
    const { sent, observations } = running;
    return { to: this.#intern(running, path), sent, observations };
  }

  #restart({ peer, hardState, log, writing }: LocalState, kept: boolean): Move {
    const survived = kept && writing !== undefined;
    const start = {
      hardState: (survived ? writing.hardState : undefined) ?? hardState,
      log: survived ? written(log, writing) : log,
    };
    const running = new Running(this.#makeCore, peer, start);
    const { observations, sent } = running;
    if (survived) observations.unshift({ kind: 'synced', peer, operation: writing });
    return { to: this.#intern(running, { from: undefined, event: undefined, start }), sent, observations };
  }

  #rerun(state: LocalState): Running {
    const events: LocalEvent[] = [];
    for (let path: Path | undefined = state.path; path !== undefined; path = path.from) {
      if (path.event !== undefined) events.push(path.event);
    }
    const running = new Running(this.#makeCore, state.peer, state.path.start);
    for (const event of events.toReversed()) if (event.kind !== 'crash') running.take(event);
    return running;
  }

  #intern(running: Running, path: Path): LocalState {
    const { core, peer, hardState, log, writing, stateHash } = running;
    const status = core.status();
    const seen = seenOf(running, status);
    const [plain, ...others] = namings.map((naming) =>
      createHash('sha1')
        .update(JSON.stringify(naming.ofValue(seen)))
        .update(textOf(core, naming))
        .digest('base64'),
    );
    const text = present(plain, 'the first naming changes nothing');
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const shownText = JSON.stringify(seen);
    const shown = this.#shown.get(shownText) ?? this.#shown.size;
    this.#shown.set(shownText, shown);
    const forms = [text, ...others].map((form) => this.#formOf(form));
    const timed = { round: roundOf(core), isSticky: isSticky(core) };
    const parts = { peer, status, hardState, log, writing, stateHash, shown, forms, path, ...timed };
    const state = { id: this.#states.length, ...parts };
    this.#states.push(state);
    this.#byText.set(text, state);
    return state;
  }

  #formOf(text: string): number {
    const known = this.#forms.get(text);
    if (known !== undefined) return known;
    this.#forms.set(text, this.#forms.size);
    return this.#forms.size - 1;
  }
}

/** What invariants can see of a peer, as a plain value. */
function seenOf({ peer, hardState, log, writing }: Running, status: RaftStatus): unknown {
  return [
    peer,
    hardState.term,
    hardState.vote ?? null,
    log.map(digestOf),
    writing && [writing.hardState ?? null, writing.truncateFrom ?? null, writing.entries.map(digestOf)],
    [status.role, status.term, status.commit, status.applied, status.lastIndex],
  ];
}
