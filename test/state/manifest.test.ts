import { expect, test } from 'vitest';
import type { CommandBody } from '../../src/protocol/command.ts';
import { applying, Lab, spec } from './lab.ts';

const actionsOf = (lab: Lab, body: CommandBody): unknown => {
  const result = lab.run(body);
  return result.kind === 'applied' ? result.changes.map(({ name, action }) => [name, action]) : result;
};

test('applying creates services with an owner, and resourceVersion is the index of the entry', () => {
  const lab = new Lab();
  expect(actionsOf(lab, applying('shop', { web: {}, api: { replicas: 2 } }))).toEqual([
    ['web', 'created'],
    ['api', 'created'],
  ]);
  const { metadata, status } = lab.service('api');
  expect(metadata).toMatchObject({ owner: 'shop', generation: 1, resourceVersion: '2' });
  expect(metadata.createdAt).toBe(new Date(lab.time).toISOString());
  expect(metadata.uid).not.toBe(lab.service('web').metadata.uid);
  expect(status).toMatchObject({ desired: 2, running: 0, ready: 0, revision: 1, observedGeneration: 0 });
});

test('applying the same again changes nothing, whatever the order of keys', () => {
  const lab = new Lab();
  lab.run(applying('shop', { web: { env: { A: '1', B: '2' } } }));
  const again = lab.entry(applying('shop', { web: { env: { B: '2', A: '1' } } }));
  expect(again.result).toMatchObject({ changes: [{ name: 'web', action: 'unchanged' }] });
  expect(again.changes).toEqual([]);
  expect(lab.service('web').metadata.resourceVersion).toBe('2');
});

test('generation rises with every change of the spec, revision only with what replicas run', () => {
  const lab = new Lab();
  lab.run(applying('shop', { web: {} }));
  const figures = (): number[] => {
    const { metadata, status } = lab.service('web');
    return [metadata.generation, status.revision];
  };
  lab.run(applying('shop', { web: { replicas: 3 } }));
  expect(figures()).toEqual([2, 1]);
  lab.run(
    applying('shop', { web: { replicas: 3, placement: { labels: { disk: 'ssd' }, strategy: 'spread' } } }),
  );
  expect(figures()).toEqual([3, 1]);
  lab.run(applying('shop', { web: { args: ['--fast'] } }));
  expect(figures()).toEqual([4, 2]);
  lab.run(applying('shop', { web: { args: ['--fast'] } }, { labels: { tier: 'front' } }));
  expect(figures()).toEqual([4, 2]);
  expect(lab.service('web').metadata).toMatchObject({ labels: { tier: 'front' }, resourceVersion: '6' });
});

test('another owner’s service is never touched: the whole request is refused', () => {
  const lab = new Lab();
  lab.run(applying('shop', { web: {} }));
  const outcome = lab.entry(applying('blog', { posts: {}, web: { replicas: 9 } }));
  expect(outcome.result).toMatchObject({
    kind: 'refused',
    code: 'CONFLICT',
    issues: [{ path: 'spec.services[1].name' }],
  });
  expect(outcome.changes).toEqual([]);
  expect(lab.state.services.get('posts')).toBeUndefined();
  expect(lab.service('web').spec.replicas).toBe(1);
});

test('a name that is listed twice, in one manifest or in two, is invalid', () => {
  const lab = new Lab();
  const one = { name: 'web', labels: {}, spec: spec() };
  const twice: CommandBody = {
    kind: 'manifest.apply',
    prune: false,
    manifests: [
      { owner: 'shop', services: [one] },
      { owner: 'blog', services: [one] },
    ],
  };
  expect(lab.run(twice)).toMatchObject({
    code: 'INVALID',
    issues: [{ path: '[1].spec.services[0].name' }],
  });
  expect(lab.state.services.size).toBe(0);
});

test('prune deletes what the owners in the request applied before and no longer list, and nothing else', () => {
  const lab = new Lab();
  lab.run(applying('shop', { web: {}, api: {} }));
  lab.run(applying('shop-2', { other: {} }));
  expect(actionsOf(lab, applying('shop', { web: {} }))).toEqual([['web', 'unchanged']]);
  expect(actionsOf(lab, applying('shop', { web: {} }, { prune: true }))).toEqual([
    ['web', 'unchanged'],
    ['api', 'deleted'],
  ]);
  expect(actionsOf(lab, applying('shop', {}, { prune: true }))).toEqual([['web', 'deleted']]);
  expect([...lab.state.services.values()].map((row) => row.metadata.name)).toEqual(['other']);
});

test('a request without manifests prunes nothing', () => {
  const lab = new Lab();
  lab.run(applying('shop', { web: {} }));
  expect(actionsOf(lab, { kind: 'manifest.apply', manifests: [], prune: true })).toEqual([]);
  expect(lab.state.services.size).toBe(1);
});

test('a dry run answers what applying would, and keeps nothing', () => {
  const lab = new Lab();
  lab.run(applying('shop', { web: {} }));
  const body = applying('shop', { web: { replicas: 2 }, api: {} });
  const dry = lab.state.dryRun(body, { term: 1, time: lab.time });
  expect(lab.service('web').spec.replicas).toBe(1);
  expect(lab.state.services.get('api')).toBeUndefined();
  const { result, changes } = lab.entry(body);
  expect({ result, changes: changes.length }).toEqual({ result: dry.result, changes: dry.changes.length });
});

test('a service that was deleted and applied again is another one', () => {
  const lab = new Lab();
  lab.run(applying('shop', { web: {} }));
  const { uid } = lab.service('web').metadata;
  lab.register('node1');
  lab.report(lab.place('web', 0, 'node1'), 'running');
  lab.run({ kind: 'service.delete', name: 'web' });
  lab.run(applying('blog', { web: {} }));
  expect(lab.service('web').metadata.uid).not.toBe(uid);
  expect(lab.service('web').status.running).toBe(0);
});
