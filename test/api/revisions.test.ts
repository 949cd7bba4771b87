// What the API says of revisions, and of settings that services use.

import { expect, test } from 'vitest';
import type { RevisionRow } from '../../src/protocol/records.ts';
import { spec } from '../state/lab.ts';
import { serviceRow } from './fake-rows.ts';
import { app, json, peer, problemIn } from './harness.ts';

const revision = (number: number, more: Partial<RevisionRow> = {}): RevisionRow => ({
  kind: 'Revision',
  service: 'web',
  serviceUid: 'u1',
  revision: number,
  index: number + 1,
  time: '2026-01-01T00:00:00.000Z',
  actor: 'anonymous',
  spec: spec(),
  labels: {},
  result: 'complete',
  ...more,
});

const post = (path: string, payload?: unknown, headers: Record<string, string> = {}) =>
  app.inject({
    method: 'POST',
    url: path,
    headers: { ...(payload === undefined ? {} : json), ...headers },
    ...(payload === undefined ? {} : { payload: JSON.stringify(payload) }),
  });

test('the revisions of a service are listed newest first', async () => {
  peer.write({ after: serviceRow('web') });
  peer.view.revisionRows.push(revision(1), revision(2, { repeats: 1, result: 'failed' }));
  const answer = await app.inject({ url: '/api/services/web/revisions' });
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toEqual({
    items: [
      {
        revision: 2,
        time: '2026-01-01T00:00:00.000Z',
        actor: 'anonymous',
        result: 'failed',
        spec: spec(),
        labels: {},
        repeats: 1,
      },
      expect.objectContaining({ revision: 1, result: 'complete' }),
    ],
    resourceVersion: String(peer.view.appliedIndex),
  });
  expect(problemIn(await app.inject({ url: '/api/services/absent/revisions' }))).toEqual([404, 'NOT_FOUND']);
});

test('undo and restart reach the state with what they ask for, and answer the service', async () => {
  peer.answer = () => ({ kind: 'object', created: false, object: serviceRow('web') });
  const answers = [
    await post('/api/services/web/undo'),
    await post('/api/services/web/undo', {}),
    await post('/api/services/web/undo', { revision: 3 }, { 'if-match': '"7"' }),
    await post('/api/services/web/restart'),
    await post('/api/services/web/restart', {}, { 'if-match': '*' }),
  ];
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200, 200]);
  expect(answers[0]?.json()).toMatchObject({ kind: 'Service', metadata: { name: 'web' } });
  expect(peer.proposed).toEqual([
    { kind: 'service.undo', name: 'web' },
    { kind: 'service.undo', name: 'web' },
    { kind: 'service.undo', name: 'web', revision: 3, ifMatch: '7' },
    { kind: 'service.restart', name: 'web' },
    { kind: 'service.restart', name: 'web', ifMatch: '*' },
  ]);
});

test.each([
  ['undo', { revision: 0 }],
  ['undo', { revision: '1' }],
  ['undo', { revision: 1.5 }],
  ['undo', { revison: 1 }],
  ['undo', []],
  ['restart', { now: true }],
])('%s refuses the body %j', async (action, body) => {
  expect(problemIn(await post(`/api/services/web/${action}`, body))).toEqual([422, 'INVALID']);
  expect(peer.proposed).toEqual([]);
});

const manifest = `apiVersion: orion/v1
kind: Config
metadata: {name: shop}
spec:
  services:
    - name: web
      path: /srv
      runtime: node
      entry: s.js
      env:
        DB: \${settings.db}
`;

const apply = (payload: string, headers: Record<string, string> = {}) =>
  app.inject({
    method: 'POST',
    url: '/api/apply',
    headers: { 'content-type': 'application/yaml', ...headers },
    payload,
  });

test('what only the state can judge is told with the line where it stands', async () => {
  const issue = (path: string) => ({ path, message: 'there is no setting "db": put it first' });
  const refusing = (path: string) => () => ({
    kind: 'refused' as const,
    code: 'INVALID' as const,
    message: 'no',
    issues: [issue(path)],
  });
  peer.answer = refusing('spec.services[0].env.DB');
  const one = await apply(manifest);
  expect(problemIn(one)).toEqual([422, 'INVALID']);
  expect(one.json()).toMatchObject({ errors: [{ ...issue('spec.services[0].env.DB'), line: 11 }] });
  peer.answer = refusing('[1].spec.services[0].env.DB');
  const second = manifest.replace('web', 'api');
  const two = await apply(`${manifest}---\n${second}`);
  expect(two.json()).toMatchObject({ errors: [{ line: 23 }] });
});

test('apply passes preconditions on: whoever edits one service asks that it is as it was read', async () => {
  await apply(manifest, { 'if-match': '"7"' });
  await apply(manifest, { 'if-none-match': '*' });
  expect(peer.proposed).toMatchObject([{ ifMatch: '7' }, { ifNoneMatch: true }]);
});
