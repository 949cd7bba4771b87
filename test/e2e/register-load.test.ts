// The judge of the long runs under load is judged itself: a store that cheats is found out.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { Prng } from '../../src/lib/prng.ts';
import type { Setting } from '../../src/protocol/objects.ts';
import { RegisterLoad } from './register-load.ts';
import { until } from './until.ts';

interface Write {
  readonly key: string;
  readonly data: string;
}

/** Runs clients against a store that treats the `number`-th write as told, and judges what it holds in the end. */
async function judge(onWrite: (store: Map<string, string>, write: Write, number: number) => number) {
  const store = new Map<string, string>();
  let writes = 0;
  const server = createServer((incoming, answer) => {
    void json(incoming).then((body) => {
      const key = (incoming.url ?? '').replace('/api/settings/', '');
      writes += 1;
      answer.writeHead(onWrite(store, { key, data: (body as { data: string }).data }, writes)).end('{}');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const load = new RegisterLoad({ apis: () => [api], clients: 2, prng: new Prng(1) });
  await until('enough was written', () => writes >= 60);
  await load.stop();
  const settings = [...store].map(([name, data]) => ({ metadata: { name }, spec: { data } }) as Setting);
  return { failures: load.judge(settings), load };
}

const isMarked = (number: number): boolean => number > 25 && number <= 30;

test('an honest store passes, also one that refuses, and one that leaves open what became of a write', async () => {
  for (const status of [200, 503, 504]) {
    const { failures, load } = await judge((store, { key, data }, number) => {
      const answered = isMarked(number) ? status : 200;
      if (answered === 200 || (answered === 504 && number % 2 === 0)) store.set(key, data);
      return answered;
    });
    expect(failures).toEqual([]);
    expect(load.unknown).toBe(status === 504 ? 5 : 0);
  }
});

test('a store that loses what it acknowledged is found out', async () => {
  const { failures } = await judge((store, { key, data }, number) => {
    if (number <= 50) store.set(key, data);
    else store.delete(key);
    return 200;
  });
  expect(failures).toContainEqual(expect.stringMatching(/^c\d-k\d+ holds .*: write .* was acknowledged$/));
});

test('a store that keeps what it refused is found out', async () => {
  const { failures } = await judge((store, { key, data }, number) => {
    store.set(key, data);
    return number > 50 ? 503 : 200;
  });
  expect(failures.length).toBeGreaterThan(0);
});
