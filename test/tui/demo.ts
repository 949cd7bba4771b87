// A small cluster with something wrong in it, as a feed would tell it: what the golden screens and docs/tui.md show.

import type {
  Assignment,
  AssignmentState,
  Event,
  Metadata,
  Node,
  NodeState,
  OrionObject,
  Service,
  Setting,
  Workload,
} from '../../src/protocol/objects.ts';

/** The wall clock of the demo. */
export const demoMs = Date.parse('2026-03-01T12:00:00.000Z');

/** RFC 3339, `seconds` before the demo's now. */
export const ago = (seconds: number): string => new Date(demoMs - seconds * 1_000).toISOString();

export const GiB = 2 ** 30;

function metadata(name: string, more: Partial<Metadata> = {}): Metadata {
  return {
    name,
    uid: `uid-${name}`,
    labels: {},
    annotations: {},
    resourceVersion: '18100',
    generation: 1,
    createdAt: ago(86_400 * 3),
    updatedAt: ago(3_600),
    ...more,
  };
}

export const workload: Workload = {
  path: '/srv/app',
  runtime: 'node',
  entry: 'server.js',
  args: [],
  ports: [{ name: 'http' }],
  env: {},
  resources: { cpu: 0.25, memory: 128 * 2 ** 20 },
  restart: 'always',
  stop: { signal: 'SIGTERM', graceSeconds: 10 },
};

