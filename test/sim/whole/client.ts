// A client of whole peers: bursts of writes and reads of a few settings, each burst through a peer drawn at random.
// C1. A request ends within `limits.requestMs`, one way or another, unless its peer's process ends before it.
// C2. Every write has a value of its own. A client that hears nothing for `patienceMs` goes on: that outcome stays unknown.

import { present } from '../../../src/lib/assert.ts';
import { isOrionError, OrionError } from '../../../src/lib/errors.ts';
import { limits } from '../../../src/lib/limits.ts';
import type { Prng } from '../../../src/lib/prng.ts';
import type { CommandBody } from '../../../src/protocol/command.ts';
import type { Peer } from '../../../src/peer/peer.ts';
import { drawFrom, type Span } from '../faults.ts';
import { Violation } from '../observation.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { Registers, Seen } from './registers.ts';
import type { Situations } from './situations.ts';
import { applyService, originOf } from './workload.ts';
import type { WholePeer } from './whole-peer.ts';

const patienceMs = 3_000;
const burstMax = 6;
/** Timers of one moment run one after the other. */
const graceMs = 1;
const keys = ['k1', 'k2', 'k3'];

export interface WholeClientOptions {
  readonly time: VirtualTime;
  readonly prng: Prng;
  readonly peers: readonly WholePeer[];
  readonly registers: Registers;
  readonly situations: Situations;
  readonly thinkMs: Span;
  /** From the first operation of a burst to its last, at most. */
  readonly spreadMs: number;
  /** Requests that take longer than they may are a fault. */
  readonly answersInTime: boolean;
  readonly readBarrier: (peer: Peer) => Promise<void>;
  readonly nextNumber: () => number;
  readonly note: (what: string, ...fields: (string | number | undefined)[]) => void;
  readonly onBroken: (error: unknown) => void;
}

/** The setting as one peer's state has it. */
export function seenBy(peer: Peer, key: string): Seen | undefined {
  const setting = peer.view.settings.get(key);
  if (setting === undefined) return undefined;
  return { value: setting.spec.data, version: Number(setting.metadata.resourceVersion) };
}

/** Certain not to have been applied. */
function isRefusal(error: unknown): boolean {
  return error instanceof OrionError && ['NO_LEADER', 'NO_QUORUM', 'BUSY'].includes(error.code);
}

export class WholeClient {
  readonly #options: WholeClientOptions;
  #stopped = false;
  #turn = 0;

  constructor(options: WholeClientOptions) {
    this.#options = options;
    this.#think();
  }

  stop(): void {
    this.#stopped = true;
  }

  /** One write through `target`; true when it was acknowledged. */
  async write(target: WholePeer): Promise<boolean> {
    const { registers, situations, nextNumber, note } = this.#options;
    const peer = present(target.peer, 'a peer that is up is asked');
    const key = this.#drawKey();
    const value = `v${nextNumber()}`;
    const begun = registers.beginWrite(key, value);
    note('write', target.name, key, value);
    const begunMs = this.#options.time.now;
    try {
      const body: CommandBody = { kind: 'setting.put', name: key, data: value };
      const { index, result } = await peer.propose(body, originOf(value));
      if (result.kind !== 'object') throw new Violation(`clients: ${value} was answered with ${result.kind}`);
      registers.acknowledged(begun, { value, version: index });
      note('written', value, index);
      const leads = peer.freshness().lastContactMs === 0;
      situations.add(leads ? 'writes acknowledged by the leader' : 'writes acknowledged through a follower');
      return true;
    } catch (error) {
      if (isRefusal(error)) {
        registers.refused(value);
        situations.add('writes refused');
      } else if (error instanceof OrionError && error.code === 'OUTCOME_UNKNOWN') {
        situations.add('writes with an unknown outcome');
      } else throw error;
      note('not written', value, error instanceof OrionError ? error.code : '');
      return false;
    } finally {
      this.#checkTime('write', begunMs);
    }
  }

  /** One read through `target`; true when it was served. */
  async read(target: WholePeer, key = this.#drawKey()): Promise<boolean> {
    const { registers, situations, readBarrier, note } = this.#options;
    const peer = present(target.peer, 'a peer that is up is asked');
    const begun = registers.beginRead(key);
    note('read', target.name, key);
    const begunMs = this.#options.time.now;
    try {
      await readBarrier(peer);
      const seen = seenBy(peer, key);
      registers.served(begun, seen);
      note('served', target.name, key, seen?.version);
      const leads = peer.freshness().lastContactMs === 0;
      situations.add(leads ? 'reads served by the leader' : 'reads served by a follower');
      return true;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      situations.add('reads refused');
      return false;
    } finally {
      this.#checkTime('read', begunMs);
    }
  }

  /** Asks for so many replicas; true when that was acknowledged. */
  async scale(target: WholePeer, replicas: number): Promise<boolean> {
    const { situations, nextNumber, onBroken, note } = this.#options;
    note('scale', target.name, replicas);
    try {
      const operation = `scale-${nextNumber()}`;
      await present(target.peer, 'a peer that is up is asked').propose(
        applyService(replicas),
        originOf(operation),
      );
      situations.add('services scaled');
      return true;
    } catch (error) {
      if (!isOrionError(error, 'NO_LEADER', 'NO_QUORUM', 'BUSY', 'OUTCOME_UNKNOWN')) onBroken(error);
      return false;
    }
  }

  /** C1. */
  #checkTime(what: string, begunMs: number): void {
    const tookMs = this.#options.time.now - begunMs;
    if (!this.#options.answersInTime || tookMs <= limits.requestMs + graceMs) return;
    this.#options.onBroken(new Violation(`clients: a ${what} took ${Math.round(tookMs)} ms`));
  }

  #think(): void {
    const { time, prng, thinkMs } = this.#options;
    time.after(drawFrom(prng, thinkMs), () => this.#act());
  }

  #act(): void {
    if (this.#stopped) return;
    const { time, prng, peers, onBroken } = this.#options;
    this.#turn += 1;
    const turn = this.#turn;
    const done = (): void => {
      if (turn !== this.#turn) return;
      this.#turn += 1;
      this.#think();
    };
    const target = present(peers[prng.int({ from: 0, to: peers.length })], 'a cluster has peers');
    if (target.peer === undefined) return done();
    if (prng.chance(0.05)) void this.scale(target, prng.int({ from: 0, to: 7 }));
    time.after(patienceMs, done); // C2
    const isRead = Array.from({ length: prng.int({ from: 1, to: burstMax + 1 }) }, () => prng.chance(0.4));
    const operations = isRead.map((read) => this.#beginSoon(target, read));
    Promise.all(operations).then(done, onBroken);
  }

  /** Never settles when the process ends first. */
  #beginSoon(target: WholePeer, isRead: boolean): Promise<boolean> {
    const { time, prng, spreadMs } = this.#options;
    return new Promise((resolve, reject) => {
      time.after(drawFrom(prng, { from: 0, to: spreadMs }), () =>
        target.enter(() => {
          if (target.peer === undefined) return resolve(false);
          (isRead ? this.read(target) : this.write(target)).then(resolve, reject);
        }),
      );
    });
  }

  #drawKey(): string {
    return present(keys[this.#options.prng.int({ from: 0, to: keys.length })], 'there are keys');
  }
}
