import { expect, test } from 'vitest';
import { limits } from '../../src/lib/limits.ts';
import type { CommandBody } from '../../src/protocol/command.ts';
import type { RevisionRow } from '../../src/protocol/records.ts';
import { applying, Lab } from './lab.ts';

const undo = (revision?: number): CommandBody => ({
  kind: 'service.undo',
  name: 'web',
  ...(revision && { revision }),
});
const restart: CommandBody = { kind: 'service.restart', name: 'web' };
const version = (text: string, replicas = 1): CommandBody =>
  applying('shop', { web: { args: [text], replicas } });

/** A service of which these versions were applied one after the other. */
function labWith(...versions: readonly string[]): Lab {
  const lab = new Lab();
  for (const text of versions) lab.run(version(text));
  return lab;
}

const revisions = (lab: Lab): readonly RevisionRow[] => lab.state.revisionsOf('web');
const figures = (lab: Lab): unknown[] => revisions(lab).map(({ revision, result }) => [revision, result]);
const runs = (lab: Lab): unknown[] => [lab.service('web').status.revision, ...lab.service('web').spec.args];

const say = (lab: Lab, what: 'complete' | 'failed' | 'rolling', revision?: number): string | undefined =>
  lab.refusal({ ...lab.saying('web', what), ...(revision && { revision }) });

test('each revision is kept as it was asked for, with who asked and when', () => {
  const lab = labWith('a', 'b');
  const { metadata } = lab.service('web');
  expect(revisions(lab)).toMatchObject([
    {
      kind: 'Revision',
      service: 'web',
      serviceUid: metadata.uid,
      revision: 1,
      index: 2,
      spec: { args: ['a'] },
    },
    { revision: 2, index: 3, time: metadata.updatedAt, actor: 'anonymous', spec: { args: ['b'] } },
  ]);
});

test('a result follows the rollout: one that is overtaken is superseded, one that is complete stays so', () => {
  const lab = labWith('a');
  expect(figures(lab)).toEqual([[1, 'progressing']]);
  say(lab, 'complete');
  say(lab, 'failed'); // a replica crashes, long after
  expect(figures(lab)).toEqual([[1, 'complete']]);
  lab.run(version('b'));
  say(lab, 'failed');
  expect(figures(lab)).toEqual([
    [1, 'complete'],
    [2, 'failed'],
  ]);
  say(lab, 'rolling');
  lab.run(version('c'));
  lab.run(version('d'));
  say(lab, 'failed');
  say(lab, 'complete');
  expect(figures(lab)).toEqual([
    [1, 'complete'],
    [2, 'superseded'],
    [3, 'superseded'],
    [4, 'complete'],
  ]);
});

test('a revision that failed and was given up stays failed', () => {
  const lab = labWith('a');
  say(lab, 'failed');
  lab.run(version('b'));
  expect(figures(lab)).toEqual([
    [1, 'failed'],
    [2, 'progressing'],
  ]);
});

test('what is said of a revision that is over counts for none', () => {
  const lab = labWith('a');
  say(lab, 'complete');
  lab.run(restart);
  expect(lab.service('web').metadata.generation).toBe(1);
  expect(say(lab, 'complete', 1)).toBe('STALE');
  lab.register('node1');
  lab.report(lab.place('web', 0, 'node1'), 'running');
  expect(figures(lab)).toEqual([
    [1, 'complete'],
    [2, 'progressing'],
  ]);
});

test('the last ten are kept, and all go with their service', () => {
  const lab = labWith(...Array.from({ length: 13 }, (_, i) => `v${i}`));
  const kept = revisions(lab).map(({ revision }) => revision);
  expect(kept).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  expect(kept).toHaveLength(limits.revisionsMax);
  lab.run({ kind: 'service.delete', name: 'web' });
  expect(revisions(lab)).toEqual([]);
  lab.run(version('new'));
  expect(figures(lab)).toEqual([[1, 'progressing']]);
});

test('a change that replaces nothing is kept with the revision under way', () => {
  const lab = labWith('a');
  lab.run({ kind: 'service.scale', name: 'web', replicas: 7 });
  expect(revisions(lab)).toMatchObject([{ revision: 1, spec: { replicas: 7 } }]);
  lab.run(applying('shop', { web: { args: ['a'], replicas: 2 } }, { labels: { tier: 'front' } }));
  expect(revisions(lab)).toMatchObject([{ revision: 1, spec: { replicas: 2 }, labels: { tier: 'front' } }]);
});

