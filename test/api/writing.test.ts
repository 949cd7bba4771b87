import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { leftMs } from '../../src/api/request.ts';
import { limits } from '../../src/lib/limits.ts';
import { refused } from './fake-control-plane.ts';
import { nodeRow, serviceRow } from './fake-rows.ts';
import { app, peer, problemIn, put } from './harness.ts';

test('a command has what is left of the time of its request since that had come', async () => {
  await put('motd', { data: 'one' });
  expect(peer.budgets[0]).toBeLessThan(limits.requestMs); // without a body it would be all of it
  const body = { text: '', format: 'json' } as const;
  expect(leftMs(body)).toBe(limits.requestMs);
  expect(leftMs({ ...body, atMs: performance.now() - 700 })).toBeLessThanOrEqual(limits.requestMs - 700);
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
    expect(problemIn(await put('motd', { data: 'x' }, headers))).toEqual([400, 'MALFORMED']);
    expect(peer.proposed).toEqual([]);
  });

  test('a body is an object with data and nothing else; every problem is told', async () => {
    const answer = await put('motd', { date: 'x', more: 1 });
    expect(problemIn(answer)).toEqual([422, 'INVALID']);
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
      expect(problemIn(await put('motd', JSON.stringify(body)))).toEqual([422, 'INVALID']);
    }
    expect(problemIn(await put('Motd', { data: 'x' }))).toEqual([422, 'INVALID']);
  });

  test('a setting holds 256 KiB, counted in bytes', async () => {
    const half = limits.settingBytesMax / 2;
    expect((await put('motd', { data: 'é'.repeat(half) })).statusCode).toBe(201);
    expect(problemIn(await put('motd', { data: `${'é'.repeat(half)}x` }))).toEqual([413, 'TOO_LARGE']);
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
    expect(problemIn(await app.inject({ method: 'DELETE', url: '/api/settings/motd' }))).toEqual([
      404,
      'NOT_FOUND',
    ]);
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
    expect(problemIn(await scale({ replicas }))).toEqual([422, 'INVALID']);
  });

  test('scale of an absent service is 404', async () => {
    expect(problemIn(await scale({ replicas: 1 }))).toEqual([404, 'NOT_FOUND']);
  });

  test.each(['services', 'nodes'])('DELETE /api/%s/:name answers 204 or 404', async (kind) => {
    peer.write({ after: serviceRow('a') }, { after: nodeRow('a') });
    expect((await app.inject({ method: 'DELETE', url: `/api/${kind}/a` })).statusCode).toBe(204);
    expect(problemIn(await app.inject({ method: 'DELETE', url: `/api/${kind}/a` }))).toEqual([
      404,
      'NOT_FOUND',
    ]);
    const headers = { 'if-none-match': '*' };
    expect(problemIn(await app.inject({ method: 'DELETE', url: `/api/${kind}/a`, headers }))).toEqual([
      400,
      'MALFORMED',
    ]);
  });

  test('a node that is not down stays: 409', async () => {
    peer.answer = () => refused('CONFLICT');
    expect(problemIn(await app.inject({ method: 'DELETE', url: '/api/nodes/pi-1' }))).toEqual([
      409,
      'CONFLICT',
    ]);
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

  test('several documents, of YAML or as a list, are one request', async () => {
    const other = manifest.replace('home', 'shop').replace('hello', 'web');
    const owners = { manifests: [{ owner: 'home' }, { owner: 'shop' }] };
    expect((await apply(`${manifest}---\n${other}`)).statusCode).toBe(202);
    const list = JSON.stringify([parse(manifest), parse(other)]);
    expect((await apply(list, '', 'application/json')).statusCode).toBe(202);
    expect(peer.proposed).toMatchObject([owners, owners]);
    const wrong = await apply(`${manifest}---\n${other.replace('runtime: node', 'runtime: cobol')}`);
    expect(wrong.json()).toMatchObject({ errors: [{ path: '[1].spec.services[0].runtime', line: 9 }] });
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
    expect(problemIn(await apply(manifest, '?dryRun=true'))).toEqual([409, 'CONFLICT']);
  });

  test('every problem of a manifest is told with path and line: 422', async () => {
    const answer = await apply(manifest.replace('runtime: node', 'runtime: cobol, colour: red'));
    expect(problemIn(answer)).toEqual([422, 'INVALID']);
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
    expect(problemIn(await apply(text, query, type))).toEqual([400, 'MALFORMED']);
    expect(peer.proposed).toEqual([]);
  });

  test('a body that is not UTF-8, or is not there, is malformed', async () => {
    const headers = { 'content-type': 'application/yaml' };
    const payload = Buffer.from([0x61, 0xff]);
    expect(problemIn(await app.inject({ method: 'POST', url: '/api/apply', headers, payload }))).toEqual([
      400,
      'MALFORMED',
    ]);
    expect(problemIn(await app.inject({ method: 'POST', url: '/api/apply' }))).toEqual([400, 'MALFORMED']);
  });
});
