// Which sets of assignments an agent follows, over leaders, recoveries, clusters and its own restarts.

import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
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
/** Why it is refused, or undefined once it is on disk. */
function take(desired: DesiredSet, message: Assignments): string | undefined {
  const refusal = desired.accept(message);
  if (refusal === undefined) desired.save();
  return refusal;
}
const ids = (desired: DesiredSet): string[] => (desired.set ?? []).map(({ assignmentId }) => assignmentId);

test('a set is on disk once it is accepted, and the next start has it', () => {
  const directory = temporaryDirectory();
  take(new DesiredSet(directory, undefined), complete(5, [one('a'), one('b')]));
  const again = new DesiredSet(directory, undefined);
  expect(ids(again)).toEqual(['a', 'b']);
  expect(again.version).toEqual({ epoch: 0, term: 1, version: 5 });
});

test('a set that cannot be saved is not the set, and what comes after it builds on it', () => {
  const directory = temporaryDirectory();
  const desired = new DesiredSet(directory, undefined);
  take(desired, complete(5, [one('a')]));
  const inTheWay = join(directory, 'desired.json.new');
  mkdirSync(inTheWay);
  expect(() => take(desired, complete(6, [one('b')]))).toThrow(/EISDIR/);
  expect(ids(desired)).toEqual(['a']);
  const more = changes(6, 7, [{ type: 'put', assignment: one('c') }]);
  expect(() => take(desired, more)).toThrow(/EISDIR/);
  expect(desired.accept(complete(6, []))).toContain('older');
  rmdirSync(inTheWay);
  desired.save();
  expect(ids(desired)).toEqual(['b', 'c']);
  expect(ids(new DesiredSet(directory, undefined))).toEqual(['b', 'c']);
});

test('before any leader has spoken there is no set, which is not the empty one', () => {
  expect(new DesiredSet(temporaryDirectory(), undefined).set).toBeUndefined();
});

test('a version below the highest accepted is refused, also after a restart', () => {
  const directory = temporaryDirectory();
  const accepted = complete(7, [one('a')], { epoch: 1, term: 3 });
  take(new DesiredSet(directory, undefined), accepted);
  for (const lower of [
    { epoch: 0, term: 9, version: 99 },
    { epoch: 1, term: 2, version: 99 },
    { epoch: 1, term: 3, version: 6 },
  ]) {
    const desired = new DesiredSet(directory, undefined);
    expect(take(desired, complete(0, [], lower))).toBeDefined();
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
        const isRefused = take(desired, complete(0, [], said)) !== undefined;
        expect(isRefused).toBe(weight(said) < highest);
        highest = Math.max(highest, weight(said));
        expect(weight(desired.version ?? said)).toBe(highest);
      }
    }),
    { numRuns: 30 },
  );
});

test('changes alter exactly the set that they were made for', () => {
  const desired = new DesiredSet(temporaryDirectory(), undefined);
  take(desired, complete(5, [one('a'), one('b')]));
  const result = take(
    desired,
    changes(5, 6, [
      { type: 'put', assignment: one('c') },
      { type: 'delete', assignmentId: 'a' },
    ]),
  );
  expect(result).toBeUndefined();
  expect(ids(desired)).toEqual(['b', 'c']);
});

test.each([
  ['another previous version', changes(4, 7, [])],
  ['another term', { ...changes(5, 7, []), term: 2 }],
  ['another epoch', { ...changes(5, 7, []), epoch: 1 }],
])('changes on %s are refused, so that a complete set comes', (_name, message) => {
  const desired = new DesiredSet(temporaryDirectory(), undefined);
  expect(take(desired, changes(0, 1, []))).toBeDefined();
  take(desired, complete(5, [one('a')]));
  expect(take(desired, message)).toBeDefined();
  expect(ids(desired)).toEqual(['a']);
});

test('a foreign cluster is refused, with what to do about it', () => {
  const desired = new DesiredSet(temporaryDirectory(), undefined);
  take(desired, complete(5, [one('a')]));
  const refused = take(desired, complete(9, [], { clusterId: 'elsewhere' }));
  expect(refused).toContain('--accept-cluster elsewhere');
  expect(ids(desired)).toEqual(['a']);
});

test('a cluster that the operator accepts begins anew, and then the old one is foreign', () => {
  const directory = temporaryDirectory();
  take(new DesiredSet(directory, undefined), complete(50, [one('a')], { term: 8 }));
  const moved = new DesiredSet(directory, 'restored');
  expect(take(moved, complete(2, [one('b')], { clusterId: 'restored' }))).toBeUndefined();
  expect(ids(moved)).toEqual(['b']);
  expect(take(moved, complete(60, [], { term: 9 }))).toBeDefined();
  expect(new DesiredSet(directory, undefined).refuseCluster('restored')).toBeUndefined();
});

test('a damaged file is told with its path, and nothing is decided', () => {
  const directory = temporaryDirectory();
  take(new DesiredSet(directory, undefined), complete(5, [one('a')]));
  const path = join(directory, 'desired.json');
  writeFileSync(path, readFileSync(path, 'utf8').slice(0, 40));
  expect(() => new DesiredSet(directory, undefined)).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(path) }),
  );
});
