// The objects of the API, as docs/interface.md gives them: what the state holds is what a reader gets.
// Types are inferred from schemas, so that a reader of the wire and the writer of a table cannot drift apart.

import { z } from 'zod';

/** DNS label (RFC 1123): lower case letters, digits and `-`, 1 to 63 characters, no `-` at either end. */
export const namePattern = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
export const nameRule = 'a name is a DNS label: a-z, 0-9 and -, 1 to 63 characters';
export const nameSchema = z.string().regex(namePattern, nameRule);

/** Decimal log index of an object's last change; opaque to clients. */
const resourceVersionSchema = z.string().regex(/^[0-9]{1,16}$/, 'a resourceVersion is a decimal number');

/** RFC 3339 in UTC with milliseconds, stamped by the leader. */
const timestampSchema = z.iso.datetime();

/** Label keys and values: 1 to 63 (values: 0 to 63) characters of a-z, A-Z, 0-9, `-`, `_`, `.` and, in keys, `/`. */
export const labelsSchema = z.record(
  z.string().regex(/^[A-Za-z0-9]([-A-Za-z0-9_./]{0,61}[A-Za-z0-9])?$/, 'not a label key'),
  z.string().regex(/^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/, 'not a label value'),
);

const metadataSchema = z.strictObject({
  name: z.string(),
  uid: z.string(),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  resourceVersion: resourceVersionSchema,
  /** Rises by one with every change of the spec, from 1. */
  generation: z.int().min(1),
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
  /** `metadata.name` of the manifest that applied it. */
  owner: z.string().optional(),
});

const conditionSchema = z.strictObject({
  type: z.string(),
  status: z.enum(['True', 'False', 'Unknown']),
  /** One word in CamelCase, for programs. */
  reason: z.string(),
  /** One sentence, for people. */
  message: z.string(),
  lastTransitionTime: timestampSchema,
});

export const runtimeSchema = z.enum(['node', 'bun', 'deno', 'command']);

/** Signals with which a workload may be asked to stop. */
export const signalSchema = z.enum(['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2']);

/** What a replica runs: everything an agent needs to start it. A change of any of it is a new revision. */
export const workloadSchema = z.strictObject({
  /** Absolute working directory on the node. */
  path: z.string(),
  runtime: runtimeSchema,
  /** File that the runtime runs, relative to `path`. Exactly one of `entry` and `command`. */
  entry: z.string().optional(),
  /** Program and arguments, never through a shell. */
  command: z.array(z.string()).min(1).optional(),
  args: z.array(z.string()),
  /** `port` is a fixed host port; absent, the agent chooses one for each replica. */
  ports: z.array(z.strictObject({ name: nameSchema, port: z.int().min(1).max(65_535).optional() })),
  env: z.record(z.string(), z.string()),
  resources: z.strictObject({
    /** Cores, in steps of 0.001; 0 reserves nothing. */
    cpu: z.number().min(0),
    /** Bytes; 0 reserves nothing. */
    memory: z.int().min(0),
  }),
  restart: z.enum(['always', 'on-failure', 'never']),
  stop: z.strictObject({ signal: signalSchema, graceSeconds: z.int().min(0).max(3_600) }),
});

export const placementSchema = z.strictObject({
  /** A node must carry each of these labels with this value. */
  labels: z.record(z.string(), z.string()),
  strategy: z.enum(['spread', 'binpack', 'roundRobin']),
});

const serviceSpecSchema = z.strictObject({
  ...workloadSchema.shape,
  replicas: z.int().min(0),
  placement: placementSchema,
});

export const serviceSchema = z.strictObject({
  kind: z.literal('Service'),
  metadata: metadataSchema,
  spec: serviceSpecSchema,
  status: z.strictObject({
    observedGeneration: z.int().min(0),
    /** Version of the workload, from 1: rises with the spec, but not for a change of `replicas` alone. */
    revision: z.int().min(1),
    desired: z.int().min(0),
    /** Replicas last reported running. */
    running: z.int().min(0),
    /** Running replicas of the current revision, on nodes that are ready. */
    ready: z.int().min(0),
    conditions: z.array(conditionSchema),
  }),
});

