// The schema of orion.yaml: what each key may hold, what it is by default, and what it means.
// The descriptions are what `orion explain config` and the OpenAPI document say. What joins several keys stands in
// manifest-rules.ts.

import { z } from 'zod';
import { limits } from '../lib/limits.ts';
import { notWritable } from './manifest-rules.ts';
import { labelsSchema, nameSchema, placementSchema, runtimeSchema, signalSchema } from './objects.ts';
import { bytesOf } from './quantity.ts';
import { splitShellWords } from './shell-words.ts';

const text = z.string().refine((value) => !notWritable.test(value), {
  message: 'it holds NUL or half of a surrogate pair',
});

/** zod leaves `__proto__` out of a record in silence: told here, as M1 asks. */
const withoutProto = z.unknown().refine((value) => !Object.hasOwn(Object(value), '__proto__'), {
  message: 'unknown key __proto__',
});

const commandSchema = z.union([z.string(), z.array(text).min(1)]).transform((command, context) => {
  if (typeof command !== 'string') return command;
  const split = splitShellWords(command);
  if (split.kind === 'unterminated') {
    context.addIssue({ code: 'custom', message: `the quote ${split.quote} is never closed` });
    return z.NEVER;
  }
  if (split.words.length === 0 || split.words.some((word) => notWritable.test(word))) {
    context.addIssue({ code: 'custom', message: 'a command names at least a program, and holds no NUL' });
    return z.NEVER;
  }
  return [...split.words];
});

/** YAML's numbers and booleans are taken as written; JSON's as JavaScript writes them. */
const envValueSchema = z.union([z.string(), z.number(), z.boolean()], {
  error: 'a variable is text: write it in quotes',
});

const envSchema = withoutProto.pipe(
  z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'not the name of a variable'), envValueSchema),
);

const memorySchema = z.union([z.string(), z.number()]).transform((quantity, context) => {
  const bytes = bytesOf(quantity);
  if (bytes !== undefined) return bytes;
  context.addIssue({ code: 'custom', message: 'a size is whole bytes, or a number with Ki, Mi, Gi or Ti' });
  return z.NEVER;
});

const cpuSchema = z
  .number()
  .min(0)
  .max(1_000_000)
  .refine((cores) => Math.abs(cores * 1_000 - Math.round(cores * 1_000)) < 1e-6, {
    message: 'cpu is counted in steps of 0.001 cores',
  })
  .transform((cores) => Math.round(cores * 1_000) / 1_000);

const labels = withoutProto.pipe(labelsSchema);

/** Names between slashes, none of which is empty, `.` or `..`. */
const filePathPattern = /^\/?(?:(?!\.\.?(?:\/|$))[^/]+(?:\/(?=[^/])|$))+$/;

const filePathSchema = text.refine((path) => filePathPattern.test(path), {
  message: 'the path of a file, absolute or below the path of the service, without . and .. in it',
});

export const manifestServiceSchema = z.strictObject({
  name: nameSchema.describe('Name of the service in the cluster: no other manifest may use it.'),
  path: text
    .refine((path) => path.startsWith('/'), { message: 'the path is absolute, on the node' })
    .describe(
      'Working directory on the node, absolute. The command line resolves it against the file, whose folder is the default.',
    ),
  runtime: runtimeSchema.describe('What runs `entry`, or `command` for a program of its own.'),
  entry: text
    .min(1)
    .optional()
    .describe('File that the runtime runs, relative to `path`. Exactly one of `entry` and `command`.'),
  command: commandSchema
    .optional()
    .describe(
      'Program and arguments, never through a shell; a text is split once by the quoting rules of the shell.',
    ),
  args: z.array(text).default([]).describe('Further arguments.'),
  replicas: z.int().min(0).max(limits.replicasMax).default(1).describe('How many copies run.'),
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
    .default([])
    .describe('Ports that each replica listens on; the variable PORT holds the first.'),
  env: envSchema
    .default({})
    .describe(
      'Variables of the environment. Numbers and booleans are taken as written. `${settings.NAME}` anywhere in a value stands for that setting, `$${settings.` for the text itself.',
    ),
  files: z
    .array(
      z.strictObject({
        setting: nameSchema.describe('Name of the setting that the file holds.'),
        path: filePathSchema.describe('Absolute, or below `path`. Its directory exists.'),
      }),
    )
    .default([])
    .describe(
      'Settings that are written to files, readable by their owner alone, before each start of a replica.',
    ),
  resources: z
    .strictObject({
      cpu: cpuSchema.default(0).describe('Cores, in steps of 0.001; 0 reserves nothing.'),
      memory: memorySchema
        .default(0)
        .describe('Bytes, or a number with Ki, Mi, Gi or Ti; 0 reserves nothing.'),
    })
    .prefault({})
    .describe('What a replica reserves on its node.'),
  labels: labels.default({}).describe('For selectors.'),
  placement: z
    .strictObject({
      labels: labels.default({}).describe('A node must carry each of these labels with this value.'),
      strategy: placementSchema.shape.strategy
        .default('spread')
        .describe(
          'spread: nodes with few replicas of the service first; binpack: full nodes first; roundRobin: in turn.',
        ),
    })
    .prefault({})
    .describe('Which nodes take its replicas.'),
  restart: z
    .enum(['always', 'on-failure', 'never'])
    .default('always')
    .describe('When a replica that has ended is started again.'),
  stop: z
    .strictObject({
      signal: signalSchema.default('SIGTERM').describe('How a replica is asked to stop.'),
      graceSeconds: z.int().min(0).max(3_600).default(10).describe('After which it is killed.'),
    })
    .prefault({})
    .describe('How a replica is stopped.'),
});

export const manifestSchema = z.strictObject({
  apiVersion: z.literal('orion/v1').describe('The form of this file.'),
  kind: z.literal('Config').describe('A list of services.'),
  metadata: z
    .strictObject({
      name: nameSchema.describe('Owner of the services below: no other manifest touches them.'),
      description: z.string().optional().describe('For people.'),
    })
    .describe('Whose services these are.'),
  spec: z
    .strictObject({
      services: z
        .array(manifestServiceSchema)
        .max(limits.manifestServicesMax)
        .describe('What shall run. `[]` with --prune removes all that this owner applied before.'),
    })
    .describe('What is asked for.'),
});
