// Selectors of lists and watches.

import { expect, test } from 'vitest';
import { servingLimits } from '../../src/lib/serving-limits.ts';
import { fieldSelector, labelSelector } from '../../src/api/selectors.ts';
import type { OrionObject } from '../../src/protocol/objects.ts';
import { assignmentRow, nodeRow, serviceRow } from './fake-rows.ts';

const labelled = (labels: Record<string, string>): OrionObject => {
  const row = nodeRow('n1');
  return { ...row, metadata: { ...row.metadata, labels } };
};

test.each([
  ['app=web', { app: 'web' }, true],
  ['app==web', { app: 'web' }, true],
  ['app = web', { app: 'web' }, true],
  ['app=web', { app: 'web-v2' }, false],
  ['app=web', {}, false],
  ['app=', { app: '' }, true],
  ['app!=web', { app: 'api' }, true],
  ['app!=web', {}, true],
  ['app!=web', { app: 'web' }, false],
  ['app', { app: '' }, true],
  ['app', {}, false],
  ['!app', {}, true],
  ['!app', { app: 'web' }, false],
  ['app in (web, api)', { app: 'api' }, true],
  ['app in (web,api)', { app: 'apis' }, false],
  ['app in (web)', {}, false],
  ['app notin (web)', {}, true],
  ['app notin (web,api)', { app: 'api' }, false],
  ['app=web,zone in (a,b),!old', { app: 'web', zone: 'b' }, true],
  ['app=web,zone in (a,b),!old', { app: 'web', zone: 'c' }, false],
  ['app=web,zone in (a,b),!old', { app: 'web', zone: 'a', old: '' }, false],
  ['orion.dev/tier=db', { 'orion.dev/tier': 'db' }, true],
  ['constructor', {}, false],
])('labelSelector %s of %j: %s', (selector, labels, selected) => {
  expect(labelSelector(selector)(labelled(labels))).toBe(selected);
});

test.each([
  ['metadata.name=web', true],
  ['metadata.name==web', true],
  ['metadata.name=we', false],
  ['kind=Service', true],
  ['kind!=Service', false],
  ['spec.replicas=3', true],
  ['spec.replicas!=3', false],
  ['spec.placement.strategy=spread,metadata.name!=api', true],
  ['spec.nothing=', false],
  ['spec.nothing!=x', true],
  ['spec.placement=spread', false],
  ['spec.constructor.name!=Object', true],
])('fieldSelector %s: %s', (selector, selected) => {
  expect(fieldSelector(selector)(serviceRow('web', 3))).toBe(selected);
});

test('an assignment is found by its node and its state', () => {
  const row = assignmentRow('a1', { node: 'pi-1', state: 'running' });
  expect(fieldSelector('spec.node=pi-1,status.state=running')(row)).toBe(true);
  expect(fieldSelector('spec.node=pi-1,status.state!=running')(row)).toBe(false);
});

test.each(['', ',', 'a=b,', 'a b', '=b', 'a in b', 'a in (b', 'a<b', 'a=b=c', 'ä=b', '!', 'a in (b),,c'])(
  'labelSelector %j is refused',
  (selector) => {
    expect(() => labelSelector(selector)).toThrow(expect.objectContaining({ code: 'MALFORMED' }));
  },
);

test.each(['', 'metadata', 'name=web', 'metadata.name', 'spec.=x', 'metadata..name=x', 'spec.node<x'])(
  'fieldSelector %j is refused',
  (selector) => {
    expect(() => fieldSelector(selector)).toThrow(expect.objectContaining({ code: 'MALFORMED' }));
  },
);

test('a selector has no more terms than it may', () => {
  const terms = (count: number): string => Array.from({ length: count }, (_, i) => `l${i}=x`).join();
  expect(() => labelSelector(terms(servingLimits.selectorTermsMax))).not.toThrow();
  expect(() => labelSelector(terms(servingLimits.selectorTermsMax + 1))).toThrow(/at most 32 terms/);
});

test('however many commas it has, a selector is parted in one pass', () => {
  const terms = ','.repeat(300_000); // looked at from each of them, this takes minutes
  for (const selector of [labelSelector, fieldSelector]) expect(() => selector(terms)).toThrow('300001');
});
