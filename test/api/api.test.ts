import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { connect, type AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildApi } from '../../src/api/api.ts';
import { errorMeanings } from '../../src/api/errors.ts';
import type { ErrorCode } from '../../src/lib/errors.ts';
import { limits } from '../../src/lib/limits.ts';
import {
  FakeControlPlane,
  assignmentRow,
  nodeRow,
  refused,
  serviceRow,
  settingRow,
} from './fake-control-plane.ts';

let peer: FakeControlPlane;
let app: FastifyInstance;
let logged: string[];

beforeEach(() => {
  peer = new FakeControlPlane();
  logged = [];
  app = buildApi({
    controlPlane: peer,
    logs: { open: () => () => {} },
    allowedHosts: ['http://pi-1:6060'],
    log: (_fields, message) => logged.push(message),
  });
});
afterEach(() => app.close());

const json = { 'content-type': 'application/json' };
const put = (name: string, body: unknown, headers: Record<string, string> = {}) =>
  app.inject({
    method: 'PUT',
    url: `/api/settings/${name}`,
    headers: { ...json, ...headers },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });

function expectProblem(
  answer: { statusCode: number; headers: Record<string, unknown>; body: string },
  status: number,
  code: ErrorCode,
): void {
  expect(answer.statusCode).toBe(status);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(JSON.parse(answer.body)).toMatchObject({ status, code, title: errorMeanings[code].title });
}

describe('reading', () => {
  beforeEach(() => {
    peer.write(
      { after: serviceRow('hello') },
      { after: nodeRow('pi-2') },
      { after: nodeRow('pi-1') },
      { after: assignmentRow('hello-0-1', { node: 'pi-1' }) },
      { after: settingRow('motd', 'hi', 7) },
    );
  });

  test.each([
    ['services', ['hello']],
    ['nodes', ['pi-1', 'pi-2']],
    ['assignments', ['hello-0-1']],
    ['settings', ['motd']],
  ])('GET /api/%s lists what is there, after a barrier', async (kind, names) => {
    const answer = await app.inject(`/api/${kind}`);
    expect(answer.statusCode).toBe(200);
    const list = answer.json<{ items: { metadata: { name: string } }[]; resourceVersion: string }>();
    expect(list.items.map(({ metadata }) => metadata.name)).toEqual(names);
    expect(list.resourceVersion).toBe('2');
    expect(peer.barriers).toBe(1);
  });

  test('GET of one object gives it with its version as ETag; an absent one is 404', async () => {
    const answer = await app.inject('/api/settings/motd');
    expect(answer.json()).toEqual(settingRow('motd', 'hi', 7));
    expect(answer.headers.etag).toBe('"7"');
    for (const name of ['mot', 'motd1', 'constructor', '__proto__', '%2e%2e', 'x'.repeat(3_000)]) {
      expectProblem(await app.inject(`/api/settings/${name}`), 404, 'NOT_FOUND');
    }
  });

  test('a stale read asks nobody, and says how old it may be', async () => {
    peer.barrierFailure = 'NO_LEADER';
    peer.lastContactMs = 1234.5;
    const answer = await app.inject('/api/nodes?consistency=stale');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'x-orion-index': '2',
      'x-orion-leader': 'p1',
      'x-orion-last-contact-ms': '1235',
    });
    expect(peer.barriers).toBe(0);
  });

  test.each<ErrorCode>(['NO_LEADER', 'NO_QUORUM', 'BUSY'])(
    'without a barrier a read is 503 %s',
    async (code) => {
      peer.barrierFailure = code;
      const answer = await app.inject('/api/nodes');
      expectProblem(answer, 503, code);
      expect(answer.headers['retry-after']).toBe('1');
    },
  );

  test.each([
    'consistency=strong',
    'consistency=',
    'consistency=stale&consistency=stale',
    'x=1',
    '%ff=1',
    '%',
  ])('the query %s is malformed', async (query) => {
    expectProblem(await app.inject(`/api/nodes?${query}`), 400, 'MALFORMED');
  });
});

