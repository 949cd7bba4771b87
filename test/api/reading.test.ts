import { beforeEach, describe, expect, test } from 'vitest';
import { type ErrorCode } from '../../src/lib/errors.ts';
import { assignmentRow, nodeRow, serviceRow, settingRow } from './fake-rows.ts';
import { app, peer, problemIn } from './harness.ts';

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
      expect(problemIn(await app.inject(`/api/settings/${name}`))).toEqual([404, 'NOT_FOUND']);
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
      expect(problemIn(answer)).toEqual([503, code]);
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
    expect(problemIn(await app.inject(`/api/nodes?${query}`))).toEqual([400, 'MALFORMED']);
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

test('a peer whose state differs answers no read, not even a stale one', async () => {
  peer.differs = 'the state of p1 differs';
  const answer = await app.inject({
    url: '/api/settings?consistency=stale',
    headers: { host: 'localhost' },
  });
  expect(problemIn(answer)).toEqual([503, 'NO_LEADER']);
});
