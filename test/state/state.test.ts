// The rules of the state as a whole: order, refusal, bugs, write-behind.

import { expect, test } from 'vitest';
import type { CommandBody } from '../../src/protocol/command.ts';
import { rowKey } from '../../src/state/row.ts';
import { applying, contentOf, Lab, newState, spec, startMs } from './lab.ts';

const noop = (index: number) => ({ index, term: 1, time: startMs, payload: { kind: 'noop' as const } });

test('entries apply strictly in order, each once', () => {
  const state = newState();
  expect(() => state.apply(noop(2))).toThrow('in order');
  state.apply(noop(1));
  expect(() => state.apply(noop(1))).toThrow('in order');
  expect(state.appliedIndex).toBe(1);
});

test('every entry advances the applied index, also those that change nothing', () => {
  const lab = new Lab();
  lab.noop();
  expect(lab.refusal({ kind: 'setting.delete', name: 'absent' })).toBe('NOT_FOUND');
  expect(lab.state.appliedIndex).toBe(3);
  expect(lab.state.dirtyCount).toBe(0);
});

test('genesis names the cluster', () => {
  expect(newState().clusterId).toBe('');
  expect(new Lab().state.clusterId).toMatch(/^[0-9a-f]{32}$/);
});

/** Meets a bug half-way: its first service is written by then. */
const broken: CommandBody = {
  kind: 'manifest.apply',
  prune: false,
  manifests: [
    {
      owner: 'shop',
      services: [
        { name: 'first', labels: {}, spec: spec() },
        {
          name: 'second',
          labels: {},
          get spec(): never {
            throw new Error('boom');
          },
        },
      ],
    },
  ],
};

test('a bug met while applying changes nothing and answers INTERNAL with the index', () => {
  const lab = new Lab();
  lab.run(applying('shop', { web: {} }));
  lab.state.takeDirty();
  const rows = contentOf(lab.state);
  const outcome = lab.entry(broken);
  expect(outcome.changes).toEqual([]);
  expect(outcome.result).toMatchObject({ kind: 'refused', code: 'INTERNAL' });
  expect(outcome.result).toHaveProperty('message', expect.stringMatching(/entry 3 .*boom/));
  expect(contentOf(lab.state)).toEqual({ ...(rows as object), index: 3 });
  expect(lab.state.dirtyCount).toBe(0);
  expect(lab.refusal({ kind: 'setting.put', name: 'after', data: '' })).toBeUndefined();
});

test('every command of a controller or of the gateway is refused in another term than its own', () => {
  const lab = new Lab();
  lab.register('node1');
  lab.run(applying('shop', { web: {} }));
  const id = lab.place('web', 0, 'node1');
  const { uid, generation } = lab.service('web').metadata;
  const fence = { term: 1 };
  const fenced: CommandBody[] = [
    lab.creation('web', 0, 'node1'),
    lab.stopping(id),
    lab.reporting(id, 'running'),
    {
      kind: 'service.conditions',
      fence,
      service: 'web',
      serviceUid: uid,
      generation,
      revision: 1,
      conditions: [],
    },
    { kind: 'event.record', fence, events: [] },
    { kind: 'node.state', fence, node: 'node1', resourceVersion: '2', state: 'down', reason: 'R' },
    {
      kind: 'node.register',
      fence,
      node: 'node1',
      address: '',
      labels: {},
      capacity: { cpu: 1, memory: 1 },
      runtimes: [],
      running: [],
    },
  ];
  for (const term of [2, 9]) {
    lab.term = term;
    const before = contentOf(lab.state) as object;
    expect(fenced.map((body) => lab.refusal(body))).toEqual(fenced.map(() => 'STALE'));
    expect(contentOf(lab.state)).toEqual({ ...before, index: lab.state.appliedIndex });
  }
});

test('what a flush takes is each changed row once, as it is now, and deletions', () => {
  const lab = new Lab();
  lab.run({ kind: 'setting.put', name: 'a', data: '1' });
  lab.run({ kind: 'setting.put', name: 'a', data: '2' });
  lab.run({ kind: 'setting.put', name: 'b', data: '1' });
  lab.run({ kind: 'setting.delete', name: 'b' });
  expect(lab.state.dirtyCount).toBe(2 + 1); // and what the four entries changed
  const taken = lab.state.takeDirty();
  expect(lab.state.dirtyCount).toBe(0);
  expect([...taken].filter(([key]) => !key.startsWith('changes/'))).toEqual([
    [rowKey('setting', 'a'), lab.state.settings.get('a')],
    [rowKey('setting', 'b'), undefined],
  ]);
  lab.run({ kind: 'setting.put', name: 'c', data: '1' });
  expect(taken.size).toBe(3);
});

test('a command before genesis is refused as a bug, and harms nothing', () => {
  const state = newState();
  const { result } = state.apply({
    index: 1,
    term: 1,
    time: startMs,
    payload: {
      kind: 'command',
      command: { kind: 'setting.put', name: 'a', data: '', schema: 1, requestId: '' },
    },
  });
  expect(result).toMatchObject({ code: 'INTERNAL' });
  expect(state.settings.size).toBe(0);
});
