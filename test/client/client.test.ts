import { EventEmitter, once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { OrionClient } from '../../src/client/index.ts';
import { isOrionError, type OrionError } from '../../src/lib/errors.ts';

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}
type Behaviour = (seen: Seen, response: ServerResponse) => void;

const servers: Server[] = [];

/** A peer that answers probes, and anything else by `behaviour`; `seen` has what came but probes. */
async function peer(behaviour: Behaviour, isAlive = true): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      if (url !== '/livez') {
        const one = { method, url, headers, body };
        seen.push(one);
        behaviour(one, response);
      } else if (isAlive) response.end('{"status":"ok"}');
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const answers =
  (status: number, value: unknown): Behaviour =>
  (_, response) =>
    response.writeHead(status).end(JSON.stringify(value));
const problem = (status: number, code: string, errors?: object[]): Behaviour =>
  answers(status, { code, status, detail: `it is ${code}`, ...(errors === undefined ? {} : { errors }) });
const hangs: Behaviour = () => {};
const dies: Behaviour = (_, response) => response.socket?.destroy();
const nobody = 'http://127.0.0.1:2';

async function failure(promise: Promise<unknown>): Promise<OrionError> {
  try {
    await promise;
  } catch (error) {
    if (isOrionError(error)) return error;
    throw error;
  }
  throw new Error('it succeeded');
}

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
  await client.cluster();
  expect(seen.map(({ method, url, body }) => [method, url, body])).toEqual([
    ['POST', '/api/apply?dryRun=true&prune=true', 'text'],
    ['POST', '/api/apply', '{}'],
    ['GET', '/api/nodes', ''],
    ['GET', '/api/settings/a%2Fb', ''],
    ['DELETE', '/api/services/a', ''],
    ['POST', '/api/services/a/scale', '{"replicas":3}'],
    ['PUT', '/api/settings/a', '{"data":"x"}'],
    ['GET', '/api/cluster', ''],
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
])('a write whose answer %s is OUTCOME_UNKNOWN, and never sent to anyone else', async (_, behaviour) => {
  const bad = await peer(behaviour);
  const other = await peer(answers(200, {}));
  const client = new OrionClient({ peers: [bad.url, other.url], timeoutMs: 200 });
  expect((await failure(client.putSetting('a', 'x'))).code).toBe('OUTCOME_UNKNOWN');
  expect(bad.seen).toHaveLength(1);
});

test('an unknown outcome told by a peer is final', async () => {
  const bad = await peer(problem(504, 'OUTCOME_UNKNOWN'));
  const other = await peer(answers(200, {}));
  const client = new OrionClient({ peers: [bad.url, other.url] });
  expect((await failure(client.scale('a', 1))).code).toBe('OUTCOME_UNKNOWN');
});

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
  const client = new OrionClient({ peers: [nobody, url], deadlineMs: 350 });
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
  const { url, seen } = await peer(problem(422, 'INVALID', issues));
  const error = await failure(new OrionClient({ peers: [url, nobody] }).apply('x', { format: 'yaml' }));
  expect(error).toMatchObject({ code: 'INVALID', message: 'it is INVALID', issues });
  expect(seen).toHaveLength(1);
});

test('when nobody answers, everything that was tried is listed', async () => {
  const hung = await peer(hangs, false);
  const error = await failure(new OrionClient({ peers: [nobody, hung.url], timeoutMs: 100 }).cluster());
  expect(error.code).toBe('UNREACHABLE');
  expect(error.message).toContain(`${nobody} (ECONNREFUSED)`);
  expect(error.message).toContain(`${hung.url} (no answer in time)`);
});

test('who is no orion is said to be none', async () => {
  const { url } = await peer((_, response) => response.writeHead(500).end('<html>'));
  expect((await failure(new OrionClient({ peers: [url] }).cluster())).message).toContain(
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
    for await (const line of new OrionClient({ peers: [url] }).logs('hello', { follow: true }))
      lines.push(line);
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
  const stranger = createServer((_, response) => response.end('{"greeting":"hello"}'));
  servers.push(stranger);
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
  const error = await failure(new OrionClient({ peers: [url] }).list('services'));
  expect(error).toMatchObject({ code: 'UNREACHABLE', message: expect.stringContaining('not an orion peer') });
  const right = await peer(answers(200, { items: [] }));
  await expect(new OrionClient({ peers: [url, right.url] }).list('services')).resolves.toEqual({ items: [] });
});

test('a peer that refuses the name by which it is called says so already to the probe', async () => {
  const server = createServer((_, response) =>
    response.writeHead(403).end('{"code":"FORBIDDEN","detail":"not known by that Host"}'),
  );
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const error = await failure(new OrionClient({ peers: [url] }).list('services'));
  expect(error.code).toBe('FORBIDDEN');
});
