import type { FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildApi } from '../../src/api/api.ts';
import { createBodies } from '../../src/api/bodies.ts';
import type { MetricSink } from '../../src/api/context.ts';
import { OrionClient } from '../../src/client/index.ts';
import { OrionError } from '../../src/lib/errors.ts';
import { limits } from '../../src/lib/limits.ts';
import type { LogRequest, LogSink, LogSource } from '../../src/protocol/logs.ts';
import { impatientFetch } from '../lib/impatient-fetch.ts';
import { FakeControlPlane } from './fake-control-plane.ts';
import { noPlan } from './no-plan.ts';
import { assignmentRow, serviceRow } from './fake-rows.ts';

const metrics: MetricSink = { contentType: 'text/plain', text: async () => '', onRequest: () => {} };

/** A source whose streams are in the test's hand. */
class FakeLogs implements LogSource {
  readonly opened: { readonly request: LogRequest; readonly sink: LogSink }[] = [];
  failure: OrionError | undefined;
  closed = 0;
  #onChange: () => void = () => {};
  open(request: LogRequest, sink: LogSink): () => void {
    if (this.failure !== undefined) throw this.failure;
    this.opened.push({ request, sink });
    this.#onChange();
    return () => {
      this.closed += 1;
      this.#onChange();
    };
  }
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => (this.#onChange = resolve));
  }
}

const time = '2026-01-01T00:00:00.000Z';
const apps: FastifyInstance[] = [];
let leader: FakeControlPlane;
let logs: FakeLogs;
let leaderUrl: string;

async function serve(controlPlane: FakeControlPlane, source: LogSource): Promise<string> {
  const { app } = buildApi({
    controlPlane,
    bodies: createBodies(),
    metrics,
    logs: source,
    plan: noPlan,
    allowedHosts: [],
    log: () => {},
  });
  apps.push(app);
  await app.listen({ port: 0, host: '127.0.0.1' });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}

async function follower(leaderApi: string | undefined): Promise<string> {
  const peer = new FakeControlPlane();
  peer.term = undefined;
  peer.leader = leaderApi;
  return serve(peer, { open: () => expect.unreachable() });
}

beforeEach(async () => {
  leader = new FakeControlPlane();
  leader.write({ after: serviceRow('hello', 3) });
  logs = new FakeLogs();
  leaderUrl = await serve(leader, logs);
});
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

const path = '/api/services/hello/logs';

/** Sends two lines and the end, once the stream is open. */
async function sendTwo(): Promise<void> {
  await logs.until(() => logs.opened.length === 1);
  const sink = logs.opened[0]?.sink;
  await sink?.onLines([{ index: 0, time, line: 'one  two ' }]);
  await sink?.onLines([{ index: 2, time, line: '' }]);
  sink?.onEnd();
}

test.each(['the leader', 'a follower'])(
  'through %s, lines are INDEX TIME LINE, and the end is an end',
  async (who) => {
    const url = who === 'the leader' ? leaderUrl : await follower(leaderUrl);
    const [answer] = await Promise.all([fetch(url + path), sendTwo()]);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await answer.text()).toBe(`0 ${time} one  two \n2 ${time} \n`);
  },
);

test.each(['the leader', 'a follower'])('through %s, NDJSON is given to those who accept it', async (who) => {
  const url = who === 'the leader' ? leaderUrl : await follower(leaderUrl);
  const headers = { accept: 'application/x-ndjson' };
  const [answer] = await Promise.all([fetch(url + path, { headers }), sendTwo()]);
  expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
  expect(
    (await answer.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([
    { index: 0, time, line: 'one  two ' },
    { index: 2, time, line: '' },
  ]);
});

test.each(['the leader', 'a follower'])(
  'through %s, a replica that does not exist is not found',
  async (who) => {
    const url = who === 'the leader' ? leaderUrl : await follower(leaderUrl);
    const answer = await fetch(`${url}${path}?replica=3&follow=true`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({
      code: 'NOT_FOUND',
      detail: 'Service hello has no replica 3: it has 3, counted from 0.',
    });
    expect(logs.opened).toEqual([]);
  },
);

test('of a replica that is being stopped, logs are had until nothing of it is left', async () => {
  leader.write({
    after: assignmentRow('a-7', { node: 'n', service: 'hello', index: 7, desired: 'stopped' }),
  });
  const [answer] = await Promise.all([fetch(`${leaderUrl}${path}?replica=7`), sendTwo()]);
  expect(answer.status).toBe(200);
});

test('HEAD answers without a stream', async () => {
  const answer = await fetch(`${leaderUrl}${path}?follow=true`, { method: 'HEAD' });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
  expect((await fetch(`${leaderUrl}${path}?replica=3`, { method: 'HEAD' })).status).toBe(404);
  expect(logs.opened).toEqual([]);
});

test('what is asked for reaches the source', async () => {
  const done = new AbortController();
  await fetch(`${leaderUrl}${path}?follow=true&tail=5&replica=1`, { signal: done.signal });
  expect(logs.opened[0]?.request).toEqual({ service: 'hello', follow: true, tail: 5, replica: 1 });
  done.abort();
  await logs.until(() => logs.closed === 1);
  await Promise.all([fetch(leaderUrl + path), logs.until(() => logs.opened.length === 2)]);
  expect(logs.opened[1]?.request).toEqual({
    service: 'hello',
    follow: false,
    tail: limits.logTailLines,
    replica: undefined,
  });
});

test.each([
  'tail=-1',
  'tail=1e2',
  'tail=',
  `tail=${limits.logTailLinesMax + 1}`,
  'replica=x',
  'follow=1',
  'since=1',
])('the query %s is malformed', async (query) => {
  const answer = await fetch(`${leaderUrl}${path}?${query}`);
  expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'MALFORMED' }]);
});

