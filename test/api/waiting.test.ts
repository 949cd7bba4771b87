// What a peer answers whose disk has no room to be opened: why, and nothing else.

import { expect, test } from 'vitest';
import { buildWaitingApi } from '../../src/api/waiting.ts';
import { clusterViewSchema } from '../../src/protocol/api.ts';

const reason =
  'opening /data failed: no space left. Make room on that disk (df): this peer goes on by itself.';
const peers = ['pi-1', 'pi-2', 'pi-3'].map((id, i) => ({
  id,
  api: `http://10.0.0.${i + 1}:6060`,
  raft: `10.0.0.${i + 1}:7060`,
}));
const app = buildWaitingApi({ clusterName: 'home', self: 'pi-2', peers, version: '1', reason, sinceMs: 17 });
const headers = { host: '10.0.0.2:6060' };

test('it lives, is not ready, and shows the alarm with the peers of the file', async () => {
  expect((await app.inject({ url: '/livez', headers })).statusCode).toBe(200);
  const ready = await app.inject({ url: '/readyz', headers });
  expect([ready.statusCode, ready.json()]).toEqual([503, { status: 'unavailable', reasons: [reason] }]);
  const view = clusterViewSchema.parse((await app.inject({ url: '/api/cluster', headers })).json());
  expect(view.alarms).toEqual([{ peer: 'pi-2', kind: 'disk-full', message: reason, sinceMs: 17 }]);
  expect(view.peers.map(({ id }) => id)).toEqual(['pi-1', 'pi-2', 'pi-3']);
});

test.each([
  ['GET', '/api/services'],
  ['PUT', '/api/settings/a'],
  ['GET', '/nowhere'],
] as const)('%s %s is refused for now, as something that another peer does', async (method, url) => {
  const answer = await app.inject({ method, url, headers });
  expect(answer.statusCode).toBe(503);
  expect(answer.json()).toMatchObject({ code: 'NO_LEADER', detail: expect.stringContaining(reason) });
});

test('nobody is answered who calls it by a foreign name', async () => {
  for (const url of ['/livez', '/api/cluster', '/nowhere']) {
    expect((await app.inject({ url, headers: { host: 'evil.example' } })).statusCode).toBe(403);
  }
});
