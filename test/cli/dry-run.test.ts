import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { paintFor, plain } from '../../src/cli/colour.ts';
import { renderDiff, renderDryRun } from '../../src/cli/dry-run.ts';
import type { ApplyAnswer } from '../../src/protocol/api.ts';

const answer: ApplyAnswer = {
  status: 'dryRun',
  resourceVersion: '9',
  changes: [
    { kind: 'Service', name: 'same', action: 'unchanged' },
    { kind: 'Service', name: 'web', action: 'updated' },
    { kind: 'Service', name: 'old', action: 'deleted' },
  ],
  diff: [
    { kind: 'Service', name: 'web', path: 'spec.replicas', before: 2, after: 3 },
    { kind: 'Service', name: 'web', path: 'spec.env.MODE', after: 'x'.repeat(200) },
    { kind: 'Service', name: 'web', path: 'spec.env.OLD', before: 'a\u001b[2J' },
    { kind: 'Service', name: 'old', path: 'spec.replicas', before: 1 },
  ],
  placement: [
    { service: 'web', index: 0, node: 'pi-1' },
    { service: 'web', index: 1, node: null, reason: '1 node(s) lack cpu' },
  ],
  warnings: ['one of them runs nowhere'],
};
const style = { isWide: false, hasTitles: true, paint: plain };

test('a diff names what changes, and each field of what stays', () => {
  expect(renderDiff(answer, style).split('\n')).toEqual([
    'service/web updated',
    '  ~ spec.replicas: 2 -> 3',
    expect.stringMatching(/^ {2}\+ spec\.env\.MODE: "x{99}\.\.\.$/),
    '  - spec.env.OLD: "a\\u001b[2J"',
    'service/old deleted',
    '',
  ]);
  expect(renderDiff({ ...answer, changes: answer.changes.slice(0, 1) }, style)).toBe('');
});

test('a dry run also names what stays as it is, where replicas would stand, and what is odd', () => {
  const lines = renderDryRun(answer, style).split('\n');
  expect(lines.slice(0, 2)).toEqual(['service/same unchanged (dry run)', 'service/web updated (dry run)']);
  expect(lines.slice(-4)).toEqual([
    'service/web: replica 0 on pi-1',
    'service/web: replica 1 nowhere: 1 node(s) lack cpu',
    'warning: one of them runs nowhere',
    '',
  ]);
  expect(renderDryRun({ ...answer, changes: [], diff: [], placement: [], warnings: [] }, style)).toBe(
    'nothing to change (dry run)\n',
  );
});

test('on a terminal what is new, gone and changed has a colour each', () => {
  const paint = paintFor(Object.assign(new Writable(), { isTTY: true }), {});
  expect(renderDiff(answer, { ...style, paint })).toContain('\u001b[33m~ spec.replicas: 2 -> 3\u001b[0m');
});
