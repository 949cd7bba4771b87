// Writes that are sent again and again under their keys, to any peer, while leaders are killed: each is applied once, and
// every answer to it is the same.
//
// K1. Pairs of writes go to a setting each. The first is sent again after the second was acknowledged: a cluster that
//     applied it once more would bring back what the second has overwritten.

import { setTimeout as sleep } from 'node:timers/promises';
import { present } from '../../src/lib/assert.ts';
import { Prng } from '../../src/lib/prng.ts';
import type { AuditAnswer } from '../../src/protocol/operations.ts';
import type { Setting } from '../../src/protocol/objects.ts';
import { Cluster } from '../e2e/cluster.ts';
import { request } from '../e2e/http.ts';

const clients = 8;
/** How often each write is sent again, until it is answered again, once its pair was acknowledged. */
const repeats = 3;
const patienceMs = 2_500;
const awayMs = { from: 50, to: 1_000 };
/** Requests that must be answered between two kills. */
const answersBetween = 60;
const pauseMs = 20;

export interface IdempotencyReport {
  readonly writes: number;
  /** Requests that were answered with the outcome of their write. */
  readonly answered: number;
  /** Those that were not: refused, unknown, or lost with a peer. */
  readonly unanswered: number;
  readonly kills: number;
  readonly failures: readonly string[];
}

interface Write {
  readonly setting: string;
  readonly key: string;
  readonly data: string;
  /** Status and version of every answer. */
  readonly answers: Set<string>;
}

export async function runIdempotency(options: {
  readonly writes: number;
  readonly seed: number;
}): Promise<IdempotencyReport> {
  const cluster = await Cluster.start({ peers: 3, agents: 0 });
  try {
    return await new Repetition(cluster, options.seed).run(Math.ceil(options.writes / 2));
  } finally {
    await cluster.stop();
  }
}

class Repetition {
  readonly #cluster: Cluster;
  readonly #prng: Prng;
  readonly #pairs: (readonly [Write, Write])[] = [];
  readonly #failures: string[] = [];
  #answered = 0;
  #unanswered = 0;
  #done = 0;

  constructor(cluster: Cluster, seed: number) {
    this.#cluster = cluster;
    this.#prng = new Prng(seed);
  }

  async run(pairs: number): Promise<IdempotencyReport> {
    const running = Promise.all(Array.from({ length: clients }, () => this.#client(pairs)));
    const kills = await this.#killUntil(() => this.#done >= pairs);
    await running;
    await this.#cluster.ready();
    for (const pair of this.#pairs) await this.#judge(pair);
    await this.#judgeAudit();
    return {
      writes: this.#pairs.length * 2,
      answered: this.#answered,
      unanswered: this.#unanswered,
      kills,
      failures: this.#failures,
    };
  }

  async #client(pairs: number): Promise<void> {
    while (this.#pairs.length < pairs) {
      const setting = `s${this.#pairs.length}`;
      const write = (key: string): Write => ({
        setting,
        key: `${setting}-${key}`,
        data: key,
        answers: new Set(),
      });
      const pair = [write('first'), write('second')] as const;
      this.#pairs.push(pair);
      for (let i = 0; i <= repeats; i += 1) {
        for (const one of pair) while (!(await this.#send(one))) await sleep(pauseMs); // K1
      }
      this.#done += 1;
    }
  }

  /** True when it was answered. */
  async #send({ setting, key, data, answers }: Write): Promise<boolean> {
    const api = this.#pick(this.#cluster.peerUrls());
    try {
      const { status, headers } = await request(`${api}/api/settings/${setting}`, {
        method: 'PUT',
        body: { data },
        headers: { 'idempotency-key': key },
        timeoutMs: patienceMs,
      });
      if (status !== 503 && status !== 504) {
        answers.add(`${status} ${headers.get('etag')}`);
        this.#answered += 1;
        return true;
      }
    } catch {
      // Its peer is gone, or sleeps.
    }
    this.#unanswered += 1;
    return false;
  }

  async #killUntil(isOver: () => boolean): Promise<number> {
    let kills = 0;
    while (!isOver()) {
      const leader = await this.#cluster.leader();
      await leader.kill();
      kills += 1;
      await sleep(this.#prng.int(awayMs));
      leader.start();
      await this.#cluster.ready();
      const goal = this.#answered + answersBetween;
      await this.#cluster.until('writes go on', () => isOver() || this.#answered >= goal, 60_000);
    }
    return kills;
  }

  /** The setting is as the second write left it, which came once behind the first, which came once. */
  async #judge([first, second]: readonly [Write, Write]): Promise<void> {
    const told = [first, second].map(({ answers }) => [...answers].join(' and '));
    const { metadata, spec } = (await this.#cluster.get<Setting>(`/api/settings/${first.setting}`)).body;
    const expected = [/^201 "\d+"$/, `200 "${metadata.resourceVersion}"`];
    const isAsTold = (expected[0] as RegExp).test(told[0] ?? '') && told[1] === expected[1];
    if (isAsTold && spec.data === 'second' && metadata.generation === 2) return;
    const is = `${spec.data}, generation ${metadata.generation}, version ${metadata.resourceVersion}`;
    this.#failures.push(`${first.setting} is ${is}; its writes were answered ${told.join(', then ')}`);
  }

  /** Every write stands in the audit once. */
  async #judgeAudit(): Promise<void> {
    const counts = new Map<string, number>();
    let next: string | undefined;
    do {
      const query: string = next === undefined ? '' : `?continue=${next}`;
      const { body } = await this.#cluster.get<AuditAnswer>(`/api/audit${query}`);
      for (const { path } of body.items) counts.set(path, (counts.get(path) ?? 0) + 1);
      next = body.continue;
    } while (next !== undefined);
    for (const [{ setting }] of this.#pairs) {
      const count = counts.get(`/api/settings/${setting}`);
      if (count !== 2) this.#failures.push(`${setting} was written ${count} times by the audit`);
    }
  }

  #pick<T>(among: readonly T[]): T {
    return present(among[this.#prng.int({ from: 0, to: among.length })], 'there is one');
  }
}