describe('settings', () => {
  test('PUT creates with 201, replaces with 200, and gives the object with its ETag', async () => {
    const first = await put('motd', { data: 'one' });
    expect(first.statusCode).toBe(201);
    expect(first.headers.etag).toBe('"2"');
    const second = await put('motd', { data: 'two' });
    expect(second.statusCode).toBe(200);
    expect(second.json()).toMatchObject({ kind: 'Setting', spec: { data: 'two' } });
  });

  test('YAML is taken like JSON', async () => {
    const answer = await put('motd', 'data: one\n', { 'content-type': 'application/yaml; charset=utf-8' });
    expect(answer.json()).toMatchObject({ spec: { data: 'one' } });
  });

  test.each<[Record<string, string>, object]>([
    [{ 'if-match': '"12"' }, { ifMatch: '12' }],
    [{ 'if-match': '*' }, { ifMatch: '*' }],
    [{ 'if-match': '"*"' }, { ifMatch: '"*"' }],
    [{ 'if-match': 'W/"12"' }, { ifMatch: 'W/"12"' }],
    [{ 'if-none-match': '*' }, { ifNoneMatch: true }],
  ])('the preconditions %j reach the state', async (headers, expected) => {
    await put('motd', { data: 'x' }, headers);
    expect(peer.proposed).toEqual([{ kind: 'setting.put', name: 'motd', data: 'x', ...expected }]);
  });

  test.each<Record<string, string>>([
    { 'if-match': '12' },
    { 'if-match': '"1", "2"' },
    { 'if-match': '' },
    { 'if-match': '"1' },
    { 'if-none-match': '"1"' },
    { 'if-none-match': '' },
  ])('the ill-formed precondition %j is refused, never passed over', async (headers) => {
    expectProblem(await put('motd', { data: 'x' }, headers), 400, 'MALFORMED');
    expect(peer.proposed).toEqual([]);
  });

  test('a body is an object with data and nothing else; every problem is told', async () => {
    const answer = await put('motd', { date: 'x', more: 1 });
    expectProblem(answer, 422, 'INVALID');
    expect(answer.json<{ errors: { path: string }[] }>().errors.map(({ path }) => path)).toEqual([
      'date',
      'more',
      'data',
    ]);
    for (const body of [
      { data: 1 },
      { data: '\ud800' },
      [],
      null,
      'text',
      { data: 'x', ['__proto__x']: 1 },
    ]) {
      expectProblem(await put('motd', JSON.stringify(body)), 422, 'INVALID');
    }
    expectProblem(await put('Motd', { data: 'x' }), 422, 'INVALID');
  });

  test('a setting holds 256 KiB, counted in bytes', async () => {
    const half = limits.settingBytesMax / 2;
    expect((await put('motd', { data: 'é'.repeat(half) })).statusCode).toBe(201);
    expectProblem(await put('motd', { data: `${'é'.repeat(half)}x` }), 413, 'TOO_LARGE');
  });

  test('DELETE answers 204, and 404 when it is absent', async () => {
    await put('motd', { data: 'x' });
    const answer = await app.inject({
      method: 'DELETE',
      url: '/api/settings/motd',
      headers: { 'if-match': '"2"' },
    });
    expect([answer.statusCode, answer.body]).toEqual([204, '']);
    expect(peer.proposed.at(-1)).toEqual({ kind: 'setting.delete', name: 'motd', ifMatch: '2' });
    expectProblem(await app.inject({ method: 'DELETE', url: '/api/settings/motd' }), 404, 'NOT_FOUND');
  });
});

