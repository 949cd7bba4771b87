// A running cluster against its own OpenAPI document: every operation, each of its statuses, and every error code is seen
// at least once; what was not is named. The tests are one course of events, in order.

import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpenApiDocument } from '../../src/api/openapi.ts';
import { limits } from '../../src/lib/limits.ts';
import { servingLimits } from '../../src/lib/serving-limits.ts';
import type { AuditAnswer } from '../../src/protocol/operations.ts';
import type { Event, Node } from '../../src/protocol/objects.ts';
import { Cluster } from '../e2e/cluster.ts';
import { request } from '../e2e/http.ts';
import type { Peer } from '../e2e/peer.ts';
import { largeManifest } from '../e2e/services.ts';
import { whileAged } from './aged.ts';
import { manifestOf, nodeName, service, soundAsks } from './asks.ts';
import { type Ask, Contract } from './contract.ts';
import { slowWatcher } from './slow-watcher.ts';
import { untilRefused, whileOthersSleep } from './strikes.ts';
import { connections, exchange } from './raw.ts';
import { parseAnswer, send } from './wire.ts';

/** Longer than a leader takes a silent peer for one that answers. */
const missedMs = 2_000;

const putSetting = 'put /api/settings/{name}';

let cluster: Cluster;
let contract: Contract;
let joiner: Peer;
let sound: Readonly<Record<string, Ask>>;

/** A peer that answers now, and does not lead. */
const anyApi = async (): Promise<string> => (await cluster.followers())[0]!.api;

beforeAll(async () => {
  cluster = await Cluster.start();
  joiner = await cluster.addPeer();
  const { body } = await request<OpenApiDocument>(`${await anyApi()}/api/openapi.json`);
  contract = new Contract(body);
  const { id, api, raft } = joiner;
  sound = soundAsks({ manifest: manifestOf(cluster, 'contract'), joiner: { id, api, raft } });
});

afterAll(() => cluster.stop());

test('whatever the operation: a foreign host, an unknown parameter, a body too large or of another type', async () => {
  const api = await anyApi();
  for (const name of contract.answering(403)) {
    await contract.expect(api, name, '403 FORBIDDEN', { headers: { host: 'evil.example' } });
  }
  for (const name of contract.answering(400)) {
    await contract.expect(api, name, '400 MALFORMED', { query: 'nonsense=1' });
  }
  for (const name of contract.answering(415)) {
    const headers = { 'content-type': 'text/plain' };
    await contract.expect(api, name, '415 UNSUPPORTED_MEDIA_TYPE', { headers, body: 'x' });
  }
  for (const name of contract.answering(413)) {
    const headers = { 'content-length': String(limits.bodyBytesMax + 1) };
    await contract.expect(api, name, '413 TOO_LARGE', { headers, body: {}, bodyStaysAway: true });
  }
});

test('clients that are slow, say too much in their headers, or have too many connections', async () => {
  const api = await anyApi();
  const patienceMs = 2 * servingLimits.headerReadMs; // longer than a peer waits for the head of a request
  const slow = contract.answering(408).map(async (name) => {
    const text = await exchange(api, `${name.toUpperCase()} HTTP/1.1\r\nhost: `, { patienceMs });
    expect(contract.judge(name, parseAnswer(text))).toBe('408 TIMEOUT');
  });
  for (const name of contract.answering(431)) {
    const headers = { 'x-large': 'x'.repeat(servingLimits.headerBytesMax) };
    await contract.expect(api, name, '431 HEADERS_TOO_LARGE', { headers });
  }
  const at = { cluster, contract, api };
  const greedy = await connections(api, servingLimits.connectionsPerClientMax, '127.0.0.2');
  await untilRefused(at, '127.0.0.2', '429 RATE_LIMITED');
  const rest = servingLimits.connectionsMax - servingLimits.connectionsPerClientMax;
  const others = await connections(api, rest, '127.0.0.3');
  await untilRefused(at, '127.0.0.4', '503 BUSY');
  for (const socket of [...greedy, ...others]) socket.destroy();
  await Promise.all(slow);
});

test('what is not there: paths, methods, objects', async () => {
  const api = await anyApi();
  expect(contract.note(await send(api, { method: 'GET', target: '/nowhere' })).status).toBe(404);
  expect(contract.note(await send(api, { method: 'PATCH', target: '/api/cluster' })).status).toBe(405);
  for (const name of contract.answering(404)) {
    if (name === putSetting) continue; // it makes what is not there
    const ask = { ...sound[name], path: { name: 'absent', id: 'absent' } };
    const body = name.endsWith('/transfer') ? { to: 'absent' } : ask.body;
    await contract.expect(api, name, '404 NOT_FOUND', { ...ask, body });
  }
  const again = { ...sound[putSetting], headers: { 'idempotency-key': 'put' } };
  await contract.expect(api, putSetting, '201', again);
  await contract.expect(api, 'delete /api/settings/{name}', '204', sound['delete /api/settings/{name}']);
  await contract.expect(api, putSetting, '404 NOT_FOUND', again); // it was done, and is gone since
  for (const name of contract.refusing('INVALID')) {
    await contract.expect(api, name, '422 INVALID', { ...sound[name], body: { nonsense: true } });
  }
});

