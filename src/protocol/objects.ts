// The objects of the API, as docs/interface.md gives them: what the state holds is what a reader gets.
// Types are inferred from schemas, so that a reader of the wire and the writer of a table cannot drift apart.

import { z } from 'zod';
import { namePattern, nameRule } from './names.ts';

export const nameSchema = z.string().regex(namePattern, nameRule);

/** Decimal log index of an object's last change; opaque to clients. */
const resourceVersionSchema = z.string().regex(/^[0-9]{1,16}$/, 'a resourceVersion is a decimal number');

/** RFC 3339 in UTC with milliseconds, stamped by the leader. */
export const timestampSchema = z.iso.datetime();

/** Label keys and values: 1 to 63 (values: 0 to 63) characters of a-z, A-Z, 0-9, `-`, `_`, `.` and, in keys, `/`. */
export const labelsSchema = z.record(
  z.string().regex(/^[A-Za-z0-9]([-A-Za-z0-9_./]{0,61}[A-Za-z0-9])?$/, 'not a label key'),
  z.string().regex(/^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/, 'not a label value'),
);

const metadataSchema = z.strictObject({
  name: z.string().describe('Unique among objects of its kind.'),
  uid: z.string().describe('Unique for ever: an object that is made again under the same name has another.'),
  labels: z.record(z.string(), z.string()).describe('For selectors.'),
  annotations: z.record(z.string(), z.string()).describe('Kept for programs; nothing is selected by them.'),
  resourceVersion: resourceVersionSchema.describe(
    'Log index of the last change: what watches resume from and If-Match compares. Opaque.',
  ),
  generation: z.int().min(1).describe('Rises by one with every change of the spec, from 1.'),
  createdAt: timestampSchema.describe('By the clock of the leader.'),
  updatedAt: timestampSchema.describe('When anything of it changed last.'),
  owner: z.string().optional().describe('`metadata.name` of the manifest that applied it.'),
});

const conditionSchema = z.strictObject({
  type: z.string().describe('What it speaks of, as Available, Placed or Progressing.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether it holds.'),
  reason: z.string().describe('One word in CamelCase, for programs.'),
  message: z.string().describe('One sentence, for people.'),
  lastTransitionTime: timestampSchema.describe('When the status changed last.'),
});

export const runtimeSchema = z.enum(['node', 'bun', 'deno', 'command']);

/** Signals with which a workload may be asked to stop. */
export const signalSchema = z.enum(['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2']);

const workloadShape = {
  path: z.string().describe('Absolute working directory on the node.'),
  runtime: runtimeSchema.describe('What runs `entry`, or `command` for a program of its own.'),
  entry: z
    .string()
    .optional()
    .describe('File that the runtime runs, relative to `path`. Exactly one of `entry` and `command`.'),
  command: z.array(z.string()).min(1).optional().describe('Program and arguments, never through a shell.'),
  args: z.array(z.string()).describe('Further arguments.'),
  ports: z
    .array(
      z.strictObject({
        name: nameSchema.describe('The variable PORT_<NAME> holds its number.'),
        port: z
          .int()
          .min(1)
          .max(65_535)
          .optional()
          .describe('Fixed port of the node; absent, the agent chooses a free one for each replica.'),
      }),
    )
    .describe('Ports that each replica listens on; the variable PORT holds the first.'),
  env: z
    .record(z.string(), z.string())
    .describe('Variables of the environment. In a service `${settings.NAME}` stands for that setting.'),
  resources: z
    .strictObject({
      cpu: z.number().min(0).describe('Cores, in steps of 0.001; 0 reserves nothing.'),
      memory: z.int().min(0).describe('Bytes; 0 reserves nothing.'),
    })
    .describe('What a replica reserves on its node.'),
  restart: z
    .enum(['always', 'on-failure', 'never'])
    .describe('When a replica that has ended is started again.'),
  stop: z
    .strictObject({
      signal: signalSchema.describe('How a replica is asked to stop.'),
      graceSeconds: z.int().min(0).max(3_600).describe('After which it is killed.'),
    })
    .describe('How a replica is stopped.'),
};

const fileShape = {
  setting: z.string().describe('Name of the setting.'),
  path: z.string().describe('The file that it is written to.'),
};

/** What a replica runs: everything an agent needs to start it, the settings that it uses filled in. */
export const workloadSchema = z.strictObject({
  ...workloadShape,
  files: z
    .array(z.strictObject({ ...fileShape, data: z.string().describe('What the setting held.') }))
    .optional()
    .describe('Written before the replica starts; a path as in a service. Absent: none.'),
});

export const placementSchema = z.strictObject({
  labels: z
    .record(z.string(), z.string())
    .describe('A node must carry each of these labels with this value.'),
  strategy: z
    .enum(['spread', 'binpack', 'roundRobin'])
    .describe(
      'spread: nodes with few replicas of the service first; binpack: full nodes first; roundRobin: in turn.',
    ),
});

export const serviceSpecSchema = z.strictObject({
  // A change of any of it, and of the settings that it names (references.ts), is a new revision.
  ...workloadShape,
  files: z
    .array(z.strictObject(fileShape))
    .optional()
    .describe(
      "Settings that are written to files; a path that is not absolute starts at the service's. Absent: none.",
    ),
  replicas: z.int().min(0).describe('How many copies run.'),
  placement: placementSchema.describe('Which nodes take its replicas.'),
});

