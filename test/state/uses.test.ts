// Settings in services: what apply makes of them.

import { expect, test } from 'vitest';
import { limits } from '../../src/lib/limits.ts';
import type { CommandBody } from '../../src/protocol/command.ts';
import { applying, Lab } from './lab.ts';

const put = (name: string, data: string): CommandBody => ({ kind: 'setting.put', name, data });
const usingDb = { env: { URL: 'pg://${settings.db}' }, files: [{ setting: 'conf', path: 'app.conf' }] };

/** A service that uses the settings db and conf, and a node for it. */
function labWith(): Lab {
  const lab = new Lab();
  lab.register('node1');
  lab.run(put('db', 'one'));
  lab.run(put('conf', 'a=1'));
  lab.run(applying('shop', { web: usingDb, other: {} }));
  return lab;
}

test('a setting that is not there refuses the whole request, with the path of each use', () => {
  const lab = new Lab();
  lab.run(put('db', 'one'));
  const refused = lab.run(applying('shop', { fine: {}, web: usingDb }));
  expect(refused).toMatchObject({
    code: 'INVALID',
    issues: [
      { path: 'spec.services[1].files[0].setting', message: 'there is no setting "conf": put it first' },
    ],
  });
  expect(lab.state.services.size).toBe(0);
});

test('an assignment holds the values that the settings had when it was created', () => {
  const lab = labWith();
  const { workload } = lab.assignment(lab.place('web', 0, 'node1')).spec;
  expect(workload.env).toEqual({ URL: 'pg://one' });
  expect(workload.files).toEqual([{ setting: 'conf', path: 'app.conf', data: 'a=1' }]);
  expect(lab.service('web').spec.env).toEqual(usingDb.env);
});

test('another text is a new revision of each service that uses it, in the same entry; the generation stays', () => {
  const lab = labWith();
  const other = lab.service('other');
  lab.run(put('db', 'two'));
  const { metadata, status } = lab.service('web');
  expect(status.revision).toBe(2);
  expect(metadata).toMatchObject({ generation: 1, resourceVersion: String(lab.state.appliedIndex) });
  expect(status.conditions).toContainEqual(
    expect.objectContaining({ type: 'Progressing', status: 'True', reason: 'RollingOut' }),
  );
  expect(lab.service('other')).toEqual(other);
  expect(lab.assignment(lab.place('web', 0, 'node1')).spec.workload.env).toEqual({ URL: 'pg://two' });
});

test('the same text again restarts nothing', () => {
  const lab = labWith();
  expect(lab.entry(put('db', 'one')).changes).toEqual([]);
});

test('a creation that was planned before a setting changed is refused', () => {
  const lab = labWith();
  const planned = lab.creation('web', 0, 'node1');
  lab.run(put('db', 'two'));
  expect(lab.refusal(planned)).toBe('STALE');
});

test('a setting that is used is not deleted, and says by whom; once nobody uses it, it goes', () => {
  const lab = labWith();
  const remove: CommandBody = { kind: 'setting.delete', name: 'conf' };
  expect(lab.run(remove)).toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('"web"') as string,
  });
  lab.run(applying('shop', { web: { env: usingDb.env } }));
  expect(lab.run(remove)).toEqual({ kind: 'deleted' });
  lab.run({ kind: 'service.delete', name: 'web' });
  expect(lab.run({ kind: 'setting.delete', name: 'db' })).toEqual({ kind: 'deleted' });
});

test('a text with which a service could not run is refused, and changes nothing', () => {
  const lab = labWith();
  const longest = limits.environmentBytesMax - 'URL=pg://'.length;
  expect(lab.run(put('db', 'x'.repeat(longest + 1)))).toMatchObject({
    code: 'INVALID',
    issues: [
      { path: 'data', message: expect.stringMatching(/^service "web", env\.URL: NAME=value/) as string },
    ],
  });
  expect(lab.refusal(put('db', 'a\0b'))).toBe('INVALID');
  expect(lab.state.settings.get('db')?.spec.data).toBe('one');
  expect(lab.service('web').status.revision).toBe(1);
  expect(lab.refusal(put('db', 'x'.repeat(longest)))).toBeUndefined();
  expect(lab.refusal(put('conf', 'NUL\0 may stand in a file'))).toBeUndefined();
});

test('a node takes no more than its agent can be told of in one message', () => {
  const lab = new Lab();
  lab.register('node1');
  lab.run(put('conf', 'x'.repeat(limits.settingBytesMax)));
  const files = ['a', 'b', 'c'].map((path) => ({ setting: 'conf', path }));
  lab.run(applying('shop', { web: { files, replicas: 100 } }));
  let placed = 0;
  while (lab.refusal(lab.creation('web', placed, 'node1')) === undefined) placed += 1;
  const rows = lab.state.assignmentsOfNode('node1');
  expect(rows).toHaveLength(placed);
  expect(placed).toBe(19);
  expect(JSON.stringify(rows.map(({ spec }) => spec)).length).toBeLessThan(limits.agentSetBytesMax);
});