describe('services and nodes', () => {
  const scale = (payload: unknown, headers: Record<string, string> = {}) =>
    app.inject({ method: 'POST', url: '/api/services/hello/scale', headers, payload: payload as object });

  test('scale answers the object', async () => {
    peer.write({ after: serviceRow('hello') });
    const answer = await scale({ replicas: 3 }, { 'if-match': '"1"' });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ kind: 'Service', spec: { replicas: 3 } });
    expect(peer.proposed).toEqual([{ kind: 'service.scale', name: 'hello', replicas: 3, ifMatch: '1' }]);
  });

  test.each([-1, 1.5, '3', null, 1001, undefined])('replicas %j is refused', async (replicas) => {
    expectProblem(await scale({ replicas }), 422, 'INVALID');
  });

  test('scale of an absent service is 404', async () => {
    expectProblem(await scale({ replicas: 1 }), 404, 'NOT_FOUND');
  });

  test.each(['services', 'nodes'])('DELETE /api/%s/:name answers 204 or 404', async (kind) => {
    peer.write({ after: serviceRow('a') }, { after: nodeRow('a') });
    expect((await app.inject({ method: 'DELETE', url: `/api/${kind}/a` })).statusCode).toBe(204);
    expectProblem(await app.inject({ method: 'DELETE', url: `/api/${kind}/a` }), 404, 'NOT_FOUND');
    const headers = { 'if-none-match': '*' };
    expectProblem(await app.inject({ method: 'DELETE', url: `/api/${kind}/a`, headers }), 400, 'MALFORMED');
  });

  test('a node that is not down stays: 409', async () => {
    peer.answer = () => refused('CONFLICT');
    expectProblem(await app.inject({ method: 'DELETE', url: '/api/nodes/pi-1' }), 409, 'CONFLICT');
  });
});

describe('apply', () => {
  const manifest = `apiVersion: orion/v1
kind: Config
metadata: {name: home}
spec: {services: [{name: hello, path: /srv, runtime: node, entry: s.js}]}
`;
  const apply = (payload: string, query = '', type = 'application/yaml') =>
    app.inject({ method: 'POST', url: `/api/apply${query}`, headers: { 'content-type': type }, payload });

  test('a manifest is accepted with 202, the version, and what it changed', async () => {
    const answer = await apply(manifest);
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toEqual({
      status: 'accepted',
      resourceVersion: '2',
      changes: [{ kind: 'Service', name: 'hello', action: 'created' }],
    });
    expect(peer.proposed).toMatchObject([
      { kind: 'manifest.apply', prune: false, manifests: [{ owner: 'home' }] },
    ]);
  });

  test('prune is passed on', async () => {
    await apply(manifest, '?prune=true');
    expect(peer.proposed).toMatchObject([{ prune: true }]);
  });

  test('a dry run answers 200 and writes nothing', async () => {
    const answer = await apply(manifest, '?dryRun=true');
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ status: 'dryRun', changes: [{ action: 'created' }] });
    expect(peer.proposed).toEqual([]);
    peer.answer = () => refused('CONFLICT');
    expectProblem(await apply(manifest, '?dryRun=true'), 409, 'CONFLICT');
  });

  test('every problem of a manifest is told with path and line: 422', async () => {
    const answer = await apply(manifest.replace('runtime: node', 'runtime: cobol, colour: red'));
    expectProblem(answer, 422, 'INVALID');
    expect(answer.json()).toMatchObject({
      errors: [
        { path: 'spec.services[0].runtime', line: 4 },
        { path: 'spec.services[0].colour', line: 4 },
      ],
    });
  });

  test.each([
    ['a: [', '', 'application/yaml'],
    ['{', '', 'application/json'],
    [manifest, '?dryRun=yes', 'application/yaml'],
    [manifest, '?prune=1', 'application/yaml'],
    [manifest, '?force=true', 'application/yaml'],
  ])('%j with %j is malformed: 400', async (text, query, type) => {
    expectProblem(await apply(text, query, type), 400, 'MALFORMED');
    expect(peer.proposed).toEqual([]);
  });

  test('a precondition that apply does not take is refused', async () => {
    const headers = { 'content-type': 'application/yaml', 'if-match': '"1"' };
    const answer = await app.inject({ method: 'POST', url: '/api/apply', headers, payload: manifest });
    expectProblem(answer, 400, 'MALFORMED');
  });

  test('a body that is not UTF-8, or is not there, is malformed', async () => {
    const headers = { 'content-type': 'application/yaml' };
    const payload = Buffer.from([0x61, 0xff]);
    expectProblem(
      await app.inject({ method: 'POST', url: '/api/apply', headers, payload }),
      400,
      'MALFORMED',
    );
    expectProblem(await app.inject({ method: 'POST', url: '/api/apply' }), 400, 'MALFORMED');
  });
});

