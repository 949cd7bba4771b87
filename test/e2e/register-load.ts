// Clients that write registers, each its own, through any peer; and the judgement of what the cluster holds afterwards.
//
// G1. One write to a key is under way at a time, and no value comes twice: what a key holds names the write.
// G2. A write whose outcome is unknown may take effect at any later time, so its key is never written again.
// G3. What was refused for certain (503, or nobody listened) must not be there, nor anything but what was written.

import { present } from '../../src/lib/assert.ts';
import type { Prng } from '../../src/lib/prng.ts';
import type { Setting } from '../../src/protocol/objects.ts';
import { request, wasNotSent } from './http.ts';

/** Keys that one client writes in turn: the state stays small however long it runs. */
const keysOfClient = 20;
const valueBytes = 256;
/** After a write that nobody took, in milliseconds. */
const pauseMs = 5;

type Outcome = 'acknowledged' | 'refused' | 'unknown';

interface Register {
  readonly key: string;
  acknowledged: string | undefined;
  unknown: string | undefined;
}

export class RegisterLoad {
  readonly #apis: () => readonly string[];
  readonly #prng: Prng;
  readonly #registers: Register[] = [];
  readonly #done: Promise<unknown>;
  #stopped = false;
  acknowledged = 0;
  unknown = 0;

  /** `apis` is asked before each write: a random one of them gets it. */
  constructor(options: { apis: () => readonly string[]; clients: number; prng: Prng }) {
    this.#apis = options.apis;
    this.#prng = options.prng;
    const clients = Array.from({ length: options.clients }, (_, client) => this.#run(client));
    this.#done = Promise.all(clients);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  /** Each way in which `settings` are not what these clients were told; after {@link stop}. */
  judge(settings: readonly Setting[]): string[] {
    const found = new Map(settings.map(({ metadata, spec }) => [metadata.name, spec.data]));
    return this.#registers.flatMap(({ key, acknowledged, unknown }) => {
      const value = found.get(key);
      if (value === acknowledged || (unknown !== undefined && value === unknown)) return [];
      const told = unknown === undefined ? 'acknowledged' : `acknowledged, and ${nameOf(unknown)} is unknown`;
      return [`${key} holds ${nameOf(value)}: ${nameOf(acknowledged)} was ${told}`];
    });
  }

  async #run(client: number): Promise<void> {
    const mine = Array.from({ length: keysOfClient }, (_, i) => this.#newRegister(`c${client}-k${i}`));
    for (let number = 0; !this.#stopped; number += 1) {
      const slot = number % keysOfClient;
      const register = present(mine[slot], 'each slot has a register');
      const value = `${client}.${number}.`.padEnd(valueBytes, 'x');
      const outcome = await this.#write(register.key, value);
      if (outcome === 'acknowledged') {
        register.acknowledged = value;
        this.acknowledged += 1;
      } else if (outcome === 'unknown') {
        register.unknown = value; // G2
        mine[slot] = this.#newRegister(`c${client}-k${slot}-n${number}`);
        this.unknown += 1;
      } else {
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }
  }

  #newRegister(key: string): Register {
    const register: Register = { key, acknowledged: undefined, unknown: undefined };
    this.#registers.push(register);
    return register;
  }

  async #write(key: string, data: string): Promise<Outcome> {
    const apis = this.#apis();
    const api = apis[this.#prng.int({ from: 0, to: apis.length })];
    if (api === undefined) return 'refused';
    try {
      const { status } = await request(`${api}/api/settings/${key}`, { method: 'PUT', body: { data } });
      if (status === 200 || status === 201) return 'acknowledged';
      return status === 503 ? 'refused' : 'unknown';
    } catch (error) {
      return wasNotSent(error) ? 'refused' : 'unknown';
    }
  }
}

const nameOf = (value: string | undefined): string =>
  value === undefined ? 'nothing' : `write ${value.replace(/\.x*$/, '')}`;