const nodeStateSchema = z.enum(['ready', 'unknown', 'down']);

/** What a node has, or what its assignments reserve. */
export const resourcesSchema = z.strictObject({ cpu: z.number().min(0), memory: z.int().min(0) });

export const nodeSchema = z.strictObject({
  kind: z.literal('Node'),
  metadata: metadataSchema,
  spec: z.strictObject({}),
  status: z.strictObject({
    state: nodeStateSchema,
    address: z.string(),
    capacity: resourcesSchema,
    allocated: resourcesSchema,
    runtimes: z.array(runtimeSchema),
    conditions: z.array(conditionSchema),
  }),
});

export const assignmentStateSchema = z.enum([
  'pending',
  'starting',
  'running',
  'stopping',
  'exited',
  'failed',
  'lost',
]);

export const assignmentSchema = z.strictObject({
  kind: z.literal('Assignment'),
  /** `name` is the assignment's id. */
  metadata: metadataSchema,
  spec: z.strictObject({
    service: z.string(),
    serviceUid: z.string(),
    revision: z.int().min(1),
    index: z.int().min(0),
    node: z.string(),
    desired: z.enum(['running', 'stopped']),
    workload: workloadSchema,
  }),
  status: z.strictObject({
    state: assignmentStateSchema,
    /** Of the last report that was applied; older ones are ignored. 0 before the first. */
    sequence: z.int().min(0),
    pid: z.int().optional(),
    startedAt: timestampSchema.optional(),
    ports: z.record(z.string(), z.int()),
    restarts: z.int().min(0),
    exitCode: z.int().optional(),
    /** One word in capitals, as CRASH_LOOP, SPAWN_FAILED, STOPPED, EXIT_UNKNOWN, NODE_DOWN. */
    reason: z.string().optional(),
    /** One sentence, for people: what failed, and the last lines it wrote. */
    message: z.string().optional(),
  }),
});

export const settingSchema = z.strictObject({
  kind: z.literal('Setting'),
  metadata: metadataSchema,
  spec: z.strictObject({ data: z.string() }),
  status: z.strictObject({}),
});

export const eventSchema = z.strictObject({
  kind: z.literal('Event'),
  /** `name` follows from what it is about, its reason and its message: the same again is the same event. */
  metadata: metadataSchema,
  spec: z.strictObject({
    regarding: z
      .strictObject({ kind: z.string(), name: z.string(), uid: z.string() })
      .describe('The object that it happened to.'),
    type: z.enum(['Normal', 'Warning']).describe('Whether somebody should look into it.'),
    reason: z.string().describe('One word in CamelCase, for programs.'),
    message: z.string().describe('One sentence, for people.'),
    source: z.enum(['scheduler', 'rollout', 'node', 'agent', 'peer']).describe('Who saw it.'),
  }),
  status: z.strictObject({
    count: z.int().min(1).describe('How often it was seen.'),
    firstSeen: timestampSchema.describe('When it was seen first.'),
    lastSeen: timestampSchema.describe('When it was seen last.'),
  }),
});

export type Metadata = z.infer<typeof metadataSchema>;
export type Condition = z.infer<typeof conditionSchema>;
export type Runtime = z.infer<typeof runtimeSchema>;
export type Workload = z.infer<typeof workloadSchema>;
export type ServiceSpec = z.infer<typeof serviceSpecSchema>;
export type Service = z.infer<typeof serviceSchema>;
export type NodeState = z.infer<typeof nodeStateSchema>;
export type Resources = z.infer<typeof resourcesSchema>;
export type Node = z.infer<typeof nodeSchema>;
export type AssignmentState = z.infer<typeof assignmentStateSchema>;
export type Assignment = z.infer<typeof assignmentSchema>;
export type Setting = z.infer<typeof settingSchema>;
export type Event = z.infer<typeof eventSchema>;

/** Any object of the API. */
export type OrionObject = Service | Node | Assignment | Setting | Event;