test('an absent service is 404, on any peer', async () => {
  for (const url of [leaderUrl, await follower(leaderUrl)]) {
    const answer = await fetch(`${url}/api/services/hell/logs`);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect([answer.status, await answer.json()]).toMatchObject([404, { code: 'NOT_FOUND' }]);
  }
});

test('a reader that goes away closes the stream, through a follower too', async () => {
  for (const [at, url] of [leaderUrl, await follower(leaderUrl)].entries()) {
    const done = new AbortController();
    await fetch(`${url}${path}?follow=true`, { signal: done.signal });
    done.abort();
    await logs.until(() => logs.closed === at + 1);
  }
});

test('a slow reader holds its source back, and lets it go on when it has read', async () => {
  const answer = await fetch(`${leaderUrl}${path}?follow=true`);
  await logs.until(() => logs.opened.length === 1);
  const sink = logs.opened[0]?.sink;
  const line = { index: 0, time, line: 'x'.repeat(100_000) };
  let held = false;
  let sent = 0;
  let waiting: Promise<void> = Promise.resolve();
  while (!held) {
    waiting = sink?.onLines([line]) ?? Promise.resolve();
    sent += 1;
    held = await Promise.race([
      waiting.then(() => false),
      new Promise<boolean>((go) => setTimeout(go, 200, true)),
    ]);
  }
  const reader = answer.body?.getReader();
  let bytes = 0;
  const read = async (): Promise<void> => {
    for (;;) {
      const chunk = await reader?.read();
      if (chunk === undefined || chunk.done) return;
      bytes += chunk.value.length;
    }
  };
  const all = read();
  await waiting;
  sink?.onEnd();
  await all;
  expect(bytes).toBe(sent * `0 ${time} ${line.line}\n`.length);
});

test('a stream that breaks off is cut, so that nobody takes it for whole', async () => {
  for (const url of [leaderUrl, await follower(leaderUrl)]) {
    const before = logs.opened.length;
    const answer = await fetch(`${url}${path}?follow=true`);
    await logs.until(() => logs.opened.length > before);
    logs.opened.at(-1)?.sink.onEnd(new OrionError('NO_LEADER', 'stepped down'));
    await expect(answer.text()).rejects.toThrow('terminated');
  }
});

test('through a follower too, a log that is silent for long stays open', async () => {
  const url = await follower(leaderUrl);
  const patience = await impatientFetch();
  const lines = new OrionClient({ peers: [url] }).logs('hello', { follow: true });
  const next = lines.next();
  await logs.until(() => logs.opened.length === 1);
  await patience();
  await logs.opened[0]?.sink.onLines([{ index: 0, time, line: 'at last' }]);
  expect(await next).toEqual({ done: false, value: { index: 0, time, line: 'at last' } });
  logs.opened[0]?.sink.onEnd();
  expect((await lines.next()).done).toBe(true);
});

test('without a leader, with an absent one, or in a circle, it is 503', async () => {
  const nobody = 'http://127.0.0.1:2';
  const first = await follower(undefined);
  for (const url of [first, await follower(nobody), await follower(first)]) {
    const answer = await fetch(url + path);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect([answer.status, await answer.json()]).toMatchObject([503, { code: 'NO_LEADER' }]);
  }
});

test('too many readers are told so before the stream begins', async () => {
  logs.failure = new OrionError('BUSY', 'too many');
  const answer = await fetch(leaderUrl + path);
  expect([answer.status, await answer.json()]).toMatchObject([503, { code: 'BUSY' }]);
});
