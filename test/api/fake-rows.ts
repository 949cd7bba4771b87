// Rows of objects for tests of the API and the gateway: whole, with nothing said that the test does not ask for.

import type { Assignment, Node, Service, Setting } from '../../src/protocol/objects.ts';

/** Of every row. */
export const createdAt = '2026-01-01T00:00:00.000Z';

function metadata(name: string, version: number): Service['metadata'] {
  return {
    name,
    uid: `uid-${name}`,
    labels: {},
    annotations: {},
    resourceVersion: String(version),
    generation: 1,
    createdAt,
    updatedAt: createdAt,
  };
}

const workload = {
  path: '/srv',
  runtime: 'node' as const,
  entry: 'server.js',
  args: [],
  ports: [],
  env: {},
  resources: { cpu: 0, memory: 0 },
  restart: 'always' as const,
  stop: { signal: 'SIGTERM' as const, graceSeconds: 10 },
};

export function settingRow(name: string, data: string, version = 1): Setting {
  return { kind: 'Setting', metadata: metadata(name, version), spec: { data }, status: {} };
}

export function serviceRow(name: string, replicas = 1): Service {
  return {
    kind: 'Service',
    metadata: metadata(name, 1),
    spec: { ...workload, replicas, placement: { labels: {}, strategy: 'spread' } },
    status: { observedGeneration: 1, revision: 1, desired: replicas, running: 0, ready: 0, conditions: [] },
  };
}

export function nodeRow(name: string): Node {
  return {
    kind: 'Node',
    metadata: metadata(name, 1),
    spec: {},
    status: {
      state: 'ready',
      address: '127.0.0.1',
      capacity: { cpu: 4, memory: 1024 },
      allocated: { cpu: 0, memory: 0 },
      runtimes: ['node'],
      conditions: [],
    },
  };
}

export function assignmentRow(
  name: string,
  facts: {
    node: string;
    service?: string;
    index?: number;
    desired?: 'running' | 'stopped';
    state?: Assignment['status']['state'];
    sequence?: number;
  },
): Assignment {
  return {
    kind: 'Assignment',
    metadata: metadata(name, 1),
    spec: {
      service: facts.service ?? 'hello',
      serviceUid: 'uid-hello',
      revision: 1,
      index: facts.index ?? 0,
      node: facts.node,
      desired: facts.desired ?? 'running',
      workload,
    },
    status: { state: facts.state ?? 'pending', sequence: facts.sequence ?? 0, ports: {}, restarts: 0 },
  };
}