test('objects come and change', async () => {
  const api = await anyApi();
  const ask = (name: string, outcome: string, more: Ask = {}): ReturnType<Contract['expect']> =>
    contract.expect(api, name, outcome, { ...sound[name], ...more });
  await ask('put /api/settings/{name}', '201');
  await ask('put /api/settings/{name}', '200');
  await ask('post /api/apply', '200', { query: 'dryRun=true' });
  await ask('post /api/apply', '202');
  await ask('post /api/apply', '409 CONFLICT', { body: manifestOf(cluster, 'another') });
  await ask('delete /api/settings/{name}', '409 CONFLICT');
  await ask('post /api/services/{name}/undo', '409 CONFLICT', { body: {} });
  for (const name of contract.answering(412)) {
    await ask(name, '412 PRECONDITION_FAILED', { headers: { 'if-match': '"1"' } });
  }
  await ask('post /api/services/{name}/scale', '200');
  await ask('post /api/services/{name}/restart', '200');
  await ask('post /api/services/{name}/undo', '200');
  await ask('delete /api/nodes/{name}', '409 CONFLICT');
  for (const name of contract.refusing('IDEMPOTENCY_MISMATCH')) {
    const key = { 'idempotency-key': 'one' };
    await ask(name, '412 PRECONDITION_FAILED', { headers: { ...key, 'if-match': '"1"' } });
    await ask(name, '422 IDEMPOTENCY_MISMATCH', { headers: { ...key, 'if-match': '"2"' } });
  }
  const [assignment] = await cluster.untilRuns(service.name, 1);
  await ask('get /api/assignments/{name}', '200', { path: { name: assignment!.metadata.name } });
  const audit = await ask('get /api/audit', '200', { query: 'limit=1' });
  const { id } = (JSON.parse(audit.text) as AuditAnswer).items[0]!;
  await ask('get /api/operations/{id}', '200', { path: { id } });
  await cluster.until('an event tells of it', async () => {
    const [event] = await cluster.list<Event>('events');
    if (event === undefined) return false;
    await ask('get /api/events/{name}', '200', { path: { name: event.metadata.name } });
    return true;
  });
  await cluster.until('its line is there', async () => {
    const { text } = await ask('get /api/services/{name}/logs', '200');
    return text.includes('first line');
  });
  await cluster.agents[0]!.kill();
});

test('what changed so long ago, or so much, that it is not kept; a watcher that did not read hears so', async () => {
  const api = await anyApi();
  const watcher = await slowWatcher(api);
  const names = ['large-a', 'large-b', 'large-c'];
  for (const name of names)
    await contract.expect(api, 'post /api/apply', '202', { body: largeManifest(name) });
  const nothing = names.map((name) => Object.assign(largeManifest(name), { spec: { services: [] } }));
  await contract.expect(api, 'post /api/apply', '202', { body: nothing, query: 'prune=true' });
  for (const name of contract.refusing('EXPIRED')) {
    const query = name.endsWith('/watch') ? 'from=1' : 'at=1';
    await contract.expect(api, name, '410 EXPIRED', { ...sound[name], query });
  }
  expect(JSON.parse(contract.note(await watcher.end()).text)).toMatchObject({ code: 'SLOW_WATCHER' });
});

test('whatever can be read is read, on every peer', async () => {
  const reading = contract.operations.filter(
    ({ name }) => name.startsWith('get ') && !/assignments\/|events\/|operations\/|logs|backup/.test(name),
  );
  for (const { api } of cluster.peers.filter((peer) => peer.running)) {
    for (const { name } of reading) await contract.expect(api, name, '200', sound[name]);
  }
});

test('a backup is whole, and the next one at the same time is busy', async () => {
  const api = await anyApi();
  const data = 'x'.repeat(limits.settingBytesMax);
  for (let i = 0; i < 20; i += 1) {
    await request(`${api}/api/settings/large-${i}`, { method: 'PUT', body: { data } });
  }
  const slow = await fetch(`${api}/api/backup`);
  await contract.expect(api, 'get /api/backup', '503 BUSY');
  await slow.body?.cancel();
  await cluster.until('it is free again', async () => {
    const { status } = await contract.ask(api, 'get /api/backup');
    return status === 200;
  });
});

const add = 'post /api/cluster/peers';
const promote = 'post /api/cluster/peers/{id}/promote';
const remove = 'delete /api/cluster/peers/{id}';
const transfer = 'post /api/cluster/transfer';

