// Peers that compare states which a test makes up.

import { asIndex, asPeerId, asStoreId, type Configuration, type Member } from '../../raft/types.ts';
import { limits } from '../../src/lib/limits.ts';
import type { Standing } from '../../src/peer/agreement.ts';
import type { Alarm, PeerMessage } from '../../src/peer/ports.ts';
import { Trust } from '../../src/peer/trust.ts';
import { FakeClock } from '../lib/fake-clock.ts';

export const memberOf = (name: string): Member => ({
  peerId: asPeerId(name),
  storeId: asStoreId(`store-${name}`),
  api: '',
  raft: '',
});

export const every = limits.stateHashEvery;

/** Peers that hear each other, each with a state that a test names by its hash. */
export class Peers {
  readonly clock = new FakeClock();
  readonly standings: Record<string, Standing['kind'][]> = {};
  readonly alarms: Record<string, Map<string, string>> = {};
  readonly down = new Set<string>();
  configuration: Configuration;
  /** Messages. */
  said = 0;
  /** Alarms that were raised, put in other words or taken back. */
  changes = 0;
  readonly #states = new Map<string, { appliedIndex: number; hash: () => string }>();
  readonly #trusts = new Map<string, Trust>();

  constructor(voters: readonly string[], learners: readonly string[] = []) {
    this.configuration = {
      index: asIndex(1),
      voters: voters.map(memberOf),
      outgoing: [],
      learners: learners.map((name) => ({ ...memberOf(name), wants: 'learner', replaces: undefined })),
      removed: [],
    };
    for (const name of [...voters, ...learners]) this.start(name);
  }

  /** With that state, or with none; `doubted`: an earlier run of it was found to differ. */
  start(name: string, appliedIndex = 0, hash = '', doubted = false): void {
    const state = { appliedIndex, hash: () => hash };
    this.#states.set(name, state);
    const alarms = (this.alarms[name] = new Map<string, string>());
    const standings = (this.standings[name] = [] as Standing['kind'][]);
    this.#trusts.get(name)?.stop();
    this.#trusts.set(
      name,
      new Trust({
        self: memberOf(name),
        clock: this.clock,
        state,
        configuration: () => this.configuration,
        linked: () => this.#others(name).map((other) => memberOf(other).storeId),
        send: (to, message) => this.#send(name, to, message),
        alarms: {
          set: (_kind, peer, message) => {
            if (alarms.get(peer) !== message) this.changes += 1;
            if (message === undefined) alarms.delete(peer);
            else alarms.set(peer, message);
          },
          stands: (kind) => this.#heardBy(name).some((alarm) => alarm.kind === kind),
        },
        doubts: { stand: doubted },
        onStanding: ({ kind }) => standings.push(kind),
      }),
    );
    this.of(name).start();
  }

  of(name: string): Trust {
    return this.#trusts.get(name)!;
  }

  /** Each of these has applied `index`, with that state. */
  apply(index: number, hashes: Readonly<Record<string, string>>): void {
    for (const [name, hash] of Object.entries(hashes)) {
      Object.assign(this.#states.get(name)!, { appliedIndex: index, hash: () => hash });
      this.of(name).onApplied();
    }
  }

  /** About whom each has an alarm. */
  alarmed(): Record<string, string[]> {
    return Object.fromEntries(Object.entries(this.alarms).map(([name, about]) => [name, [...about.keys()]]));
  }

  /** What it raised itself and what those raised that it is linked to. */
  #heardBy(name: string): Alarm[] {
    const heard: Alarm[] = [];
    for (const other of [name, ...this.#others(name)]) {
      for (const [peer, message] of this.alarms[other] ?? []) {
        heard.push({ kind: 'state-differs', peer: asPeerId(peer), message, sinceMs: 0 });
      }
    }
    return heard;
  }

  #others(name: string): string[] {
    const isUp = (other: string): boolean => !this.down.has(other);
    return [...this.#trusts.keys()].filter((other) => other !== name && isUp(other) && isUp(name));
  }

  #send(from: string, to: string, message: PeerMessage): boolean {
    const other = this.#others(from).find((name) => memberOf(name).storeId === to);
    this.said += 1;
    if (other === undefined || message.kind !== 'stateHash') return false;
    this.of(other).onTold(memberOf(from).storeId, message.index, message.hash);
    return true;
  }
}
