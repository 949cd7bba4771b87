// What a dry run answers: the request's own judgement, the difference it would make, and what the scheduler says.

import { expect, test } from 'vitest';
import { diffOf } from '../../src/api/diff.ts';
import { buildApi } from '../../src/api/api.ts';
import { createBodies } from '../../src/api/bodies.ts';
import { OrionError } from '../../src/lib/errors.ts';
import type { Service } from '../../src/protocol/objects.ts';
import { refused } from './fake-control-plane.ts';
import { noPlan } from './no-plan.ts';
import { serviceRow, settingRow } from './fake-rows.ts';
import { app, json, peer, problemIn } from './harness.ts';

const hello = serviceRow('hello', 1);
const changed: Service = {
  ...hello,
  metadata: { ...hello.metadata, labels: { tier: 'web' }, resourceVersion: '99' },
  spec: { ...hello.spec, replicas: 3, env: { A: '1' }, args: ['a', 'b'] },
  status: { ...hello.status, revision: 2 },
};

test('the difference of a service is what was asked, value by value, a list as one', () => {
  expect(diffOf([{ before: hello, after: changed }])).toEqual([
    { kind: 'Service', name: 'hello', path: 'metadata.labels.tier', after: 'web' },
    { kind: 'Service', name: 'hello', path: 'spec.args', before: [], after: ['a', 'b'] },
    { kind: 'Service', name: 'hello', path: 'spec.env.A', after: '1' },
    { kind: 'Service', name: 'hello', path: 'spec.replicas', before: 1, after: 3 },
  ]);
});

test('a service that comes or goes is told whole, what is no service not at all', () => {
  const came = diffOf([{ before: undefined, after: hello }]);
  expect(came).toContainEqual({ kind: 'Service', name: 'hello', path: 'spec.runtime', after: 'node' });
  expect(came.some((one) => 'before' in one)).toBe(false);
  const went = diffOf([{ before: hello, after: undefined }]);
  expect(went).toContainEqual({ kind: 'Service', name: 'hello', path: 'spec.replicas', before: 1 });
  expect(diffOf([{ before: undefined, after: settingRow('motd', 'x') }])).toEqual([]);
});

test('a list whose values have their keys in another order is the same list', () => {
  const kept: Service = { ...hello, spec: { ...hello.spec, files: [{ path: 'a', setting: 's' }] } };
  const asked: Service = { ...hello, spec: { ...hello.spec, files: [{ setting: 's', path: 'a' }] } };
  expect(diffOf([{ before: kept, after: asked }])).toEqual([]);
});

const manifest = {
  apiVersion: 'orion/v1',
  kind: 'Config',
  metadata: { name: 'shop' },
  spec: { services: [{ name: 'hello', path: '/srv', runtime: 'node', entry: 'a.js' }] },
};

test('a dry run answers changes, difference, placement and warnings, and submits nothing', async () => {
  peer.trialChanges = [{ before: hello, after: changed }];
  const payload = JSON.stringify(manifest);
  const answer = await app.inject({
    method: 'POST',
    url: '/api/apply?dryRun=true',
    headers: json,
    payload,
  });
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toEqual({
    status: 'dryRun',
    resourceVersion: String(peer.view.appliedIndex),
    changes: [{ kind: 'Service', name: 'hello', action: 'created' }],
    diff: diffOf(peer.trialChanges),
    placement: [],
    warnings: [],
  });
  expect(peer.proposed).toEqual([]);
  peer.answer = () => refused('CONFLICT');
  const refusal = await app.inject({
    method: 'POST',
    url: '/api/apply?dryRun=true',
    headers: json,
    payload,
  });
  expect(problemIn(refusal)).toEqual([409, 'CONFLICT']);
});

test('what the state refuses is told without lines where nobody has time to find them', async () => {
  const issues = [{ path: 'spec.services[0].env.A', message: 'there is no setting "a": put it first' }];
  peer.answer = () => ({ kind: 'refused', code: 'INVALID', message: 'mend it', issues });
  const busy = new OrionError('BUSY', 'too many large bodies');
  const api = buildApi({
    controlPlane: peer,
    bodies: { ...createBodies(), lines: () => Promise.reject(busy) },
    metrics: { contentType: 'text/plain', text: async () => '', onRequest: () => undefined },
    logs: { open: () => () => undefined },
    plan: noPlan,
    allowedHosts: [],
    log: () => undefined,
  });
  for (const url of ['/api/apply', '/api/apply?dryRun=true']) {
    const payload = JSON.stringify(manifest);
    const answer = await api.app.inject({ method: 'POST', url, headers: json, payload });
    expect(problemIn(answer)).toEqual([422, 'INVALID']);
    expect(answer.json()).toMatchObject({ errors: issues });
  }
  await api.app.close();
});
