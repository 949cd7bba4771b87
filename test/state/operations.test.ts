// What is remembered of users' writes, and what one hears that comes again.

import { describe, expect, test } from 'vitest';
import type { CommandBody, EntryResult, Origin } from '../../src/protocol/command.ts';
import { State } from '../../src/state/state.ts';
import { applying, contentOf, hashOfRows, Lab, rowsOf } from './lab.ts';

function originOf(operation: string, more: Partial<Origin> = {}): Origin {
  return { actor: 'anonymous', method: 'PUT', path: '/p', from: '::1', agent: 'test', operation, ...more };
}

const put = (data: string): CommandBody => ({ kind: 'setting.put', name: 'motd', data });

/** Applies a user's command. */
function write(lab: Lab, body: CommandBody, origin: Origin): EntryResult | undefined {
  return lab.entry(body, origin).result;
}

describe('a write that comes again', () => {
  test('is done once, and answered with its status and version, and the object as it is now', () => {
    const lab = new Lab();
    const first = write(lab, put('one'), originOf('a'));
    const index = lab.state.appliedIndex;
    lab.run(put('two'));
    expect(first).toMatchObject({ kind: 'object', created: true, object: { spec: { data: 'one' } } });
    expect(write(lab, put('one'), originOf('a'))).toMatchObject({
      kind: 'repeated',
      index,
      result: { kind: 'object', created: true, version: String(index), object: { spec: { data: 'two' } } },
    });
    expect(lab.state.settings.get('motd')?.spec.data).toBe('two');
  });

  test('answers with the version that it left, not with its own index, where it changed nothing', () => {
    const lab = new Lab();
    lab.run(put('one'));
    const version = String(lab.state.appliedIndex);
    write(lab, put('one'), originOf('a'));
    expect(write(lab, put('one'), originOf('a'))).toMatchObject({ result: { created: false, version } });
  });

  test.each<[string, CommandBody, object]>([
    ['a deletion', { kind: 'setting.delete', name: 'there' }, { kind: 'deleted' }],
    [
      'manifests',
      applying('shop', { web: {} }),
      { kind: 'applied', changes: [{ kind: 'Service', name: 'web', action: 'created' }] },
    ],
    [
      'a refusal',
      { kind: 'setting.put', name: 'there', data: 'x', ifMatch: '1' },
      { kind: 'refused', code: 'PRECONDITION_FAILED' },
    ],
  ])('hears the same of %s', (_, body, expected) => {
    const lab = new Lab();
    lab.run({ kind: 'setting.put', name: 'there', data: 'a' });
    expect(write(lab, body, originOf('a'))).toMatchObject(expected);
    const index = lab.state.appliedIndex;
    lab.run({ kind: 'setting.put', name: 'there', data: 'b' });
    expect(write(lab, body, originOf('a'))).toMatchObject({ kind: 'repeated', index, result: expected });
  });

  test('hears that its object is gone, and that it was applied', () => {
    const lab = new Lab();
    write(lab, put('one'), originOf('a'));
    const index = lab.state.appliedIndex;
    lab.run({ kind: 'setting.delete', name: 'motd' });
    const gone = { kind: 'refused', code: 'NOT_FOUND', message: expect.stringContaining(`version ${index}`) };
    expect(write(lab, put('one'), originOf('a'))).toMatchObject({ kind: 'repeated', result: gone });
    lab.run(put('another of that name'));
    expect(write(lab, put('one'), originOf('a'))).toMatchObject({ kind: 'repeated', result: gone });
  });

  test('is refused when it is another request, and changes nothing', () => {
    const lab = new Lab();
    write(lab, put('one'), originOf('a', { bodyDigest: 'x' }));
    const before = lab.state.hash();
    for (const bodyDigest of ['y', undefined]) {
      const answer = write(lab, put('two'), originOf('a', { bodyDigest }));
      expect(answer).toMatchObject({ kind: 'refused', code: 'IDEMPOTENCY_MISMATCH' });
    }
    expect(lab.state.hash()).toBe(before);
  });
});

describe('the rows of operations', () => {
  test('tell who wrote what, when and how that ended', () => {
    const lab = new Lab();
    write(lab, put('one'), originOf('a', { bodyDigest: 'x' }));
    const { appliedIndex } = lab.state;
    expect(lab.state.operation('a')).toEqual({
      kind: 'Operation',
      id: 'a',
      index: appliedIndex,
      time: new Date(lab.time).toISOString(),
      actor: 'anonymous',
      method: 'PUT',
      path: '/p',
      from: '::1',
      agent: 'test',
      bodyDigest: 'x',
      code: 'OK',
      status: 201,
      object: {
        kind: 'Setting',
        name: 'motd',
        uid: lab.state.settings.get('motd')?.metadata.uid,
        resourceVersion: String(appliedIndex),
      },
    });
    write(lab, { kind: 'service.delete', name: 'absent' }, originOf('b'));
    const message = expect.stringContaining('absent') as string;
    expect(lab.state.operation('b')).toMatchObject({ code: 'NOT_FOUND', status: 404, message });
  });

  test('are no changes of objects, and none is made for what no user asked', () => {
    const lab = new Lab();
    lab.run(put('one'));
    expect(lab.state.operationsBefore(Number.POSITIVE_INFINITY, 9)).toEqual([]);
    expect(lab.entry({ kind: 'setting.delete', name: 'absent' }, originOf('a')).changes).toEqual([]);
  });

  test('come back with the state, and answer there', () => {
    const lab = new Lab();
    write(lab, put('one'), originOf('a'));
    const { state } = lab;
    const loaded = new State({
      applied: state.appliedIndex,
      clusterId: state.clusterId,
      rows: rowsOf(state),
      hash: state.hash(),
    });
    expect(contentOf(loaded)).toEqual(contentOf(state));
    expect(write(new Lab(loaded), put('one'), originOf('a'))).toMatchObject({ kind: 'repeated' });
  });
});

describe('a change of members', () => {
  const members = {
    before: { learners: [], voters: ['a', 'b'] },
    after: { learners: [], voters: ['b'] },
  } as const;
  const entry = (state: State, operation: string): void => {
    const origin = originOf(operation, { method: 'DELETE', path: '/api/cluster/peers/a' });
    const payload = { kind: 'members', origin, outcome: { code: 'OK', status: 200, members } } as const;
    const { result, changes } = state.apply({ index: state.appliedIndex + 1, term: 1, time: 7, payload });
    expect([result, changes]).toEqual([undefined, []]);
  };

  test('is an operation that says who the members were and are; the same one comes once', () => {
    const { state } = new Lab();
    entry(state, 'a');
    const index = state.appliedIndex;
    entry(state, 'a');
    entry(state, 'b');
    expect(state.operation('a')).toMatchObject({ index, method: 'DELETE', code: 'OK', status: 200, members });
    expect(state.operationCountBefore(Number.POSITIVE_INFINITY)).toBe(2);
    expect(state.hash()).toBe(hashOfRows(rowsOf(state)));
  });

  test('and a transfer of leadership says who led', () => {
    const lab = new Lab();
    const moved = { kind: 'leadership.moved', before: 'a', after: 'b' } as const;
    expect(write(lab, moved, originOf('t', { method: 'POST' }))).toEqual({ kind: 'done' });
    expect(lab.state.operation('t')).toMatchObject({ status: 200, leader: { before: 'a', after: 'b' } });
  });
});
