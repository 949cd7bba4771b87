// If-Match and If-None-Match, as docs/interface.md has them, for every command that takes them.

import { expect, test } from 'vitest';
import type { CommandBody, Preconditions } from '../../src/protocol/command.ts';
import { applying, Lab } from './lab.ts';

function labWithAll(): Lab {
  const lab = new Lab();
  lab.run(applying('shop', { there: {} }));
  lab.run({ kind: 'setting.put', name: 'there', data: 'a' });
  lab.register('there');
  lab.nodeState('there', 'down');
  return lab;
}

const commands: Record<string, (name: string, conditions: Preconditions) => CommandBody> = {
  'setting.put': (name, conditions) => ({ kind: 'setting.put', name, data: 'b', ...conditions }),
  'setting.delete': (name, conditions) => ({ kind: 'setting.delete', name, ...conditions }),
  'service.scale': (name, conditions) => ({ kind: 'service.scale', name, replicas: 2, ...conditions }),
  'service.delete': (name, conditions) => ({ kind: 'service.delete', name, ...conditions }),
  'node.delete': (name, conditions) => ({ kind: 'node.delete', name, ...conditions }),
};

const versionOf = (lab: Lab, kind: string): string => {
  const table = { setting: lab.state.settings, service: lab.state.services, node: lab.state.nodes }[
    kind.split('.')[0] as 'setting' | 'service' | 'node'
  ];
  return table.get('there')?.metadata.resourceVersion ?? '';
};

test.each(Object.keys(commands))('%s holds If-Match', (kind) => {
  const lab = labWithAll();
  const build = commands[kind] as (name: string, conditions: Preconditions) => CommandBody;
  const absent = kind === 'setting.put' ? 'PRECONDITION_FAILED' : 'NOT_FOUND';
  expect(lab.refusal(build('absent', { ifMatch: '5' }))).toBe(absent);
  expect(lab.refusal(build('absent', { ifMatch: '*' }))).toBe(absent);
  expect(lab.refusal(build('there', { ifMatch: '1' }))).toBe('PRECONDITION_FAILED');
  expect(lab.refusal(build('there', { ifMatch: versionOf(lab, kind) }))).toBeUndefined();
  expect(labWithAll().refusal(build('there', { ifMatch: '*' }))).toBeUndefined();
});

test.each(Object.keys(commands).filter((kind) => kind !== 'setting.put'))(
  '%s of an absent object is NOT_FOUND',
  (kind) => {
    const build = commands[kind] as (name: string, conditions: Preconditions) => CommandBody;
    expect(labWithAll().refusal(build('absent', {}))).toBe('NOT_FOUND');
  },
);

test('If-None-Match: * creates once', () => {
  const lab = new Lab();
  const put: CommandBody = { kind: 'setting.put', name: 'a', data: '1', ifNoneMatch: true };
  expect(lab.run(put)).toMatchObject({ kind: 'object', created: true });
  expect(lab.refusal(put)).toBe('PRECONDITION_FAILED');
});

test('a refusal says what is, once: the way out is the help that its code has', () => {
  const lab = labWithAll();
  const messages = [
    lab.run({ kind: 'service.delete', name: 'absent' }),
    lab.run({ kind: 'setting.put', name: 'there', data: 'b', ifNoneMatch: true }),
    lab.run({ kind: 'setting.put', name: 'absent', data: 'b', ifMatch: '*' }),
  ].map((result) => (result.kind === 'refused' ? result.message : result.kind));
  expect(messages).toEqual([
    'There is no Service "absent".',
    'It exists already, and If-None-Match asks that it does not.',
    'It does not exist, and If-Match asks that it does.',
  ]);
});