interface ServiceFacts {
  readonly replicas: number;
  readonly ready: number;
  readonly running: number;
  readonly revision: number;
  readonly conditions?: Service['status']['conditions'];
  readonly labels?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

export function service(name: string, facts: ServiceFacts): Service {
  const { replicas, ready, running, revision, conditions = [], labels = {}, env = {} } = facts;
  return {
    kind: 'Service',
    metadata: metadata(name, { labels: { ...labels }, owner: 'shop', generation: revision }),
    spec: { ...workload, env: { ...env }, replicas, placement: { labels: {}, strategy: 'spread' } },
    status: { observedGeneration: revision, revision, desired: replicas, running, ready, conditions },
  };
}

interface ReplicaFacts {
  readonly node: string;
  readonly state?: AssignmentState;
  readonly revision?: number;
  readonly restarts?: number;
  readonly reason?: string;
  readonly message?: string;
}

export function replica(of: string, index: number, facts: ReplicaFacts): Assignment {
  const { node, state = 'running', revision = 1, restarts = 0, reason, message } = facts;
  const name = `${of}-${index}-r${revision}`;
  const isUp = state === 'running' || state === 'starting';
  return {
    kind: 'Assignment',
    metadata: metadata(name),
    spec: { service: of, serviceUid: `uid-${of}`, revision, index, node, desired: 'running', workload },
    status: {
      state,
      sequence: 3,
      ports: isUp ? { http: 20_400 + index + of.length } : {},
      restarts,
      ...(isUp ? { pid: 4_200 + index + of.length * 10, startedAt: ago(7_200 + index * 60) } : {}),
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
    },
  };
}

export function node(
  name: string,
  facts: {
    readonly state?: NodeState;
    readonly cpu?: number;
    readonly labels?: Readonly<Record<string, string>>;
  } = {},
): Node {
  const { state = 'ready', cpu = 1, labels = {} } = facts;
  return {
    kind: 'Node',
    metadata: metadata(name, { labels: { ...labels }, updatedAt: ago(state === 'ready' ? 3_600 : 12) }),
    spec: {},
    status: {
      state,
      address: `10.0.0.${name.at(-1) ?? '1'}`,
      capacity: { cpu: 4, memory: 8 * GiB },
      allocated: { cpu, memory: cpu * 1.5 * GiB },
      runtimes: ['node', 'command'],
      conditions: [],
    },
  };
}

export function event(
  name: string,
  spec: Omit<Event['spec'], 'regarding'> & { readonly about: readonly [string, string] },
  seen: { readonly count: number; readonly first: number; readonly last: number },
): Event {
  const { about, ...rest } = spec;
  return {
    kind: 'Event',
    metadata: metadata(name),
    spec: { ...rest, regarding: { kind: about[0], name: about[1], uid: `uid-${about[1]}` } },
    status: { count: seen.count, firstSeen: ago(seen.first), lastSeen: ago(seen.last) },
  };
}

const setting = (name: string, data: string): Setting => ({
  kind: 'Setting',
  metadata: metadata(name),
  spec: { data },
  status: {},
});

const services: readonly Service[] = [
  service('api', {
    replicas: 4,
    ready: 2,
    running: 3,
    revision: 7,
    labels: { tier: 'back' },
    env: { DSN: '${settings.database-url}' },
    conditions: [
      {
        type: 'Progressing',
        status: 'True',
        reason: 'RollingOut',
        message: 'revision 7: 2 of 4 replicas are ready',
        lastTransitionTime: ago(20),
      },
    ],
  }),
  service('cron', { replicas: 0, ready: 0, running: 0, revision: 2 }),
  service('mail', {
    replicas: 1,
    ready: 0,
    running: 0,
    revision: 3,
    conditions: [
      {
        type: 'Progressing',
        status: 'False',
        reason: 'CrashLoop',
        message: 'mail/0 on pi-3 ends with exit code 1 right after its start',
        lastTransitionTime: ago(95),
      },
    ],
  }),
  service('web', { replicas: 3, ready: 3, running: 3, revision: 4, labels: { tier: 'front' } }),
];

const assignments: readonly Assignment[] = [
  replica('api', 0, { node: 'pi-1', revision: 7 }),
  replica('api', 1, { node: 'pi-2', revision: 7 }),
  replica('api', 2, { node: 'pi-3', revision: 7, state: 'starting' }),
  replica('api', 3, { node: 'pi-4', revision: 6 }),
  replica('mail', 0, {
    node: 'pi-3',
    revision: 3,
    state: 'failed',
    restarts: 12,
    reason: 'CRASH_LOOP',
    message: 'It ended with exit code 1.\nError: connect ECONNREFUSED 10.0.0.9:25',
  }),
  replica('web', 0, { node: 'pi-1', revision: 4 }),
  replica('web', 1, { node: 'pi-2', revision: 4, restarts: 1 }),
  replica('web', 2, { node: 'pi-4', revision: 4 }),
];

const nodes: readonly Node[] = [
  node('pi-1', { cpu: 1.5, labels: { zone: 'attic' } }),
  node('pi-2', { cpu: 1.5, labels: { zone: 'attic' } }),
  node('pi-3', { cpu: 3.25, labels: { zone: 'cellar', disk: 'ssd' } }),
  node('pi-4', { cpu: 3.75, labels: { zone: 'cellar' } }),
  node('pi-5', { state: 'unknown', cpu: 0, labels: { zone: 'shed' } }),
];

const events: readonly Event[] = [
  event(
    'pi-5-a',
    {
      about: ['Node', 'pi-5'],
      type: 'Warning',
      reason: 'NodeUnknown',
      message: 'no heartbeat for 4 s',
      source: 'node',
    },
    { count: 1, first: 12, last: 12 },
  ),
  event(
    'mail-a',
    {
      about: ['Assignment', 'mail-0-r3'],
      type: 'Warning',
      reason: 'CrashLoop',
      message: 'exit code 1: connect ECONNREFUSED 10.0.0.9:25',
      source: 'agent',
    },
    { count: 12, first: 540, last: 31 },
  ),
  event(
    'api-a',
    {
      about: ['Service', 'api'],
      type: 'Normal',
      reason: 'Updated',
      message: 'revision 7',
      source: 'rollout',
    },
    { count: 1, first: 48, last: 48 },
  ),
  event(
    'api-b',
    {
      about: ['Assignment', 'api-0-r7'],
      type: 'Normal',
      reason: 'Running',
      message: 'on pi-1 with http=20403',
      source: 'agent',
    },
    { count: 1, first: 40, last: 40 },
  ),
  event(
    'web-a',
    {
      about: ['Service', 'web'],
      type: 'Normal',
      reason: 'RolloutComplete',
      message: 'revision 4 runs 3 times',
      source: 'rollout',
    },
    { count: 1, first: 3_000, last: 3_000 },
  ),
];

export const demoObjects: readonly OrionObject[] = [
  ...services,
  ...assignments,
  ...nodes,
  setting('database-url', 'postgres://shop@10.0.0.9/shop\n'),
  setting('motd', 'Grüße, 世界\n'),
  ...events,
];
