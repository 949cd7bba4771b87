// The service that agents run in a simulation, and what must hold of its replicas.
// W1. A slot (service uid, revision, index) is held by at most one assignment, after every entry, on every peer.

import type { CommandBody, Origin } from '../../../src/protocol/command.ts';
import { isLive } from '../../../src/protocol/replica.ts';
import type { View } from '../../../src/state/view.ts';
import { Violation } from '../observation.ts';
import type { SimAgent } from './agent.ts';

const serviceName = 'web';

/** Asks for the service with so many replicas. */
export const applyService = (replicas: number): CommandBody => ({
  kind: 'manifest.apply',
  prune: false,
  manifests: [
    {
      owner: 'sim',
      services: [
        {
          name: serviceName,
          labels: {},
          spec: {
            path: '/srv',
            runtime: 'command',
            command: ['/bin/web'],
            args: [],
            ports: [],
            env: {},
            resources: { cpu: 0, memory: 0 },
            restart: 'always',
            stop: { signal: 'SIGTERM', graceSeconds: 1 },
            replicas,
            placement: { labels: {}, strategy: 'spread' },
          },
        },
      ],
    },
  ],
});

/** Of a client's write. */
export const originOf = (operation: string): Origin => ({
  actor: 'anonymous',
  method: 'PUT',
  path: '/',
  from: '127.0.0.1',
  agent: 'sim',
  operation,
});

/** W1; throws a {@link Violation}. */
export function checkSlots(view: View, peer: string): void {
  const held = new Map<string, string>();
  for (const assignment of view.assignmentsOfService(serviceName)) {
    if (!isLive(assignment)) continue;
    const { serviceUid, revision, index } = assignment.spec;
    const slot = `${serviceUid}/${revision}/${index}`;
    const holder = held.get(slot);
    if (holder !== undefined) {
      throw new Violation(
        `slots: ${holder} and ${assignment.metadata.name} both hold ${slot} on ${peer} at ${view.appliedIndex}`,
      );
    }
    held.set(slot, assignment.metadata.name);
  }
}

/** Every node is heard; every replica that is asked for runs, by the state and on its node, and nothing else does. */
export function isSettled(view: View, agents: readonly SimAgent[]): boolean {
  const replicas = view.services.get(serviceName)?.spec.replicas;
  const assignments = view.assignmentsOfService(serviceName);
  if (assignments.length !== replicas || agents.some((agent) => agent.isSilent)) return false;
  const isRunning = assignments.every(
    ({ metadata, spec, status }) =>
      status.state === 'running' &&
      agents.some((agent) => agent.name === spec.node && agent.runs(metadata.name)),
  );
  const running = agents.reduce((sum, agent) => sum + agent.count, 0);
  return isRunning && running === replicas;
}
