// Which sets of assignments an agent follows, over leaders, recoveries, clusters and its own restarts.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { DesiredSet } from '../../agent/desired.ts';
import type { AgentDown, Assigned, SetVersion } from '../../src/protocol/agent.ts';
import { assigned, script, temporaryDirectory } from './rig.ts';

type Assignments = Extract<AgentDown, { type: 'assignments' }>;

const one = (id: string): Assigned => assigned(id, script(''));
const complete = (version: number, set: Assigned[], over: Partial<Assignments> = {}): Assignments => ({
  type: 'assignments',
  clusterId: 'home',
  epoch: 0,
  term: 1,
  version,
  previous: 0,
  complete: true,
  set,
  ...over,
});
const changes = (
  previous: number,
  version: number,
  list: NonNullable<Assignments['changes']>,
): Assignments => {
  const { set: _set, ...message } = complete(version, []);
  return { ...message, previous, complete: false, changes: list };
};
/** Orders as the agent should, for small numbers. */
const weight = (v: SetVersion): number => v.epoch * 100 + v.term * 10 + v.version;
const ids = (desired: DesiredSet): string[] => (desired.set ?? []).map(({ assignmentId }) => assignmentId);

test('a set is on disk once it is accepted, and the next start has it', () => {
  const directory = temporaryDirectory();
  new DesiredSet(directory, undefined).accept(complete(5, [one('a'), one('b')]));
  const again = new DesiredSet(directory, undefined);
  expect(ids(again)).toEqual(['a', 'b']);
  expect(again.version).toEqual({ epoch: 0, term: 1, version: 5 });
});

test('before any leader has spoken there is no set, which is not the empty one', () => {
  expect(new DesiredSet(temporaryDirectory(), undefined).set).toBeUndefined();
});

test('a version below the highest accepted is refused, also after a restart', () => {
  const directory = temporaryDirectory();
  const accepted = complete(7, [one('a')], { epoch: 1, term: 3 });
  new DesiredSet(directory, undefined).accept(accepted);
  for (const lower of [
    { epoch: 0, term: 9, version: 99 },
    { epoch: 1, term: 2, version: 99 },
    { epoch: 1, term: 3, version: 6 },
  ]) {
    const desired = new DesiredSet(directory, undefined);
    expect(desired.accept(complete(0, [], lower)).kind).toBe('refused');
    expect(ids(desired)).toEqual(['a']);
  }
});

test('the highest accepted version only rises, whatever is said in whatever order', () => {
  const version = fc.record({ epoch: fc.nat(2), term: fc.nat(3), version: fc.nat(5) });
  fc.assert(
    fc.property(fc.array(version, { minLength: 1, maxLength: 12 }), (versions) => {
      const desired = new DesiredSet(temporaryDirectory(), undefined);
      let highest = -1;
      for (const said of versions) {
        const { kind } = desired.accept(complete(0, [], said));
        expect(kind).toBe(weight(said) >= highest ? 'accepted' : 'refused');
        highest = Math.max(highest, weight(said));
        expect(weight(desired.version ?? said)).toBe(highest);
      }
    }),
    { numRuns: 30 },
  );
});

test('changes alter exactly the set that they were made for', () => {
  const desired = new DesiredSet(temporaryDirectory(), undefined);
  desired.accept(complete(5, [one('a'), one('b')]));
  const result = desired.accept(
    changes(5, 6, [
      { type: 'put', assignment: one('c') },
      { type: 'delete', assignmentId: 'a' },
    ]),
  );
  expect(result.kind).toBe('accepted');
  expect(ids(desired)).toEqual(['b', 'c']);
});

test.each([
  ['another previous version', changes(4, 7, [])],
  ['another term', { ...changes(5, 7, []), term: 2 }],
  ['another epoch', { ...changes(5, 7, []), epoch: 1 }],
])('changes on %s are refused, so that a complete set comes', (_name, message) => {
  const desired = new DesiredSet(temporaryDirectory(), undefined);
  expect(desired.accept(changes(0, 1, [])).kind).toBe('refused');
  desired.accept(complete(5, [one('a')]));
  expect(desired.accept(message).kind).toBe('refused');
  expect(ids(desired)).toEqual(['a']);
});

test('a foreign cluster is refused, with what to do about it', () => {
  const desired = new DesiredSet(temporaryDirectory(), undefined);
  desired.accept(complete(5, [one('a')]));
  const refused = desired.accept(complete(9, [], { clusterId: 'elsewhere' }));
  expect(refused).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('--accept-cluster elsewhere'),
  });
  expect(ids(desired)).toEqual(['a']);
});

test('a cluster that the operator accepts begins anew, and then the old one is foreign', () => {
  const directory = temporaryDirectory();
  new DesiredSet(directory, undefined).accept(complete(50, [one('a')], { term: 8 }));
  const moved = new DesiredSet(directory, 'restored');
  expect(moved.accept(complete(2, [one('b')], { clusterId: 'restored' })).kind).toBe('accepted');
  expect(ids(moved)).toEqual(['b']);
  expect(moved.accept(complete(60, [], { term: 9 })).kind).toBe('refused');
  expect(new DesiredSet(directory, undefined).refuseCluster('restored')).toBeUndefined();
});

test('a damaged file is told with its path, and nothing is decided', () => {
  const directory = temporaryDirectory();
  new DesiredSet(directory, undefined).accept(complete(5, [one('a')]));
  const path = join(directory, 'desired.json');
  writeFileSync(path, readFileSync(path, 'utf8').slice(0, 40));
  expect(() => new DesiredSet(directory, undefined)).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(path) }),
  );
});
