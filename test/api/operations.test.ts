// What goes along with a user's write, and what can be asked of it afterwards.

import { expect, test } from 'vitest';
import { limits } from '../../src/lib/limits.ts';
import { present } from '../../src/lib/assert.ts';
import type { Origin } from '../../src/protocol/command.ts';
import type { AuditAnswer } from '../../src/protocol/operations.ts';
import type { OperationRow } from '../../src/protocol/records.ts';
import { serviceRow, settingRow } from './fake-rows.ts';
import { app, json, peer, problemIn, put } from './harness.ts';

const newest = (): Origin => present(peer.origins.at(-1), 'a write was submitted');

/** The origin of a PUT of `data` under `key`. */
async function keyed(key: string, data = 'x', more: { url?: string; headers?: Record<string, string> } = {}) {
  const { url = '/api/settings/motd', headers = {} } = more;
  const payload = JSON.stringify({ data });
  await app.inject({
    method: 'PUT',
    url,
    headers: { ...json, 'idempotency-key': key, ...headers },
    payload,
  });
  return newest();
}

test('a write says who asked for what, from where and with which program', async () => {
  await put('motd', { data: 'x' }, { 'user-agent': `curl/8 ${'é'.repeat(200)}` });
  expect(newest()).toMatchObject({
    actor: 'anonymous',
    method: 'PUT',
    path: '/api/settings/motd',
    from: '127.0.0.1',
    operation: expect.stringMatching(/^[0-9a-f]{32}$/),
  });
  expect(newest().agent).toMatch(/^curl\/8 \?+$/);
  expect(newest().agent).toHaveLength(limits.operationAgentCharsMax);
  expect(newest().bodyDigest).toBeUndefined();
});

test('every route that writes objects goes that way', async () => {
  peer.write({ after: serviceRow('hello') }, { after: settingRow('motd', 'x') });
  const before = peer.origins.length;
  const manifest = JSON.stringify({
    apiVersion: 'orion/v1',
    kind: 'Config',
    metadata: { name: 'shop' },
    spec: {},
  });
  const requests = [
    ['PUT', '/api/settings/motd', '{"data":"x"}'],
    ['DELETE', '/api/settings/motd', undefined],
    ['POST', '/api/services/hello/scale', '{"replicas":2}'],
    ['POST', '/api/services/hello/restart', '{}'],
    ['POST', '/api/services/hello/undo', '{}'],
    ['DELETE', '/api/services/hello', undefined],
    ['DELETE', '/api/nodes/pi-1', undefined],
    ['POST', '/api/apply?prune=true', manifest.replace('{}', '{"services":[]}')],
  ] as const;
  for (const [method, url, payload] of requests) {
    const headers = { host: 'localhost', ...(payload === undefined ? {} : json) };
    await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
  }
  expect(peer.origins.slice(before).map(({ method, path }) => `${method} ${path}`)).toEqual(
    requests.map(([method, url]) => `${method} ${url.split('?', 1)[0]}`),
  );
});

test('without a key each request is an operation of its own', async () => {
  await put('motd', { data: 'x' });
  const first = newest();
  await put('motd', { data: 'x' });
  expect(newest().operation).not.toBe(first.operation);
});

test('with a key the operation follows from key, method and path, and the rest of the request goes along', async () => {
  const first = await keyed('k');
  expect(await keyed('k')).toEqual(first);
  expect((await keyed('other')).operation).not.toBe(first.operation);
  expect((await keyed('k', 'x', { url: '/api/settings/other' })).operation).not.toBe(first.operation);
  const others = [
    await keyed('k', 'y'),
    await keyed('k', 'x', { headers: { 'if-match': '"1"' } }),
    await keyed('k', 'x', { headers: { 'if-none-match': '*' } }),
  ];
  for (const other of others) {
    expect(other.operation).toBe(first.operation);
    expect(other.bodyDigest).not.toBe(first.bodyDigest);
  }
  expect(new Set(others.map(({ bodyDigest }) => bodyDigest)).size).toBe(3);
});

test('a key of the client library says since when it may have been used; any other says nothing', async () => {
  expect((await keyed('rv:4711:abc')).since).toBe(4711);
  for (const key of ['4711', 'rv:x:abc', 'rv:4711', `rv:${'9'.repeat(20)}:abc`, 'RV:1:a']) {
    expect((await keyed(key)).since).toBeUndefined();
  }
});

test.each(['', ' ', 'a b', 'a\tb', 'é', 'x'.repeat(129)])('the key %j is refused', async (key) => {
  expect(problemIn(await put('motd', { data: 'x' }, { 'idempotency-key': key }))).toEqual([400, 'MALFORMED']);
  expect(peer.proposed).toEqual([]);
});

test('the longest key is taken, and a change of members takes none', async () => {
  expect((await put('motd', { data: 'x' }, { 'idempotency-key': '~'.repeat(128) })).statusCode).toBe(201);
  for (const [method, url] of [
    ['DELETE', '/api/cluster/peers/pi-2'],
    ['POST', '/api/cluster/peers'],
    ['POST', '/api/cluster/peers/pi-2/promote'],
    ['POST', '/api/cluster/transfer'],
  ] as const) {
    const answer = await app.inject({ method, url, headers: { 'idempotency-key': 'k' } });
    expect(problemIn(answer)).toEqual([400, 'MALFORMED']);
  }
  expect([peer.changes, peer.transfers]).toEqual([[], []]);
});

