// Objects as the API answers them, for tests of what people see.

import type { Assignment, Metadata, Node, Service, Setting, Workload } from '../../src/protocol/objects.ts';

const metadata = (name: string): Metadata => ({
  name,
  uid: `uid-${name}`,
  labels: {},
  annotations: {},
  resourceVersion: '7',
  generation: 1,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
});

const workload: Workload = {
  path: '/srv/hello',
  runtime: 'node',
  entry: 'server.js',
  args: [],
  ports: [{ name: 'http' }],
  env: {},
  resources: { cpu: 0, memory: 0 },
  restart: 'always',
  stop: { signal: 'SIGTERM', graceSeconds: 10 },
};

export const service = (name: string): Service => ({
  kind: 'Service',
  metadata: metadata(name),
  spec: { ...workload, replicas: 3, placement: { labels: {}, strategy: 'spread' } },
  status: { observedGeneration: 1, revision: 4, desired: 3, running: 2, ready: 1, conditions: [] },
});

export const node = (name: string, address: string): Node => ({
  kind: 'Node',
  metadata: metadata(name),
  spec: {},
  status: {
    state: 'ready',
    address,
    capacity: { cpu: 4, memory: 8 * 2 ** 30 },
    allocated: { cpu: 0.5, memory: 512 * 2 ** 20 },
    runtimes: ['node', 'deno'],
    conditions: [],
  },
});

export const assignment = (id: string, reason?: string): Assignment => ({
  kind: 'Assignment',
  metadata: metadata(id),
  spec: {
    service: 'hello',
    serviceUid: 'uid-hello',
    revision: 4,
    index: 2,
    node: 'pi-1',
    desired: 'running',
    workload,
  },
  status: {
    state: 'running',
    sequence: 1,
    pid: 4711,
    ports: { http: 20_413, admin: 20_414 },
    restarts: 5,
    ...(reason === undefined ? {} : { reason }),
  },
});

export const setting = (name: string, data: string): Setting => ({
  kind: 'Setting',
  metadata: metadata(name),
  spec: { data },
  status: {},
});