test('members come, change and go', async () => {
  const api = await anyApi();
  const body = sound[add]!.body as object;
  await contract.expect(api, add, '409 ALREADY_MEMBER', { body: { ...body, id: 'peer-1' } });
  await contract.expect(api, add, '409 CONFLICT', sound[add]); // nobody listens there yet
  await startJoiner();
  await contract.expect(api, add, '202', sound[add]);
  joiner.pause();
  await contract.expect(api, 'put /api/settings/{name}', '200', sound['put /api/settings/{name}']);
  await contract.expect(api, promote, '409 LAGGING', sound[promote]);
  joiner.resume();
  await untilAnswered(api, promote, 200);
  await contract.expect(api, promote, '409 ALREADY_MEMBER', sound[promote]);
  await contract.expect(api, remove, '200', sound[remove]);
  await contract.expect(api, add, '409 REMOVED', sound[add]);
  await joiner.kill();
  rmSync(joiner.dataDir, { recursive: true });
  await contract.expect(api, transfer, '409 CONFLICT', { body: { to: (await cluster.leader()).id } });
  await contract.expect(api, transfer, '200', sound[transfer]);
});

test('a node that is down is forgotten, and what was made is deleted', async () => {
  const api = await anyApi();
  await cluster.until('the node is down', async () => {
    const { status, body } = await request<Node>(`${api}/api/nodes/${nodeName}`);
    return status === 200 && body.status.state === 'down';
  });
  for (const name of contract.answering(204)) await contract.expect(api, name, '204', sound[name]);
});

test('a key of so long ago that nobody knows any more whether it was used', async () => {
  const headers = { 'idempotency-key': 'rv:1:random' };
  await whileAged(async (api) => {
    for (const name of contract.refusing('IDEMPOTENCY_EXPIRED'))
      await contract.expect(api, name, '409 IDEMPOTENCY_EXPIRED', { ...sound[name], headers });
  });
});

test('while the other peers sleep nobody knows what becomes of a write', async () => {
  const writes = contract.answering(504).filter((name) => !name.includes('/api/cluster'));
  await whileOthersSleep(cluster, ({ api }) =>
    Promise.all(writes.map((name) => contract.expect(api, name, '504 OUTCOME_UNKNOWN', sound[name]))),
  );
  await whileOthersSleep(cluster, ({ api }) =>
    contract.expect(api, transfer, '504 OUTCOME_UNKNOWN', sound[transfer]),
  );
  await startJoiner();
  const asksToAdd = ({ api }: Peer): Promise<unknown> =>
    contract.expect(api, add, '504 OUTCOME_UNKNOWN', sound[add]);
  await whileOthersSleep(cluster, asksToAdd, joiner);
  await untilAnswered(await anyApi(), add, 202, 409); // it came, or comes now
  await whileOthersSleep(cluster, async ({ api }) => {
    const promoted = contract.expect(api, promote, '504 OUTCOME_UNKNOWN', sound[promote]);
    await untilAnswered(api, remove, 409);
    await promoted;
  });
  await whileOthersSleep(cluster, ({ api }) =>
    contract.expect(api, remove, '504 OUTCOME_UNKNOWN', sound[remove]),
  );
  await untilAnswered(await anyApi(), remove, 200, 404);
  await joiner.kill();
});

test('without a majority every peer says so, and does nothing', async () => {
  const leader = await cluster.leader();
  const [first, second] = (await cluster.followers()) as [Peer, Peer];
  await first.kill();
  await cluster.until('the leader misses it', async () => {
    const { peers } = await cluster.clusterView(leader);
    const { lastContactMs = null } = peers.find(({ id }) => id === first.id) ?? {};
    return lastContactMs === null || lastContactMs > missedMs;
  });
  await contract.expect(leader.api, remove, '409 QUORUM_AT_RISK', { path: { id: second.id } });
  await second.kill();
  await untilAnswered(leader.api, 'get /readyz', 503);
  const names = contract.answering(503).filter((name) => name !== 'get /metrics');
  await Promise.all(names.map((name) => contract.ask(leader.api, name, sound[name])));
  first.start();
  second.start();
  await cluster.ready();
  expect(contract.answering(503).length).toBeGreaterThan(10);
});

test('the last voter stays', async () => {
  const leader = await cluster.leader();
  for (const { id } of await cluster.followers()) {
    await contract.expect(leader.api, remove, '200', { path: { id } });
  }
  await contract.expect(leader.api, remove, '409 LAST_VOTER', { path: { id: leader.id } });
});

test('every answer was one of the document, and everything in it was answered', () => {
  expect(contract.failures).toEqual([]);
  expect(contract.missing(['INTERNAL'])).toEqual([]); // a bug: test/api/errors.test.ts
});

/** It waits to be added. */
async function startJoiner(): Promise<void> {
  joiner.start();
  await untilAnswered(joiner.api, 'get /readyz', 503);
}

/** Asks for what `name` does until it is answered with one of `statuses`. */
async function untilAnswered(api: string, name: string, ...statuses: readonly number[]): Promise<void> {
  await cluster.until(`${name} is answered with ${statuses.join(' or ')}`, async () => {
    const { status, text } = await contract.ask(api, name, sound[name]);
    if (statuses.includes(status)) return true;
    throw new Error(`${status} ${text}`);
  });
}