test('a repeat has the ETag of the first, and the object as it is now', async () => {
  const object = settingRow('motd', 'now', 9);
  peer.answer = () => ({ kind: 'object', created: true, object, version: '5' });
  const answer = await put('motd', { data: 'then' }, { 'idempotency-key': 'k' });
  expect([answer.statusCode, answer.headers.etag]).toEqual([201, '"5"']);
  expect(answer.json()).toMatchObject({ metadata: { resourceVersion: '9' }, spec: { data: 'now' } });
});

test('a write whose outcome is unknown says where to ask for it; nothing else does', async () => {
  peer.failures.push('OUTCOME_UNKNOWN');
  const unknown = await put('motd', { data: 'x' });
  const { operation } = unknown.json<{ operation: string }>();
  expect([unknown.statusCode, operation]).toEqual([504, `/api/operations/${newest().operation}`]);
  peer.failures.push('NO_LEADER');
  expect((await put('motd', { data: 'x' })).json()).not.toHaveProperty('operation');
  peer.failures.push('OUTCOME_UNKNOWN');
  const change = await app.inject({ method: 'DELETE', url: '/api/cluster/peers/pi-2' });
  expect(change.json()).toMatchObject({ operation: `/api/operations/${peer.askers.at(-1)?.operation}` });
  peer.failures.push('OUTCOME_UNKNOWN');
  const transfer = await app.inject({ method: 'POST', url: '/api/cluster/transfer' });
  expect(transfer.json()).not.toHaveProperty('operation'); // it is written down once it is seen to have ended
});

test('a change of members says who asked for what, from where and with which program', async () => {
  const headers = { 'user-agent': 'curl/8' };
  await app.inject({ method: 'DELETE', url: '/api/cluster/peers/pi-2', headers });
  await app.inject({ method: 'POST', url: '/api/cluster/peers/pi-2/promote', headers });
  await app.inject({ method: 'POST', url: '/api/cluster/transfer', headers });
  const who = { actor: 'anonymous', from: '127.0.0.1', agent: 'curl/8' };
  expect(peer.askers).toMatchObject([
    { ...who, method: 'DELETE', path: '/api/cluster/peers/pi-2' },
    { ...who, method: 'POST', path: '/api/cluster/peers/pi-2/promote' },
    { ...who, method: 'POST', path: '/api/cluster/transfer' },
  ]);
  expect(new Set(peer.askers.map(({ operation }) => operation)).size).toBe(3);
});

function row(index: number, more: Partial<OperationRow> = {}): OperationRow {
  return {
    kind: 'Operation',
    id: `id-${index}`,
    index,
    time: '2026-01-01T00:00:00.000Z',
    actor: 'anonymous',
    method: 'PUT',
    path: '/api/settings/motd',
    from: '127.0.0.1',
    agent: 'curl/8',
    code: 'OK',
    status: 200,
    ...more,
  };
}

test('an operation can be asked for: applied, refused, or unknown so far', async () => {
  peer.view.operationRows.set('id-1', row(1));
  peer.view.operationRows.set('id-2', row(2, { code: 'NOT_FOUND', status: 404, message: 'no' }));
  const ask = (id: string) => app.inject({ url: `/api/operations/${id}` });
  const { kind: _kind, ...told } = row(1);
  expect((await ask('id-1')).json()).toEqual({ ...told, state: 'applied' });
  expect((await ask('id-2')).json()).toMatchObject({ state: 'refused', code: 'NOT_FOUND', status: 404 });
  expect(problemIn(await ask('id-3'))).toEqual([404, 'NOT_FOUND']);
  expect(peer.barriers).toBe(3);
  peer.barrierFailure = 'NO_LEADER';
  expect(problemIn(await ask('id-1'))).toEqual([503, 'NO_LEADER']);
});

test('a page of large operations is written in pieces', async () => {
  const changes = Array.from({ length: 500 }, (_, i) => ({
    kind: 'Service' as const,
    name: `service-${i}`,
    action: 'unchanged' as const,
  }));
  for (let index = 1; index <= 20; index += 1)
    peer.view.operationRows.set(`id-${index}`, row(index, { changes }));
  const answer = await app.inject({ url: '/api/audit?limit=20' });
  expect(answer.headers['content-length']).toBeUndefined();
  expect(answer.json<AuditAnswer>().items.map(({ index }) => index)).toEqual(
    Array.from({ length: 20 }, (_, i) => 20 - i),
  );
  expect(answer.json<AuditAnswer>()).toMatchObject({ resourceVersion: '1' });
  expect(answer.json<AuditAnswer>().items[0]?.changes).toEqual(changes);
});

test('the audit pages from the newest to the oldest, and says how many are left', async () => {
  for (let index = 1; index <= 7; index += 1) peer.view.operationRows.set(`id-${index}`, row(index));
  const seen: number[] = [];
  let next: string | undefined;
  do {
    const from = next === undefined ? '' : `&continue=${next}`;
    const page = (await app.inject({ url: `/api/audit?limit=3${from}` })).json<{
      items: { index: number }[];
      continue?: string;
      remaining?: number;
    }>();
    seen.push(...page.items.map(({ index }) => index));
    expect(page.remaining ?? 0).toBe(7 - seen.length);
    next = page.continue;
  } while (next !== undefined);
  expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1]);
  for (const query of ['limit=0', `limit=${limits.auditPageMax + 1}`, 'continue=x', 'from=1']) {
    expect(problemIn(await app.inject({ url: `/api/audit?${query}` }))).toEqual([400, 'MALFORMED']);
  }
});
