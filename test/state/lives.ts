// Random lives of a cluster, step by step: what users ask, controllers decide and agents report, in any order.

import * as fc from 'fast-check';
import { unreachable } from '../../src/lib/assert.ts';
import type { ServiceSpec } from '../../src/protocol/objects.ts';
import { applying, Lab, seen } from './lab.ts';

const serviceNames = ['api', 'api-v2', 'web'] as const;
export const nodeNames = ['node1', 'node10', 'node2'] as const;
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
  | { readonly kind: 'delete' | 'undo' | 'restart' | 'complete'; readonly service: string }
  | { readonly kind: 'setting'; readonly name: string; readonly data: string | null }
  | { readonly kind: 'event'; readonly message: string }
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
  env: fc.constantFrom({}, {}, { A: '${settings.a}' }, { B: '${settings.b}${settings.a}' }),
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
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('delete', 'undo', 'restart', 'complete'), service }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('setting'),
      name: fc.constantFrom('a', 'b'),
      data: fc.constantFrom('1', '2', 'NUL\0', null),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('event'), message: fc.constantFrom('x', 'y') }) },
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
export const life = fc.array(step, { minLength: 1, maxLength: 60 });

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
    case 'undo':
    case 'restart':
      lab.run({ kind: `service.${step.kind}`, name: step.service });
      return;
    case 'complete':
      if (lab.state.services.get(step.service) !== undefined) lab.run(lab.saying(step.service, 'complete'));
      return;
    case 'setting':
      if (step.data === null) lab.run({ kind: 'setting.delete', name: step.name });
      else lab.run({ kind: 'setting.put', name: step.name, data: step.data });
      return;
    case 'event':
      lab.run({ kind: 'event.record', fence: lab.fence, events: [seen({ message: step.message })] });
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

export function live(steps: readonly Step[], afterEach: (lab: Lab) => void = () => undefined): Lab {
  const lab = new Lab();
  for (const step of steps) {
    take(lab, step);
    afterEach(lab);
  }
  return lab;
}
