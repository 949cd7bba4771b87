// Random lives of a cluster: whatever happens, in whatever order, what must always hold does.

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { limits } from '../../src/lib/limits.ts';
import { milli } from '../../src/protocol/fit.ts';
import type { Assignment } from '../../src/protocol/objects.ts';
import { resultOf } from '../../src/protocol/progress.ts';
import { settingsOf } from '../../src/protocol/references.ts';
import type { ObjectRow, Row, RowKey } from '../../src/state/row.ts';
import { same } from '../../src/state/same.ts';
import { State } from '../../src/state/state.ts';
import { contentOf, hashOfRows, newState, objectsOf, rowsOf } from './lab.ts';
import { life, live, nodeNames } from './lives.ts';

test('the same entries give the same rows', () => {
  fc.assert(
    fc.property(life, (steps) => {
      const lab = live(steps);
      const again = newState();
      for (const entry of lab.log) again.apply(structuredClone(entry));
      expect(contentOf(again)).toEqual(contentOf(lab.state));
      expect(JSON.stringify([...rowsOf(again)])).toBe(JSON.stringify([...rowsOf(lab.state)]));
    }),
  );
});

test('rows flushed at any moments, restored, and the rest of the log applied again, give the same state', () => {
  fc.assert(
    fc.property(life, fc.array(fc.nat(60), { maxLength: 4 }), (steps, flushes) => {
      const lab = live(steps);
      const first = newState();
      const disk = new Map<RowKey, Row>();
      let applied = 0;
      for (const entry of lab.log) {
        first.apply(entry);
        if (!flushes.includes(entry.index)) continue;
        for (const [key, row] of first.takeDirty()) {
          if (row === undefined) disk.delete(key);
          else disk.set(key, row);
        }
        applied = entry.index;
      }
      const rows = structuredClone(disk);
      const clusterId = applied > 0 ? lab.state.clusterId : '';
      const restored = new State({ applied, clusterId, rows, hash: hashOfRows(rows) });
      for (const entry of lab.log.slice(applied)) restored.apply(entry);
      expect(contentOf(restored)).toEqual(contentOf(lab.state));
      expect(restored.hash()).toBe(lab.state.hash());
      for (const name of nodeNames) {
        expect(restored.assignmentsOfNode(name)).toEqual(lab.state.assignmentsOfNode(name));
      }
    }),
  );
});

test('the hash adds up to that of all rows, however often it was asked for on the way', () => {
  fc.assert(
    fc.property(life, fc.array(fc.nat(60), { maxLength: 4 }), (steps, looks) => {
      const { log, state } = live(steps);
      const again = newState();
      for (const entry of log) {
        again.apply(entry);
        if (looks.includes(entry.index)) expect(again.hash()).toBe(hashOfRows(rowsOf(again)));
      }
      expect(again.hash()).toBe(hashOfRows(rowsOf(state)));
      expect(state.hash()).toBe(again.hash());
    }),
  );
});

test('the changes of an entry tell exactly what it changed, at its index', () => {
  fc.assert(
    fc.property(life, (steps) => {
      const state = newState();
      for (const entry of live(steps).log) {
        const told = objectsOf(state);
        const { changes, result } = state.apply(entry);
        for (const { before, after } of changes) {
          const row = (after ?? before) as ObjectRow;
          const key = `${row.kind.toLowerCase()}/${row.metadata.name}` as RowKey;
          expect(told.get(key)).toEqual(before);
          told.delete(key);
          if (after !== undefined) told.set(key, after);
        }
        expect(told).toEqual(objectsOf(state));
        const versions = changes.flatMap(({ after }) => (after ? [after.metadata.resourceVersion] : []));
        expect(new Set([...versions, String(entry.index)]).size).toBe(1);
        expect(result?.kind === 'refused' && changes.length > 0).toBe(false);
      }
    }),
  );
});

