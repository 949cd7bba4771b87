// Small services for end-to-end tests, and a watcher that notices every request a service failed to answer.

import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../src/lib/errors.ts';
import { limits } from '../../src/lib/limits.ts';

/** Answers every request with its pid, its replica's index and its revision marker. */
export function echoScript(marker = 'a'): string {
  return `
import http from 'node:http';
http.createServer((request, response) => {
  response.end(JSON.stringify({ pid: process.pid, index: process.env.ORION_REPLICA_INDEX, marker: '${marker}' }));
}).listen(Number(process.env.PORT), '127.0.0.1');
`;
}

/** A manifest, of an owner with its service's name, of nearly as many bytes as a request may have; its service never runs. */
export function largeManifest(name: string): object {
  const variables = Math.floor(limits.bodyBytesMax / limits.environmentBytesMax) - 1;
  const value = 'x'.repeat(limits.environmentBytesMax - 100);
  const env = Object.fromEntries(Array.from({ length: variables }, (_, i) => [`FILL_${i}`, value]));
  const service = { name, path: '/tmp', runtime: 'node', entry: 'none.js', replicas: 0, env };
  return { apiVersion: 'orion/v1', kind: 'Config', metadata: { name }, spec: { services: [service] } };
}

export interface Pulse {
  /** Requests answered so far. */
  readonly answered: number;
  /** What went wrong, one line for each request that failed. */
  readonly failures: readonly string[];
}

/** Asks `url` again and again over fresh connections, until it is stopped. */
export class Watcher {
  #answered = 0;
  readonly #failures: string[] = [];
  #stopped = false;
  readonly #done: Promise<void>;

  constructor(url: string) {
    this.#done = this.#run(url);
  }

  get answered(): number {
    return this.#answered;
  }

  async stop(): Promise<Pulse> {
    this.#stopped = true;
    await this.#done;
    return { answered: this.#answered, failures: this.#failures };
  }

  async #run(url: string): Promise<void> {
    while (!this.#stopped) {
      try {
        await ask(url);
        this.#answered += 1;
      } catch (error) {
        this.#failures.push(messageOf(error));
      }
      await sleep(10); // the rate of the probe, not a wait for anything
    }
  }
}

function ask(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent: false, timeout: 5_000 }, (response) => {
      response.resume();
      response.once('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`${response.statusCode}`)),
      );
      response.once('error', reject);
    });
    request.once('timeout', () => request.destroy(new Error('no answer')));
    request.once('error', reject);
  });
}
