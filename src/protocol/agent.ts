// What agents and the gateway say to each other over `/ws`: JSON texts, one message each.
// Sets of assignments are desired state; there is no message that stops or starts anything by itself.
//
// A1. An agent persists the highest (epoch, term, version) that it has accepted, and refuses a lower one.
// A2. Reports carry a sequence for each assignment, rising over restarts of the agent; newest wins.
// A3. Whatever is sent may be lost with the connection: on a new one the agent says everything again.

import { z } from 'zod';
import {
  assignmentStateSchema,
  labelsSchema,
  nameSchema,
  resourcesSchema,
  runtimeSchema,
  workloadSchema,
} from './objects.ts';

/** Rises when a message changes its meaning; both ends name theirs and the gateway refuses one it does not speak. */
export const agentProtocolVersion = 1;

/** Orders assignment sets over recoveries (epoch), leaders (term) and changes (version, a log index). */
export const setVersionSchema = z.strictObject({
  epoch: z.int().min(0),
  term: z.int().min(0),
  version: z.int().min(0),
});

const timestampMs = z.number().min(0);

export const agentUpSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('hello'),
    protocol: z.int(),
    /** Drawn once, kept in the agent's directory: a second agent under the same node id is refused while one is live. */
    agentId: z.string().min(1).max(64),
    nodeId: nameSchema,
    name: z.string().max(253),
    address: z.string().max(253),
    labels: labelsSchema,
    capacity: resourcesSchema,
    runtimes: z.array(runtimeSchema),
    running: z.array(z.strictObject({ assignmentId: z.string(), pid: z.int(), startedAt: z.string() })),
    lastVersion: setVersionSchema.optional(),
  }),
  z.strictObject({
    type: z.literal('heartbeat'),
    timestamp: timestampMs,
    /** `cpu`: cores in use, `memory`: bytes in use, of the whole machine. */
    metrics: resourcesSchema,
  }),
  z.strictObject({
    type: z.literal('status'),
    assignmentId: z.string(),
    sequence: z.int().min(1),
    state: assignmentStateSchema.exclude(['pending', 'lost']),
    pid: z.int().optional(),
    startedAt: z.iso.datetime().optional(),
    ports: z.record(z.string(), z.int()),
    restarts: z.int().min(0),
    exitCode: z.int().optional(),
    reason: z.string().max(64).optional(),
    message: z.string().max(4_096).optional(),
  }),
  z.strictObject({
    type: z.literal('logs.chunk'),
    streamId: z.int(),
    lines: z.array(z.strictObject({ index: z.int(), time: z.iso.datetime(), line: z.string() })),
    /** The stream is over: everything asked for was sent, or `error` says why not. */
    end: z.boolean(),
    error: z.string().optional(),
  }),
  /** The agent stops; its services live on. */
  z.strictObject({ type: z.literal('goodbye') }),
]);

export const assignedSchema = z.strictObject({
  assignmentId: z.string(),
  service: z.string(),
  index: z.int(),
  revision: z.int(),
  desired: z.enum(['running', 'stopped']),
  workload: workloadSchema,
});

export const agentDownSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('welcome'),
    protocol: z.int(),
    clusterId: z.string(),
    heartbeatMs: z.int(),
    /** URLs of every peer's API, to be kept for the next connection. */
    peers: z.array(z.string()),
  }),
  /** This peer does not lead: go there (URL), or ask another when it is null. The connection is closed after it. */
  z.strictObject({ type: z.literal('redirect'), leader: z.string().nullable(), peers: z.array(z.string()) }),
  /** This agent cannot be served: another holds its node id, or it speaks another protocol. Closed after it. */
  z.strictObject({ type: z.literal('refused'), reason: z.string() }),
  z.strictObject({
    type: z.literal('assignments'),
    clusterId: z.string(),
    epoch: z.int(),
    term: z.int(),
    version: z.int(),
    /** The version that `changes` build on; 0 for a complete set. */
    previous: z.int(),
    /** True: `set` is everything; what is not in it is stopped. False: `changes` alter the set of `previous`. */
    complete: z.boolean(),
    set: z.array(assignedSchema).optional(),
    changes: z
      .array(
        z.discriminatedUnion('type', [
          z.strictObject({ type: z.literal('put'), assignment: assignedSchema }),
          z.strictObject({ type: z.literal('delete'), assignmentId: z.string() }),
        ]),
      )
      .optional(),
  }),
  z.strictObject({
    type: z.literal('logs.open'),
    streamId: z.int(),
    assignmentId: z.string(),
    /** Lines from the end to begin with. */
    tail: z.int().min(0),
    follow: z.boolean(),
    /** Lines that may be sent before the next credit. */
    credit: z.int().min(1),
  }),
  z.strictObject({ type: z.literal('logs.credit'), streamId: z.int(), credit: z.int().min(1) }),
  z.strictObject({ type: z.literal('logs.close'), streamId: z.int() }),
]);

export type SetVersion = z.infer<typeof setVersionSchema>;
export type AgentUp = z.infer<typeof agentUpSchema>;
export type AgentDown = z.infer<typeof agentDownSchema>;
export type Assigned = z.infer<typeof assignedSchema>;