describe('errors', () => {
  test.each<[ErrorCode, number]>([
    ['CONFLICT', 409],
    ['STALE', 409],
    ['PRECONDITION_FAILED', 412],
    ['INVALID', 422],
    ['INTERNAL', 500],
  ])('a refusal %s by the state is %i', async (code, status) => {
    peer.answer = () => refused(code);
    expectProblem(await put('motd', { data: 'x' }), status, code);
  });

  test.each<[ErrorCode, number]>([
    ['NO_LEADER', 503],
    ['NO_QUORUM', 503],
    ['BUSY', 503],
    ['OUTCOME_UNKNOWN', 504],
  ])('a write that ends in %s is %i, and only 503 says to try again', async (code, status) => {
    peer.failures.push(code);
    const answer = await put('motd', { data: 'x' });
    expectProblem(answer, status, code);
    expect(answer.headers['retry-after']).toBe(status === 503 ? '1' : undefined);
  });

  test('a bug of ours is 500, logged, and tells the caller nothing of its inside', async () => {
    peer.answer = () => {
      throw new Error('secret inside');
    };
    const answer = await put('motd', { data: 'x' });
    expectProblem(answer, 500, 'INTERNAL');
    expect(answer.body).not.toContain('secret');
    expect(logged).toEqual(['request failed']);
  });

  test('a body above the limit is 413, of another type 415', async () => {
    expectProblem(await put('motd', 'x'.repeat(limits.bodyBytesMax + 1)), 413, 'TOO_LARGE');
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'nonsense', 'application/jsonp']) {
      const answer = await put('motd', '{"data":"x"}', { 'content-type': type });
      expectProblem(answer, 415, 'UNSUPPORTED_MEDIA_TYPE');
    }
  });

  test('an unknown route is 404, whatever it carries', async () => {
    for (const url of [
      '/',
      '/api',
      '/api/secrets',
      '/api/services/a/b',
      '/api/services/',
      '/ws',
      '/API/nodes',
    ]) {
      expectProblem(await app.inject(url), 404, 'NOT_FOUND');
    }
    const headers = { 'content-type': 'text/plain' };
    expectProblem(
      await app.inject({ method: 'POST', url: '/nope', headers, payload: 'x' }),
      404,
      'NOT_FOUND',
    );
  });

  test.each([
    ['DELETE', '/api/assignments/a', 'GET, HEAD'],
    ['PUT', '/api/services/a', 'GET, HEAD, DELETE'],
    ['POST', '/api/nodes', 'GET, HEAD'],
    ['GET', '/api/apply', 'POST'],
    ['PATCH', '/api/settings/a', 'GET, HEAD, PUT, DELETE'],
    ['OPTIONS', '/livez', 'GET, HEAD'],
    ['DELETE', '/api/services/a/scale?x=1', 'POST'],
  ] as const)('%s %s is 405, with what it allows', async (method, url, allow) => {
    const answer = await app.inject({ method, url });
    expectProblem(answer, 405, 'METHOD_NOT_ALLOWED');
    expect(answer.headers.allow?.split(', ').toSorted()).toEqual(allow.split(', ').toSorted());
  });

  test('a foreign Host or Origin is 403, before anything else', async () => {
    for (const headers of [{ host: 'evil.example' }, { origin: 'http://evil.example' }, { origin: 'null' }]) {
      expectProblem(await app.inject({ url: '/nope', headers }), 403, 'FORBIDDEN');
      expectProblem(
        await app.inject({
          method: 'PUT',
          url: '/api/settings/a',
          headers: { ...json, ...headers },
          payload: '{}',
        }),
        403,
        'FORBIDDEN',
      );
    }
    const headers = { host: 'pi-1:6060', origin: 'http://pi-1:6060' };
    expect((await app.inject({ url: '/livez', headers })).statusCode).toBe(200);
  });

  test('a broken percent-encoding in the path is malformed', async () => {
    expectProblem(await app.inject('/api/settings/%zz'), 400, 'MALFORMED');
  });

  test('docs/interface.md names every status of the table', () => {
    const page = readFileSync(new URL('../../docs/interface.md', import.meta.url), 'utf8');
    const errors = /^- Errors:[\s\S]*?(?=^- )/m.exec(page)?.[0] ?? '';
    for (const { status } of Object.values(errorMeanings)) {
      if (status !== 500 && status !== 405) expect(errors).toContain(String(status));
    }
  });
});

