import { expect, test } from 'vitest';
import { Lab } from './lab.ts';

test('putting a setting answers the object as it is afterwards', () => {
  const lab = new Lab();
  const created = lab.run({ kind: 'setting.put', name: 'motd', data: 'hello' });
  expect(created).toMatchObject({
    kind: 'object',
    created: true,
    object: { kind: 'Setting', metadata: { resourceVersion: '2', generation: 1 }, spec: { data: 'hello' } },
  });
  const replaced = lab.run({ kind: 'setting.put', name: 'motd', data: 'bye' });
  expect(replaced).toMatchObject({
    created: false,
    object: { metadata: { resourceVersion: '3', generation: 2 }, spec: { data: 'bye' } },
  });
  expect(lab.state.settings.get('motd')).toEqual(replaced.kind === 'object' && replaced.object);
});

test('putting what is there already keeps the version', () => {
  const lab = new Lab();
  lab.run({ kind: 'setting.put', name: 'motd', data: 'hello' });
  const again = lab.entry({ kind: 'setting.put', name: 'motd', data: 'hello' });
  expect(again.changes).toEqual([]);
  expect(again.result).toMatchObject({ created: false, object: { metadata: { resourceVersion: '2' } } });
});

test('a deleted setting is gone, and one put anew is another', () => {
  const lab = new Lab();
  lab.run({ kind: 'setting.put', name: 'motd', data: 'hello' });
  const before = lab.state.settings.get('motd');
  const deleted = lab.entry({ kind: 'setting.delete', name: 'motd' });
  expect(deleted).toEqual({ result: { kind: 'deleted' }, changes: [{ before, after: undefined }] });
  lab.run({ kind: 'setting.put', name: 'motd', data: 'hello' });
  expect(lab.state.settings.get('motd')?.metadata.uid).not.toBe(before?.metadata.uid);
});
