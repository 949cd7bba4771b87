// Random lives of a cluster: whatever happens, in whatever order, what must always hold does.

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { unreachable } from '../../src/lib/assert.ts';
import { milli } from '../../src/protocol/fit.ts';
import type { Assignment, ServiceSpec } from '../../src/protocol/objects.ts';
import type { ObjectRow, Row, RowKey } from '../../src/state/row.ts';
import { State } from '../../src/state/state.ts';
import { applying, contentOf, hashOfRows, Lab, newState, objectsOf, rowsOf } from './lab.ts';

const serviceNames = ['api', 'api-v2', 'web'] as const;
const nodeNames = ['node1', 'node10', 'node2'] as const;
const reported = ['starting', 'running', 'stopping', 'exited', 'failed'] as const;

type Step =
  | {
      readonly kind: 'apply';
      readonly owner: string;
      readonly service: string;
      readonly spec: Partial<ServiceSpec>;
      readonly prune: boolean;
    }
  | { readonly kind: 'scale'; readonly service: string; readonly replicas: number }
  | { readonly kind: 'delete'; readonly service: string }
  | { readonly kind: 'register'; readonly node: string; readonly stillRuns: boolean }
  | { readonly kind: 'node'; readonly node: string; readonly state: 'ready' | 'unknown' | 'down' }
  | { readonly kind: 'deleteNode'; readonly node: string }
  | { readonly kind: 'place'; readonly service: string; readonly index: number; readonly node: string }
  | { readonly kind: 'stop'; readonly pick: number }
  | { readonly kind: 'report'; readonly pick: number; readonly state: (typeof reported)[number] }
  | { readonly kind: 'term' };

const service = fc.constantFrom(...serviceNames);
const node = fc.constantFrom(...nodeNames);
const pick = fc.nat(20);
const partialSpec: fc.Arbitrary<Partial<ServiceSpec>> = fc.record({
  replicas: fc.nat(3),
  args: fc.constantFrom([], ['new']),
  restart: fc.constantFrom('always', 'on-failure', 'never'),
  ports: fc.constantFrom([], [{ name: 'http', port: 80 }]),
  resources: fc.constantFrom({ cpu: 0, memory: 0 }, { cpu: 1.5, memory: 300 }, { cpu: 0.1, memory: 1 }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('apply'),
      owner: fc.constantFrom('shop', 'blog'),
      service,
      spec: partialSpec,
      prune: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('scale'), service, replicas: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete'), service }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('register'), node, stillRuns: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('node'),
      node,
      state: fc.constantFrom('ready', 'unknown', 'down'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deleteNode'), node }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('place'), service, index: fc.nat(3), node }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('stop'), pick }) },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('report'), pick, state: fc.constantFrom(...reported) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('term') }) },
);
const life = fc.array(step, { minLength: 1, maxLength: 60 });

/** Takes one step, if there is anything to take it with. */
function take(lab: Lab, step: Step): void {
  const rows = [...lab.state.assignments.values()];
  const picked = 'pick' in step && rows.length > 0 ? rows[step.pick % rows.length] : undefined;
  switch (step.kind) {
    case 'apply':
      lab.run(applying(step.owner, { [step.service]: step.spec }, { prune: step.prune }));
      return;
    case 'scale':
      lab.run({ kind: 'service.scale', name: step.service, replicas: step.replicas });
      return;
    case 'delete':
      lab.run({ kind: 'service.delete', name: step.service });
      return;
    case 'register': {
      const mine = lab.state.assignmentsOfNode(step.node).map((row) => row.metadata.name);
      lab.register(step.node, { running: step.stillRuns ? mine : [] });
      return;
    }
    case 'node':
      if (lab.state.nodes.get(step.node) !== undefined) lab.nodeState(step.node, step.state);
      return;
    case 'deleteNode':
      lab.run({ kind: 'node.delete', name: step.node });
      return;
    case 'place':
      if (lab.state.services.get(step.service) === undefined) return;
      lab.run(lab.creation(step.service, step.index, step.node));
      return;
    case 'stop':
      if (picked !== undefined) lab.run(lab.stopping(picked.metadata.name));
      return;
    case 'report':
      if (picked !== undefined) lab.report(picked.metadata.name, step.state);
      return;
    case 'term':
      lab.term += 1;
      lab.noop();
      return;
    default:
      unreachable(step);
  }
}

function live(steps: readonly Step[], afterEach: (lab: Lab) => void = () => undefined): Lab {
  const lab = new Lab();
  for (const step of steps) {
    take(lab, step);
    afterEach(lab);
  }
  return lab;
}

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
