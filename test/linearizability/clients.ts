// Clients that read, write, compare and delete a few settings at once, each request through a peer drawn at random; and
// the history of what they were told.
//
// C1. 503, and nobody who listens, say that nothing was done: such a request stands in no history.
// C2. 504, and an answer that never came, say nothing: such a write may take effect at any later time, or never.
// C3. A key is left behind after a few of those: each may come at any time, and the checker has to think of all of them.

import { setTimeout as sleep } from 'node:timers/promises';
import { present } from '../../src/lib/assert.ts';
import type { Prng } from '../../src/lib/prng.ts';
import type { Setting } from '../../src/protocol/objects.ts';
import { type Answer, request, wasNotSent } from '../e2e/http.ts';
import type { Call, Condition, KeyedOperation } from './settings.ts';

const liveKeys = 4;
const operationsOfKeyMax = 400;
const unknownOfKeyMax = 3;
/** Longer than the API may take. */
const patienceMs = 2_500;
/** After a request that nobody took, in milliseconds. */
const pauseMs = 5;

interface Key {
  readonly name: string;
  operations: number;
  unknown: number;
}

export class SettingClients {
  readonly history: KeyedOperation[] = [];
  /** Answers that the API does not owe. */
  readonly surprises: string[] = [];
  readonly #apis: readonly string[];
  readonly #prng: Prng;
  readonly #keys: Key[] = [];
  #keyCount = 0;
  #valueCount = 0;
  #stopped = false;
  readonly #done: Promise<unknown>;

  constructor(options: { apis: readonly string[]; clients: number; prng: Prng }) {
    this.#apis = options.apis;
    this.#prng = options.prng;
    for (let i = 0; i < liveKeys; i += 1) this.#keys.push(this.#newKey());
    this.#done = Promise.all(Array.from({ length: options.clients }, () => this.#run()));
  }

  get unknown(): number {
    return this.history.filter(({ endMs }) => endMs === Infinity).length;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  async #run(): Promise<void> {
    /** By key: the versions of it that this client knows. */
    const versions = new Map<string, number[]>();
    while (!this.#stopped) {
      const slot = this.#prng.int({ from: 0, to: liveKeys });
      const key = present(this.#keys[slot], 'every slot has a key');
      const known = versions.get(key.name) ?? [];
      versions.set(key.name, known);
      const beginMs = performance.now();
      const { call, isUnknown } = await this.#act(key.name, known);
      if (call === undefined) {
        await sleep(pauseMs);
        continue;
      }
      this.history.push({ key: key.name, call, beginMs, endMs: isUnknown ? Infinity : performance.now() });
      const version =
        call.kind === 'read' ? call.seen?.version : call.kind === 'put' ? call.version : undefined;
      if (version !== undefined) known.push(version);
      key.operations += 1;
      if (isUnknown) key.unknown += 1;
      const isWornOut = key.operations >= operationsOfKeyMax || key.unknown >= unknownOfKeyMax; // C3
      if (isWornOut && this.#keys[slot] === key) this.#keys[slot] = this.#newKey();
    }
  }

  #newKey(): Key {
    this.#keyCount += 1;
    return { name: `k${this.#keyCount}`, operations: 0, unknown: 0 };
  }

  /** One request. */
  async #act(key: string, versions: readonly number[]): Promise<{ call?: Call; isUnknown?: boolean }> {
    const dice = this.#prng.int({ from: 0, to: 100 });
    // Of the last few versions, now and then an old one.
    const version = versions.at(-1 - this.#prng.int({ from: 0, to: 3 })) ?? versions.at(-1);
    const compared: Condition = version === undefined ? { kind: 'absent' } : { kind: 'version', version };
    if (dice < 40) return this.#read(key);
    if (dice < 60) return this.#put(key, { kind: 'none' });
    if (dice < 80) return this.#put(key, compared);
    if (dice < 86) return this.#put(key, { kind: 'absent' });
    if (dice < 94 || version === undefined) return this.#delete(key, { kind: 'none' });
    return this.#delete(key, compared);
  }

  async #read(key: string): Promise<{ call?: Call }> {
    const answer = await this.#ask(key, 'GET', { kind: 'none' });
    if (answer === 'unknown' || answer === 'none') return {};
    if (answer.status === 404) return { call: { kind: 'read', seen: undefined } };
    if (answer.status !== 200) return this.#surprise('GET', answer);
    const { metadata, spec } = answer.body as Setting;
    const seen = { value: spec.data, version: Number(metadata.resourceVersion) };
    return { call: { kind: 'read', seen } };
  }

  async #put(key: string, condition: Condition): Promise<{ call?: Call; isUnknown?: boolean }> {
    this.#valueCount += 1;
    const value = `v${this.#valueCount}`;
    const answer = await this.#ask(key, 'PUT', condition, { data: value });
    if (answer === 'none') return {};
    if (answer === 'unknown') {
      return { call: { kind: 'put', condition, value, version: undefined }, isUnknown: true };
    }
    if (answer.status === 412) return { call: { kind: 'mismatch', condition } };
    // Applied by an earlier copy, and deleted by somebody since.
    if (answer.status === 404)
      return { call: { kind: 'put', condition, value, version: undefined }, isUnknown: true };
    if (answer.status !== 200 && answer.status !== 201) return this.#surprise('PUT', answer);
    // Written twice by the peer that was asked, it is answered as it was then (ETag), with the object as it is now.
    const version = Number(/\d+/.exec(answer.headers.get('etag') ?? '')?.[0]);
    return { call: { kind: 'put', condition, value, version } };
  }

  async #delete(key: string, condition: Condition): Promise<{ call?: Call; isUnknown?: boolean }> {
    const answer = await this.#ask(key, 'DELETE', condition);
    if (answer === 'none') return {};
    if (answer === 'unknown') return { call: { kind: 'delete', condition }, isUnknown: true };
    if (answer.status === 404) return { call: { kind: 'missing' } };
    if (answer.status === 412) return { call: { kind: 'mismatch', condition } };
    return answer.status === 204 ? { call: { kind: 'delete', condition } } : this.#surprise('DELETE', answer);
  }

  /** `none`: it was not done (C1); `unknown`: it may have been (C2). */
  async #ask(
    key: string,
    method: 'GET' | 'PUT' | 'DELETE',
    condition: Condition,
    body?: object,
  ): Promise<Answer<unknown> | 'unknown' | 'none'> {
    const api = this.#apis[this.#prng.int({ from: 0, to: this.#apis.length })];
    const headers = headersOf(condition);
    const options = { method, headers, timeoutMs: patienceMs, ...(body === undefined ? {} : { body }) };
    try {
      const answer = await request(`${api}/api/settings/${key}`, options);
      if (answer.status === 503) return 'none';
      return answer.status === 504 ? 'unknown' : answer;
    } catch (error) {
      return method === 'GET' || wasNotSent(error) ? 'none' : 'unknown';
    }
  }

  #surprise(method: string, { status, body }: Answer<unknown>): Record<string, never> {
    this.surprises.push(`${method} was answered with ${status} ${JSON.stringify(body)}`);
    return {};
  }
}

function headersOf(condition: Condition): Record<string, string> {
  if (condition.kind === 'absent') return { 'if-none-match': '*' };
  return condition.kind === 'version' ? { 'if-match': `"${condition.version}"` } : {};
}
