// What the leader is told of a replica: within the bounds of the protocol, whatever the replica wrote.

import { expect, test } from 'vitest';
import { newReplica } from '../../agent/replica.ts';
import { createSequence, statusOf } from '../../agent/status.ts';
import { agentUpSchema } from '../../src/protocol/agent.ts';
import { assigned, script } from './rig.ts';

test('a long last line is cut so that how it ended and its last characters remain', () => {
  const message = `exited with code 1; it wrote last:\n${'x'.repeat(20_000)}the cause`;
  const replica = {
    ...newReplica(assigned('a', script(''))),
    phase: { kind: 'waiting', end: { state: 'failed', reason: 'CRASHED', exitCode: 1, message } },
  } as const;
  const status = statusOf(replica, { http: 20_001 }, 1);
  expect(agentUpSchema.safeParse(status).success).toBe(true);
  expect(status.message).toMatch(/^exited with code 1; it wrote last:\n…x+the cause$/);
  expect(status.message?.length).toBe(4_096);
});

test('sequences rise within a start and over starts, and stay exact numbers', () => {
  const [first, second] = [createSequence(1), createSequence(2)];
  expect(first()).toBeLessThan(first());
  expect(first()).toBeLessThan(second());
  const farAhead = createSequence(Date.UTC(2100, 0) / 60_000);
  expect(Number.isSafeInteger(farAhead())).toBe(true);
});