describe('the peer itself', () => {
  test('it is alive whatever the cluster does', async () => {
    peer.barrierFailure = 'NO_LEADER';
    for (const url of ['/health', '/livez']) {
      const answer = await app.inject(url);
      expect([answer.statusCode, answer.json()]).toEqual([200, { status: 'ok' }]);
    }
  });

  test('it is ready, or says why not', async () => {
    expect((await app.inject('/readyz')).json()).toEqual({ status: 'ok', reasons: [] });
    peer.reasons = ['no leader was heard'];
    for (const url of ['/ready', '/readyz']) {
      const answer = await app.inject(url);
      expect([answer.statusCode, answer.json()]).toEqual([
        503,
        { status: 'unavailable', reasons: ['no leader was heard'] },
      ]);
    }
  });

  test('what it knows of the cluster needs no leader', async () => {
    peer.barrierFailure = 'NO_LEADER';
    expect((await app.inject('/api/cluster')).json()).toEqual(peer.cluster());
  });
});

test('whatever a request is, the answer is no 500', async () => {
  const paths = [
    '/api/apply',
    '/api/settings/a',
    '/api/services/a/scale',
    '/api/services/a',
    '/api/nodes',
    '/x',
  ];
  const request = fc.record({
    method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'PATCH'),
    url: fc.oneof(
      fc.constantFrom(...paths),
      fc.tuple(fc.constantFrom(...paths), fc.webQueryParameters()).map(([path, query]) => `${path}?${query}`),
      fc.webPath().map((path) => `/api${path}`),
      fc.stringMatching(/^\/api\/settings\/[!-~]{0,20}$/),
    ),
    type: fc.constantFrom('application/json', 'application/yaml', 'text/plain', ''),
    ifMatch: fc.option(fc.stringMatching(/^[ -~]{0,8}$/), { nil: undefined }),
    payload: fc.oneof(
      fc.json(),
      fc.string({ unit: 'binary' }),
      fc.object().map((value) => JSON.stringify({ data: value })),
      fc
        .anything()
        .map(
          (value) =>
            JSON.stringify({ replicas: value }, (_, v: unknown) => (typeof v === 'bigint' ? 1 : v)) ?? '',
        ),
    ),
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ method, url, type, ifMatch, payload }) => {
      const answer = await app.inject({
        method: method as 'GET',
        url,
        headers: { 'content-type': type, ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }) },
        payload,
      });
      expect(answer.statusCode).toBeLessThan(500);
      if (answer.statusCode >= 400) {
        expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
        expect(JSON.parse(answer.body)).toMatchObject({ status: answer.statusCode });
      }
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['no HTTP at all', 'hello\r\n\r\n'],
  ['headers without end', `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`],
  [
    'two lengths',
    'POST /api/apply HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}',
  ],
])('%s on the wire is answered with a problem', async (_, text) => {
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const answer = await new Promise<string>((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (data: Buffer) => (received += data.toString()));
    socket.on('end', () => resolve(received));
    socket.on('error', reject);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({
    status: 400,
    code: 'MALFORMED',
  });
});
