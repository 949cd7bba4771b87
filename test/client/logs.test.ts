import { afterEach, expect, test } from 'vitest';
import { OrionClient } from '../../src/client/index.ts';
import type { LogsOptions } from '../../src/client/logs.ts';
import { until } from '../e2e/until.ts';
import { type Behaviour, failure, fakePeer, problem, stopFakePeers } from './fake-peer.ts';

afterEach(stopFakePeers);

/** `0 12:00 a` as the peer sends it. */
const line = (text: string): string => {
  const [index, time, line] = text.split(' ');
  return `${JSON.stringify({ index: Number(index), time, line })}\n`;
};

const breaksAfter =
  (...lines: string[]): Behaviour =>
  (_, response) =>
    response.write(lines.map(line).join(''), () => response.socket?.destroy());

const endsAfter =
  (...lines: string[]): Behaviour =>
  (_, response) =>
    response.end(lines.map(line).join(''));

/** What a reader sees whose requests are answered by `streams` in turn, and what it asked. */
async function read(
  streams: Behaviour[],
  options: LogsOptions,
): Promise<{ readonly lines: string[]; readonly urls: string[] }> {
  const peer = await fakePeer((seen, response) => (streams.shift() ?? endsAfter())(seen, response));
  const lines: string[] = [];
  for await (const one of new OrionClient({ peers: [peer.url] }).logs('hello', options)) {
    lines.push(`${one.index} ${one.time} ${one.line}`);
  }
  return { lines, urls: peer.seen.map(({ url }) => url) };
}

test('a reader that follows goes on after a break, with no line twice and none lost', async () => {
  const breaks: unknown[] = [];
  const { lines, urls } = await read(
    [
      breaksAfter('0 t1 a', '1 t1 x', '0 t2 b', '0 t2 c'),
      problem(503, 'NO_LEADER'),
      endsAfter(
        '0 t1 a',
        '0 t2 b',
        '0 t2 c',
        '0 t2 d',
        '0 t3 e',
        '1 t0 w',
        '1 t1 x',
        '1 t1 y',
        '2 t1 old',
        '2 t3 z',
      ),
    ],
    { follow: true, tail: 5, onBreak: (error) => breaks.push(error) },
  );
  expect(lines).toEqual(['0 t1 a', '1 t1 x', '0 t2 b', '0 t2 c', '0 t2 d', '0 t3 e', '1 t1 y', '2 t3 z']);
  expect(urls[0]).toBe('/api/services/hello/logs?follow=true&tail=5');
  expect(urls.at(-1)).toBe('/api/services/hello/logs?follow=true&tail=10000');
  expect(breaks).toHaveLength(1);
});

test('a break before the first line begins anew, with the tail that was asked for', async () => {
  const { lines, urls } = await read([breaksAfter(), endsAfter('0 t1 a')], { follow: true, tail: 0 });
  expect(lines).toEqual(['0 t1 a']);
  expect(urls.at(-1)).toContain('tail=0');
});

test('lines of the same time come again after a second break only when they are new', async () => {
  const { lines } = await read(
    [breaksAfter('0 t1 a'), breaksAfter('0 t1 a', '0 t1 b'), endsAfter('0 t1 a', '0 t1 b', '0 t1 c')],
    { follow: true },
  );
  expect(lines).toEqual(['0 t1 a', '0 t1 b', '0 t1 c']);
});

test('a service that was deleted meanwhile is told as absent', async () => {
  const reading = read([breaksAfter('0 t1 a'), problem(404, 'NOT_FOUND')], { follow: true });
  expect((await failure(reading)).code).toBe('NOT_FOUND');
});

test('what cannot be begun is told at once, also to a reader that would follow', async () => {
  const reading = read([problem(404, 'NOT_FOUND')], { follow: true, replica: 7 });
  expect((await failure(reading)).code).toBe('NOT_FOUND');
});

test('a reader that does not follow is told that the stream broke off', async () => {
  expect((await failure(read([breaksAfter('0 t1 a')], {}))).code).toBe('UNREACHABLE');
});

test.each(['follows', 'does not follow'])(
  'a reader that %s is not held by a peer that is paused',
  async (how) => {
    const follow = how === 'follows';
    let isPaused = false;
    const paused = await fakePeer(
      (_, response) => response.write(line('0 t1 a'), () => (isPaused = true)),
      (_, response) => {
        if (!isPaused) response.end(JSON.stringify(paused.view));
      },
    );
    const goesOn = endsAfter('0 t1 a', '0 t2 b');
    const other = await fakePeer((seen, response) => {
      if (isPaused) goesOn(seen, response); // were it asked early, it would win
    });
    const client = new OrionClient({ peers: [paused.url, other.url], timeoutMs: 200 });
    const lines: string[] = [];
    const reading = (async (): Promise<void> => {
      for await (const one of client.logs('hello', { follow })) lines.push(one.line);
    })();
    if (!follow) expect((await failure(reading)).code).toBe('UNREACHABLE');
    await reading.catch(() => {});
    expect(lines).toEqual(follow ? ['a', 'b'] : ['a']);
  },
);

test('a silent stream goes on while its peer is there, and is taken up again when another peer leads', async () => {
  const streams: Behaviour[] = [
    (_, response) => response.write(line('0 t1 a')),
    endsAfter('0 t1 a', '0 t2 b'),
  ];
  const peer = await fakePeer((seen, response) => streams.shift()?.(seen, response));
  peer.view = { ...peer.view, term: 1 };
  const lines: string[] = [];
  for await (const one of new OrionClient({ peers: [peer.url], timeoutMs: 100 }).logs('hello', {
    follow: true,
    onBreak: () => expect(peer.probes).toBeGreaterThan(3),
  })) {
    lines.push(one.line);
    if (lines.length > 1) break;
    const probes = peer.probes;
    void until('it was looked after twice', () => peer.probes >= probes + 3).then(() => {
      peer.view = { ...peer.view, term: 2 };
    });
  }
  expect(lines).toEqual(['a', 'b']);
});
