import { EventEmitter, once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { OrionClient } from '../../src/client/index.ts';
import {
  answers,
  dies,
  failure,
  fakePeer as peer,
  fakePeerAfter as after,
  hangs,
  nobody,
  problem,
  stopFakePeers,
} from './fake-peer.ts';

afterEach(stopFakePeers);

test('every method sends what the interface says', async () => {
  const { url, seen } = await peer((one, response) =>
    response
      .writeHead(one.method === 'DELETE' ? 204 : 200)
      .end(one.method === 'DELETE' ? '' : '{"items":[]}'),
  );
  const client = new OrionClient({ peers: [`${url}/`] });
  await client.apply('text', { format: 'yaml', dryRun: true, prune: true });
  await client.apply('{}', { format: 'json' });
  await client.list('nodes');
  await client.get('settings', 'a/b');
  await client.delete('services', 'a', { ifMatch: '7' });
  await client.scale('a', 3, { ifMatch: '*' });
  await client.putSetting('a', 'x', { ifNoneMatch: true });
  expect(await client.cluster()).toMatchObject({ clusterId: 'c' });
  expect(seen.map(({ method, url, body }) => [method, url, body])).toEqual([
    ['POST', '/api/apply?dryRun=true&prune=true', 'text'],
    ['POST', '/api/apply', '{}'],
    ['GET', '/api/nodes', ''],
    ['GET', '/api/settings/a%2Fb', ''],
    ['DELETE', '/api/services/a', ''],
    ['POST', '/api/services/a/scale', '{"replicas":3}'],
    ['PUT', '/api/settings/a', '{"data":"x"}'],
  ]);
  expect(seen[0]?.headers['content-type']).toBe('application/yaml');
  expect(seen[4]?.headers['if-match']).toBe('"7"');
  expect(seen[5]?.headers['if-match']).toBe('*');
  expect(seen[6]?.headers['if-none-match']).toBe('*');
});

test('a peer that is not there, or does not answer, is passed over', async () => {
  const hung = await peer(hangs, false);
  const good = await peer(answers(200, { spec: { data: 'x' } }));
  const client = new OrionClient({ peers: [nobody, hung.url, good.url], timeoutMs: 200 });
  expect(await client.putSetting('a', 'x')).toEqual({ spec: { data: 'x' } });
  expect(await client.list('nodes')).toEqual({ spec: { data: 'x' } });
  expect(hung.seen).toEqual([]); // a write reaches only a peer that has just answered
});

test('a read that hangs is asked elsewhere', async () => {
  const hung = await peer(hangs);
  const good = await peer(answers(200, { items: [] }));
  const client = new OrionClient({ peers: [hung.url, good.url], timeoutMs: 200 });
  expect(await client.list('nodes')).toEqual({ items: [] });
});

test.each([
  ['hangs', hangs],
  ['breaks off', dies],
  ['is that nobody knows', problem(504, 'OUTCOME_UNKNOWN')],
])('a write whose answer %s is sent to another peer, under the same key', async (_, behaviour) => {
  const bad = await peer(behaviour);
  const other = await after(bad, answers(200, { done: true }));
  const client = new OrionClient({ peers: [bad.url, other.url], timeoutMs: 200 });
  expect(await client.putSetting('a', 'x')).toEqual({ done: true });
  const [first, ...later] = [...bad.seen, ...other.seen].map(({ headers }) => headers['idempotency-key']);
  expect(first).toMatch(/^rv:7:[-0-9a-f]{36}$/);
  expect(new Set(later)).toEqual(new Set([first]));
});

test('each write has a key of its own, or the one that it is given', async () => {
  const { url, seen } = await peer(answers(200, {}));
  const client = new OrionClient({ peers: [url] });
  await client.scale('a', 1);
  await client.restart('a');
  await client.delete('services', 'a', { idempotencyKey: 'mine' });
  const keys = seen.map(({ headers }) => headers['idempotency-key']);
  expect(new Set(keys).size).toBe(3);
  expect(keys[2]).toBe('mine');
});

test('an unknown outcome stays unknown when nobody says more before the deadline', async () => {
  let isFirst = true;
  const { url } = await peer((one, response) => {
    if (isFirst) response.socket?.destroy();
    else problem(503, 'NO_LEADER')(one, response);
    isFirst = false;
  });
  const client = new OrionClient({ peers: [url], deadlineMs: 250 });
  expect((await failure(client.scale('a', 1))).code).toBe('OUTCOME_UNKNOWN');
});

test.each([
  ['hangs', hangs],
  ['breaks off', dies],
  ['is that nobody knows', problem(504, 'OUTCOME_UNKNOWN')],
])(
  'a change of members whose answer %s is OUTCOME_UNKNOWN, and sent to nobody else',
  async (_, behaviour) => {
    const bad = await peer(behaviour);
    const other = await after(bad, answers(200, {}));
    const client = new OrionClient({ peers: [bad.url, other.url], timeoutMs: 200 });
    expect((await failure(client.removePeer('pi-3'))).code).toBe('OUTCOME_UNKNOWN');
    expect([bad.seen.length, other.seen.length]).toEqual([1, 0]);
    expect(bad.seen[0]?.headers['idempotency-key']).toBeUndefined();
  },
);

test.each(['NO_LEADER', 'NO_QUORUM', 'BUSY'])(
  'a write refused with %s is sent to the next peer',
  async (code) => {
    const first = await peer(problem(503, code));
    const second = await peer(answers(200, { ok: true }));
    const client = new OrionClient({ peers: [first.url, second.url] });
    expect(await client.putSetting('a', 'x')).toEqual({ ok: true });
    expect([first.seen.length, second.seen.length]).toEqual([1, 1]);
  },
);

test('a refusal that lasts is told when the deadline has passed, whoever else is away', async () => {
  let left = 3;
  const { url, seen } = await peer((one, response) => {
    left -= 1;
    problem(503, left > 0 ? 'NO_LEADER' : 'NO_QUORUM')(one, response);
  });
  const client = new OrionClient({ peers: [nobody, url], deadlineMs: 1_000 });
  expect((await failure(client.putSetting('a', 'x'))).code).toMatch(/^NO_(LEADER|QUORUM)$/);
  expect(seen.length).toBeGreaterThan(1);
});

test('a leader that comes back within the deadline serves the write', async () => {
  let left = 2;
  const { url } = await peer((one, response) => {
    left -= 1;
    (left >= 0 ? problem(503, 'NO_LEADER') : answers(200, { done: true }))(one, response);
  });
  expect(await new OrionClient({ peers: [url] }).putSetting('a', 'x')).toEqual({ done: true });
});

test('an error of a peer comes through with its code and every issue', async () => {
  const issues = [{ path: 'spec', line: 3, message: 'no' }];
  const { url, seen } = await peer(problem(422, 'INVALID', { errors: issues }));
  const error = await failure(new OrionClient({ peers: [url, nobody] }).apply('x', { format: 'yaml' }));
  expect(error).toMatchObject({ code: 'INVALID', message: 'it is INVALID', issues });
  expect(seen).toHaveLength(1);
});

test('when nobody answers, everything that was tried is listed', async () => {
  const hung = await peer(hangs, false);
  const options = { peers: [nobody, hung.url], timeoutMs: 100, deadlineMs: 1_000 };
  const error = await failure(new OrionClient(options).cluster());
  expect(hung.probes).toBeGreaterThan(1);
  expect(error.code).toBe('UNREACHABLE');
  expect(error.message).toContain(`${nobody} (ECONNREFUSED)`);
  expect(error.message).toContain(`${hung.url} (no answer in time)`);
});

test('a peer that is slow to answer, and alone, is asked again', async () => {
  let probes = 0;
  const slow = await peer(answers(200, { items: [] }), (seen, response) => {
    probes += 1;
    if (probes > 1) answers(200, slow.view)(seen, response);
  });
  const client = new OrionClient({ peers: [slow.url], timeoutMs: 200 });
  expect(await client.list('nodes')).toEqual({ items: [] });
});

test('who is no orion is said to be none', async () => {
  const { url } = await peer((_, response) => response.writeHead(500).end('<html>'));
  expect((await failure(new OrionClient({ peers: [url] }).list('nodes'))).message).toContain(
    'no answer of orion',
  );
});

test('health is what the first peer that answers says, ready or not', async () => {
  const { url } = await peer(answers(503, { status: 'unavailable', reasons: ['why'] }));
  expect(await new OrionClient({ peers: [nobody, url] }).health()).toEqual({
    status: 'unavailable',
    reasons: ['why'],
  });
});

test('log lines come whole, however they are cut on the way, and an end is an end', async () => {
  const line = { index: 0, time: '2026-01-01T00:00:00.000Z', line: 'größe' };
  const { url, seen } = await peer((_, response) => {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`.repeat(2));
    response.writeHead(200);
    for (const byte of bytes) response.write(Buffer.from([byte]));
    response.end();
  });
  const lines: unknown[] = [];
  for await (const each of new OrionClient({ peers: [url] }).logs('a', { tail: 3, replica: 0 }))
    lines.push(each);
  expect(lines).toEqual([line, line]);
  expect(seen[0]).toMatchObject({ url: '/api/services/a/logs?tail=3&replica=0' });
  expect(seen[0]?.headers['accept']).toBe('application/x-ndjson');
});

test('a log stream that breaks off is told as such, after what came', async () => {
  const lines: unknown[] = [];
  const { url } = await peer((_, response) => {
    response.write('{"index":0,"time":"t","line":"a"}\n', () => response.socket?.destroy());
  });
  const read = async (): Promise<void> => {
    for await (const line of new OrionClient({ peers: [url] }).logs('hello')) lines.push(line);
  };
  expect((await failure(read())).code).toBe('UNREACHABLE');
  expect(lines.length).toBeLessThanOrEqual(1);
});

test('leaving a log stream closes it, by break and by signal', async () => {
  const closings = new EventEmitter();
  const { url } = await peer((_, response) => {
    response.on('close', () => closings.emit('closed'));
    response.writeHead(200).write('{"index":0,"time":"","line":"x"}\n');
  });
  const client = new OrionClient({ peers: [url], timeoutMs: 1_000 });
  const first = once(closings, 'closed');
  for await (const line of client.logs('a', { follow: true })) {
    expect(line.line).toBe('x');
    break;
  }
  await first;
  const second = once(closings, 'closed');
  const stop = new AbortController();
  for await (const _ of client.logs('a', { follow: true, signal: stop.signal })) stop.abort();
  await second;
});

test('another kind of server on the address is nobody: it is told, passed over, and not written to', async () => {
  const stranger = await peer(answers(200, {}));
  stranger.view = { greeting: 'hello' };
  const error = await failure(new OrionClient({ peers: [stranger.url] }).list('services'));
  expect(error).toMatchObject({ code: 'UNREACHABLE', message: expect.stringContaining('not an orion peer') });
  const right = await peer(answers(200, { items: [] }));
  const client = new OrionClient({ peers: [stranger.url, right.url] });
  await expect(client.list('services')).resolves.toEqual({ items: [] });
  expect(stranger.seen).toEqual([]);
});

test('a peer that refuses the name by which it is called says so already to the probe', async () => {
  const { url } = await peer(answers(200, {}), (_, response) =>
    response.writeHead(403).end('{"code":"FORBIDDEN","detail":"not known by that Host"}'),
  );
  const error = await failure(new OrionClient({ peers: [url] }).list('services'));
  expect(error.code).toBe('FORBIDDEN');
});

test('peers that the cluster tells of are asked when the named one has gone', async () => {
  const other = await peer(answers(200, { items: [] }));
  const named = await peer(answers(200, { items: [] }));
  named.view = { ...named.view, peers: [{ api: named.url }, { api: `${other.url}/` }, { api: 'no url' }] };
  const client = new OrionClient({ peers: [named.url] });
  await client.list('nodes');
  expect(client.peers).toEqual([named.url, other.url]);
  named.stop();
  expect(await client.list('nodes')).toEqual({ items: [] });
  expect(client.peers[0]).toBe(other.url);
  expect(other.seen).toHaveLength(1);
});

test('a busy client asks a peer about the cluster once a second at most, not before each request', async () => {
  const one = await peer(answers(200, { items: [] }));
  const client = new OrionClient({ peers: [one.url] });
  const before = performance.now();
  for (let i = 0; i < 5; i += 1) await client.list('nodes');
  const seconds = Math.ceil((performance.now() - before) / 1_000);
  expect(one.seen).toHaveLength(5);
  expect(one.probes).toBeLessThanOrEqual(seconds);
});

test('a long list is read in pages, and begins anew when what it is as of was forgotten', async () => {
  let tries = 0;
  const { url, seen } = await peer((one, response) => {
    const page = new URL(one.url, 'http://x').searchParams.get('continue');
    if (page === null) tries += 1;
    if (page === null)
      return answers(200, { items: [1, 2], resourceVersion: `${tries}`, continue: 'a b' })(one, response);
    if (tries === 1) return problem(410, 'EXPIRED')(one, response);
    return answers(200, { items: [3], resourceVersion: `${tries}` })(one, response);
  });
  const client = new OrionClient({ peers: [url] });
  const all = await client.listAll('nodes', { labelSelector: 'a=b,c in (d,e)' });
  expect(all).toEqual({ items: [1, 2, 3], resourceVersion: '2' });
  expect(seen.map((one) => one.url.replace(/.*[?&](continue=[^&]*).*|.*/, '$1'))).toEqual([
    '',
    'continue=a%20b',
    '',
    'continue=a%20b',
  ]);
  expect(seen[0]?.url).toContain('labelSelector=a%3Db%2Cc%20in%20(d%2Ce)');
});
