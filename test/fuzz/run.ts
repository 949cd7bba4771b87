// A real cluster under requests that are made from its own document, sound and unsound, and under bytes that are none: it
// answers with what the document names, never with 500, and goes on serving.

import * as fc from 'fast-check';
import type { OpenApiDocument } from '../../src/api/openapi.ts';
import { messageOf } from '../../src/lib/errors.ts';
import { Contract } from '../contract/contract.ts';
import { exchange, statusIn } from '../contract/raw.ts';
import { send } from '../contract/wire.ts';
import { Cluster } from '../e2e/cluster.ts';
import { request } from '../e2e/http.ts';
import { bytesOf, framesOf } from './bytes.ts';
import { requestOf } from './requests.ts';

/** Requests that are under way at once; of bytes, which are waited for, there are more in fewer rounds. */
const requestsMax = 6;
const bytesMax = 16;
/** How long bytes on a connection wait for an answer, in milliseconds. */
const patienceMs = 150;

export interface FuzzReport {
  readonly requests: number;
  readonly byStatus: Readonly<Record<string, number>>;
  /** Empty when all is well. */
  readonly failures: readonly string[];
}

export async function runFuzz(options: {
  readonly runs: number;
  readonly seed: number;
}): Promise<FuzzReport> {
  const cluster = await Cluster.start({ peers: 3, agents: 0 });
  try {
    const apis = cluster.peerUrls();
    const document = (await request<OpenApiDocument>(`${apis[0]}/api/openapi.json`)).body;
    const byStatus: Record<string, number> = {};
    const fuzz = new Fuzz(apis, document, byStatus);
    const failures: string[] = [];
    const few = Math.ceil(options.runs / 4);
    for (const [numRuns, property] of [
      [options.runs, fc.asyncProperty(some(requestOf(document), requestsMax), (each) => fuzz.requests(each))],
      [few, fc.asyncProperty(some(bytesOf(document), bytesMax), (each) => fuzz.bytes(each))],
      [few, fc.asyncProperty(some(framesOf(), bytesMax), (each) => fuzz.bytes(each))],
    ] as const) {
      const settings = { numRuns, seed: options.seed };
      const details = await fc.check<unknown[]>(property as fc.IAsyncProperty<unknown[]>, settings);
      if (details.failed)
        failures.push(`${messageOf(details.errorInstance)}\n${fc.defaultReportMessage(details)}`);
    }
    failures.push(...(await standing(cluster)));
    const count = Object.values(byStatus).reduce((sum, each) => sum + each, 0);
    return { requests: count, byStatus, failures };
  } finally {
    await cluster.stop();
  }
}

const some = <T>(one: fc.Arbitrary<T>, maxLength: number): fc.Arbitrary<T[]> =>
  fc.array(one, { minLength: 1, maxLength });

class Fuzz {
  readonly #apis: readonly string[];
  readonly #document: OpenApiDocument;
  readonly #byStatus: Record<string, number>;
  #turn = 0;

  constructor(apis: readonly string[], document: OpenApiDocument, byStatus: Record<string, number>) {
    this.#apis = apis;
    this.#document = document;
    this.#byStatus = byStatus;
  }

  /** Throws when one of `requests` is answered with what the document does not name. */
  async requests(
    requests: readonly { readonly name: string; readonly request: Parameters<typeof send>[1] }[],
  ): Promise<void> {
    const contract = new Contract(this.#document);
    await Promise.all(
      requests.map(async ({ name, request }) => {
        const answer = await send(this.#api(), request);
        this.#count(answer.status);
        contract.judge(name, answer);
      }),
    );
    if (contract.failures.length > 0) throw new Error(contract.failures.join('\n'));
  }

  /** Throws when one of `each`, bytes on a connection, is answered with 500. */
  async bytes(each: readonly Uint8Array[]): Promise<void> {
    const answers = each.map((bytes) => exchange(this.#api(), bytes, { patienceMs }));
    for (const answer of await Promise.all(answers)) {
      const status = statusIn(answer) ?? 0;
      this.#count(status);
      if (status >= 500 && status !== 503 && status !== 504) throw new Error(answer);
    }
  }

  /** Each peer in turn. */
  #api(): string {
    this.#turn += 1;
    return this.#apis[this.#turn % this.#apis.length]!;
  }

  #count(status: number): void {
    const key = status === 0 ? 'no answer' : String(status);
    this.#byStatus[key] = (this.#byStatus[key] ?? 0) + 1;
  }
}

/** What is wrong with the cluster: every peer runs, serves, and has seen no bug of ours. */
async function standing(cluster: Cluster): Promise<string[]> {
  const failures: string[] = [];
  for (const peer of cluster.peers) {
    if (!peer.running) {
      failures.push(`${peer.id} ended: ${peer.logTail()}`);
      continue;
    }
    await cluster.until(`${peer.id} serves`, async () => {
      const written = await request(`${peer.api}/api/settings/after`, { method: 'PUT', body: { data: 'x' } });
      return written.status === 200 || written.status === 201;
    });
    if (peer.log().includes('"request failed"')) failures.push(`${peer.id} has failed: ${peer.logTail()}`);
  }
  return failures;
}