test('an undo is a new revision with the version before; done twice, it goes two versions back', () => {
  const lab = labWith('a', 'b', 'c');
  lab.run({ kind: 'service.scale', name: 'web', replicas: 5 });
  expect(lab.run(undo())).toMatchObject({ kind: 'object', object: { spec: { args: ['b'], replicas: 5 } } });
  expect(runs(lab)).toEqual([4, 'b']);
  expect(revisions(lab).at(-1)).toMatchObject({ revision: 4, repeats: 2, result: 'progressing' });
  lab.run(undo());
  expect(runs(lab)).toEqual([5, 'a']);
  expect(lab.refusal(undo())).toBe('CONFLICT');
  lab.run(version('d'));
  lab.run(undo());
  expect(runs(lab)).toEqual([7, 'a']);
});

test('an undo to an undo stands where that one stood', () => {
  const lab = labWith('a', 'b', 'c');
  lab.run(undo());
  lab.run(version('d'));
  lab.run(undo(4));
  expect(runs(lab)).toEqual([6, 'b']);
  lab.run(undo());
  expect(runs(lab)).toEqual([7, 'a']);
});

test('a restart, or a changed setting, is no version to go back to', () => {
  const lab = labWith('a', 'b');
  lab.run(restart);
  lab.run(restart);
  expect(runs(lab)).toEqual([4, 'b']);
  lab.run(undo());
  expect(runs(lab)).toEqual([5, 'a']);
  lab.run(restart);
  expect(revisions(lab).at(-1)).toMatchObject({ revision: 6, repeats: 1 });
  expect(lab.refusal(undo())).toBe('CONFLICT');
});

test('an undo to a revision of choice brings its labels, too; one that is not kept, or is the current, is refused', () => {
  const lab = new Lab();
  lab.run(applying('shop', { web: { args: ['a'] } }, { labels: { tier: 'front' } }));
  lab.run(version('b'));
  lab.run(version('c'));
  lab.run(undo(1));
  expect(runs(lab)).toEqual([4, 'a']);
  expect(lab.service('web').metadata.labels).toEqual({ tier: 'front' });
  expect(lab.refusal(undo(4))).toBe('CONFLICT');
  expect(lab.run(undo(9))).toMatchObject({
    code: 'NOT_FOUND',
    message: 'There is no revision 9 of the service "web": kept is 1, 2, 3, 4.',
  });
  expect(lab.refusal({ kind: 'service.undo', name: 'absent' })).toBe('NOT_FOUND');
});

test('an undo to what needs a setting that is gone is refused', () => {
  const lab = new Lab();
  lab.run({ kind: 'setting.put', name: 'db', data: 'x' });
  lab.run(applying('shop', { web: { env: { DB: '${settings.db}' } } }));
  lab.run(version('b'));
  lab.run({ kind: 'setting.delete', name: 'db' });
  expect(lab.run(undo())).toMatchObject({ code: 'INVALID', issues: [{ path: 'env.DB' }] });
  expect(runs(lab)).toEqual([2, 'b']);
});

test('a restart replaces every replica with the same, and leaves the spec alone', () => {
  const lab = labWith('a');
  const { spec, metadata } = lab.service('web');
  expect(lab.run(restart)).toMatchObject({ kind: 'object', object: { status: { revision: 2 } } });
  expect(lab.service('web').spec).toEqual(spec);
  expect(lab.service('web').metadata.generation).toBe(metadata.generation);
  expect(lab.refusal({ kind: 'service.restart', name: 'absent' })).toBe('NOT_FOUND');
});

test('undo and restart hold If-Match', () => {
  const lab = labWith('a', 'b');
  for (const body of [undo(), restart]) {
    expect(lab.refusal({ ...body, ifMatch: '2' } as CommandBody)).toBe('PRECONDITION_FAILED');
    const { resourceVersion } = lab.service('web').metadata;
    expect(lab.refusal({ ...body, ifMatch: resourceVersion } as CommandBody)).toBeUndefined();
  }
});

test('applying one service alone may hold If-Match; with several, or with prune, it is refused', () => {
  const lab = labWith('a');
  const guarded = (body: CommandBody, ifMatch: string): CommandBody => ({ ...body, ifMatch }) as CommandBody;
  expect(lab.refusal(guarded(version('b'), '1'))).toBe('PRECONDITION_FAILED');
  expect(lab.refusal(guarded(version('b'), '2'))).toBeUndefined();
  expect(lab.refusal(guarded(applying('shop', { web: {}, api: {} }), '*'))).toBe('INVALID');
  expect(lab.refusal(guarded(applying('shop', { web: {} }, { prune: true }), '*'))).toBe('INVALID');
  expect(lab.refusal({ ...applying('shop', { web: {} }), ifNoneMatch: true } as CommandBody)).toBe(
    'PRECONDITION_FAILED',
  );
  expect(runs(lab)).toEqual([2, 'b']);
});