/** Everything derived, computed from the rows by somebody who knows nothing of entries. */
function assertDerived(state: State): void {
  const rows = [...state.assignments.values()];
  for (const { metadata, spec, status } of state.services.values()) {
    const mine = rows.filter(
      (row) => row.spec.service === metadata.name && row.spec.serviceUid === metadata.uid,
    );
    const running = mine.filter((row) => row.status.state === 'running');
    const serving = running.filter(
      (row) => row.spec.desired === 'running' && state.nodes.get(row.spec.node)?.status.state === 'ready',
    );
    const indexes = new Set(serving.map((row) => row.spec.index).filter((index) => index < spec.replicas));
    expect(status.desired).toBe(spec.replicas);
    expect(status.running).toBe(running.length);
    expect(status.ready).toBe(serving.filter((row) => row.spec.revision === status.revision).length);
    const available = status.conditions.find(({ type }) => type === 'Available');
    expect(available?.status).toBe(indexes.size === spec.replicas ? 'True' : 'False');
  }
  for (const { metadata, status } of state.nodes.values()) {
    const mine = rows.filter((row) => row.spec.node === metadata.name && holdsRoom(row));
    const cpu = mine.reduce((sum, row) => sum + row.spec.workload.resources.cpu * 1_000, 0);
    const memory = mine.reduce((sum, row) => sum + row.spec.workload.resources.memory, 0);
    expect(milli(status.allocated.cpu)).toBe(Math.round(cpu));
    expect(status.allocated.memory).toBe(memory);
  }
}

const holdsRoom = ({ spec, status }: Assignment): boolean => {
  const { restart } = spec.workload;
  if (status.state === 'lost') return false;
  if (status.state === 'exited') return restart === 'always';
  return !(status.state === 'failed' && restart === 'never');
};

test('status and allocation agree with the rows they are derived from, after every entry', () => {
  fc.assert(
    fc.property(life, (steps) => {
      live(steps, ({ state }) => assertDerived(state));
      expect.hasAssertions();
    }),
  );
});

/** Assignments that share a slot, or whose state does not go with that of their node. */
function offences(state: State): string[] {
  const held = new Set<string>();
  const found: string[] = [];
  for (const { spec, status, metadata } of state.assignments.values()) {
    const slot = `${spec.serviceUid} ${spec.revision} ${spec.index}`;
    if (spec.desired === 'running' && status.state !== 'lost') {
      if (held.has(slot)) found.push(`${metadata.name} shares its slot`);
      held.add(slot);
    }
    const nodeState = state.nodes.get(spec.node)?.status.state;
    const isOver = ['exited', 'failed', 'lost'].includes(status.state);
    if (nodeState === 'down' && !isOver) found.push(`${metadata.name} is live on a node that is down`);
    const service = state.services.get(spec.service);
    const hasService = service?.metadata.uid === spec.serviceUid;
    if (spec.desired === 'running' && !hasService) found.push(`${metadata.name} outlives its service`);
    if (nodeState === 'ready' && status.state === 'lost')
      found.push(`${metadata.name} is lost on a ready node`);
  }
  return found;
}

test('no slot is ever held twice, and nothing is live on a node that is down or without its service', () => {
  fc.assert(
    fc.property(life, (steps) => void live(steps, ({ state }) => expect(offences(state)).toEqual([]))),
  );
});

/** What is wrong with the settings and revisions of services. */
function faults(state: State): string[] {
  const found: string[] = [];
  const known = (setting: string): boolean => state.settings.get(setting) !== undefined;
  for (const { metadata, spec, status } of state.services.values()) {
    if (![...settingsOf(spec)].every(known)) found.push(`${metadata.name} uses what is not there`);
    const rows = state.revisionsOf(metadata.name);
    const current = rows.at(-1);
    if (rows.length > limits.revisionsMax) found.push(`${metadata.name} keeps too many revisions`);
    if (rows.some(({ serviceUid }) => serviceUid !== metadata.uid))
      found.push('a revision outlives its service');
    if (current?.revision !== status.revision)
      found.push(`${metadata.name} is at another revision than its last`);
    if (!same(current?.spec, spec)) found.push(`${metadata.name} was asked for otherwise`);
    if (rows.slice(0, -1).some(({ result }) => result === 'progressing'))
      found.push('what is over progresses');
    if (current?.result !== 'complete' && resultOf(status.conditions) === 'complete') {
      found.push(`${metadata.name} says complete, its revision ${current?.result}`);
    }
  }
  for (const { spec } of state.assignments.values()) {
    const isFilled = !JSON.stringify([spec.workload.env, spec.workload.files]).includes('${settings.');
    if (!isFilled) found.push('an assignment names a setting');
  }
  return found;
}

test('every setting that is used is there, and revisions agree with their service, after every entry', () => {
  fc.assert(
    fc.property(life, (steps) => {
      live(steps, ({ state }) => expect(faults(state)).toEqual([]));
    }),
  );
});