export const serviceSchema = z.strictObject({
  kind: z.literal('Service').describe('What sort of object it is.'),
  metadata: metadataSchema.describe('Who it is, and since when it is as it is.'),
  spec: serviceSpecSchema.describe('What is asked for.'),
  status: z
    .strictObject({
      observedGeneration: z
        .int()
        .min(0)
        .describe('Generation of which the conditions Placed and Progressing speak.'),
      revision: z
        .int()
        .min(1)
        .describe(
          'Version of what replicas run, from 1: a change of `replicas` or `placement` alone makes none.',
        ),
      desired: z.int().min(0).describe('Replicas asked for.'),
      running: z.int().min(0).describe('Replicas last reported running.'),
      ready: z.int().min(0).describe('Running replicas of the current revision, on nodes that are ready.'),
      conditions: z
        .array(conditionSchema)
        .describe(
          'Available: enough replicas run; Placed: each has a node; Progressing: how the rollout goes.',
        ),
    })
    .describe('What is observed.'),
});

const nodeStateSchema = z.enum(['ready', 'unknown', 'down']);

/** What a node has, or what its assignments reserve. */
export const resourcesSchema = z.strictObject({
  cpu: z.number().min(0).describe('Cores.'),
  memory: z.int().min(0).describe('Bytes.'),
});

export const nodeSchema = z.strictObject({
  kind: z.literal('Node').describe('What sort of object it is.'),
  metadata: metadataSchema.describe('Who it is, and since when it is as it is.'),
  spec: z.strictObject({}).describe('Nothing is asked of it.'),
  status: z
    .strictObject({
      state: nodeStateSchema.describe(
        'ready: its agent is connected; unknown: not heard of for a while; down: for so long that its replicas run elsewhere.',
      ),
      address: z.string().describe('Where its services are reached.'),
      capacity: resourcesSchema.describe('What it has, as its agent found it.'),
      allocated: resourcesSchema.describe('What the replicas placed on it reserve.'),
      runtimes: z.array(runtimeSchema).describe('What it can run.'),
      conditions: z.array(conditionSchema).describe('Ready: whether it takes replicas, and why not.'),
    })
    .describe('What is observed.'),
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
  kind: z.literal('Assignment').describe('What sort of object it is.'),
  metadata: metadataSchema.describe("`name` is the assignment's id."),
  spec: z
    .strictObject({
      service: z.string().describe('Name of the service of which it is a replica.'),
      serviceUid: z.string().describe('Tells it from a service of that name that is gone.'),
      revision: z.int().min(1).describe("The service's revision that it runs."),
      index: z.int().min(0).describe('Which replica it is, from 0.'),
      node: z.string().describe('Where it runs.'),
      desired: z.enum(['running', 'stopped']).describe('What its agent is asked for.'),
      workload: workloadSchema.describe('What it runs.'),
    })
    .describe('What is asked for.'),
  status: z
    .strictObject({
      state: assignmentStateSchema.describe('As its agent reported last; lost: its node is down.'),
      sequence: z
        .int()
        .min(0)
        .describe('Of the last report that was applied; older ones are ignored. 0 before the first.'),
      pid: z.int().optional().describe('Of its process.'),
      startedAt: timestampSchema.optional().describe('When that process was started.'),
      ports: z.record(z.string(), z.int()).describe('Its ports by name.'),
      restarts: z.int().min(0).describe('How often it was started again.'),
      exitCode: z.int().optional().describe('Of its last end.'),
      reason: z
        .string()
        .optional()
        .describe(
          'One word in capitals, as CRASH_LOOP, SPAWN_FAILED, STOPPED, EXIT_UNKNOWN, SET_NOT_SAVED, NODE_DOWN.',
        ),
      message: z
        .string()
        .optional()
        .describe('One sentence, for people: what failed, and the last lines it wrote.'),
    })
    .describe('What its agent reported last.'),
});

export const settingSchema = z.strictObject({
  kind: z.literal('Setting').describe('What sort of object it is.'),
  metadata: metadataSchema.describe('Who it is, and since when it is as it is.'),
  spec: z
    .strictObject({ data: z.string().describe('The text that is kept.') })
    .describe('What is asked for.'),
  status: z.strictObject({}).describe('Nothing is observed of it.'),
});

export const eventSchema = z.strictObject({
  kind: z.literal('Event').describe('What sort of object it is.'),
  metadata: metadataSchema.describe(
    '`name` follows from what it is about, its reason and its message: the same again is the same event.',
  ),
  spec: z
    .strictObject({
      regarding: z
        .strictObject({
          kind: z.string().describe('Its kind.'),
          name: z.string().describe('Its name.'),
          uid: z.string().describe('Its uid.'),
        })
        .describe('The object that it happened to.'),
      type: z.enum(['Normal', 'Warning']).describe('Whether somebody should look into it.'),
      reason: z.string().describe('One word in CamelCase, for programs.'),
      message: z.string().describe('One sentence, for people.'),
      source: z.enum(['scheduler', 'rollout', 'node', 'agent', 'peer']).describe('Who saw it.'),
    })
    .describe('What happened.'),
  status: z
    .strictObject({
      count: z.int().min(1).describe('How often it was seen.'),
      firstSeen: timestampSchema.describe('When it was seen first.'),
      lastSeen: timestampSchema.describe('When it was seen last.'),
    })
    .describe('How often it was seen, and when.'),
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
