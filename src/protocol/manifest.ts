// orion.yaml: what people write, checked and normalised into what commands carry.
//
// M1. Nothing is accepted that has no effect: an unknown key is an error with its path and line.
// M2. All problems are told at once.
// M3. The normal form is itself a manifest: `renderManifests` gives text that parses to the same.
// M4. No string holds what a process or the log cannot: NUL, or half of a surrogate pair.

import { z } from 'zod';
import { type Issue, OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { Manifest, ManifestService } from './command.ts';
import { type DocumentFormat, parseDocuments, type SourceDocument } from './document.ts';
import { isRaw, issueAt, notWritable, ruleIssues, servicesOf } from './manifest-rules.ts';
import { labelsSchema, nameSchema, placementSchema, runtimeSchema, signalSchema } from './objects.ts';
import { bytesOf } from './quantity.ts';
import { splitShellWords } from './shell-words.ts';

/** Leaves room for the command around it. */
const manifestBytesMax = (limits.commandBytesMax / 4) * 3;

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

const serviceObject = z.strictObject({
  name: nameSchema,
  path: text.refine((path) => path.startsWith('/'), { message: 'the path is absolute, on the node' }),
  runtime: runtimeSchema,
  entry: text.min(1).optional(),
  command: commandSchema.optional(),
  args: z.array(text).default([]),
  replicas: z.int().min(0).max(limits.replicasMax).default(1),
  ports: z
    .array(z.strictObject({ name: nameSchema, port: z.int().min(1).max(65_535).optional() }))
    .default([]),
  env: envSchema.default({}),
  resources: z.strictObject({ cpu: cpuSchema.default(0), memory: memorySchema.default(0) }).prefault({}),
  labels: labels.default({}),
  placement: z
    .strictObject({ labels: labels.default({}), strategy: placementSchema.shape.strategy.default('spread') })
    .prefault({}),
  restart: z.enum(['always', 'on-failure', 'never']).default('always'),
  stop: z
    .strictObject({
      signal: signalSchema.default('SIGTERM'),
      graceSeconds: z.int().min(0).max(3_600).default(10),
    })
    .prefault({}),
});

export const manifestSchema = z.strictObject({
  apiVersion: z.literal('orion/v1'),
  kind: z.literal('Config'),
  metadata: z.strictObject({ name: nameSchema, description: z.string().optional() }),
  spec: z.strictObject({ services: z.array(serviceObject).max(limits.manifestServicesMax) }),
});

export interface ParseOptions {
  /** What a service's `path` (undefined: it has none) stands for; absent, it must be there and absolute. */
  readonly resolvePath?: (path: string | undefined) => string;
}

/**
 * The manifests in `source`, normalised: one for each document of a YAML stream, or for each item of a list. Throws
 * MALFORMED (no YAML or JSON), INVALID (with every issue; where there are several documents its path begins with the
 * document's number, as `[1].spec`) or TOO_LARGE (more documents or services than one request may hold, or aliases that
 * make more of it than a command holds).
 */
export function parseManifests(
  source: string,
  format: DocumentFormat,
  options: ParseOptions = {},
): readonly Manifest[] {
  return readManifests(source, format, options).map(({ manifest }) => manifest);
}

/** A manifest, and the document that it was read from. */
export interface SourceManifest {
  readonly manifest: Manifest;
  readonly document: SourceDocument;
}

/** As {@link parseManifests}, for whoever has to say later where something stands. */
export function readManifests(
  source: string,
  format: DocumentFormat,
  { resolvePath }: ParseOptions,
): readonly SourceManifest[] {
  const documents = parseDocuments(source, format);
  if (documents.length > limits.manifestDocumentsMax) {
    throw new OrionError('TOO_LARGE', `More than ${limits.manifestDocumentsMax} documents: split the text.`);
  }
  const issues: Issue[] = [];
  const read: SourceManifest[] = [];
  for (const document of documents) {
    if (resolvePath !== undefined) resolvePaths(document.value, resolvePath);
    const parsed = manifestSchema.safeParse(document.value, { error: missingIsRequired });
    issues.push(...(parsed.success ? [] : schemaIssues(parsed.error, document)), ...ruleIssues(document));
    if (!parsed.success) continue;
    const { metadata, spec } = parsed.data;
    read.push({
      manifest: { owner: metadata.name, services: spec.services.map(normalised) },
      document,
    });
  }
  if (issues.length > 0) {
    throw new OrionError('INVALID', 'The manifest is not valid: mend what is listed and apply it again.', {
      issues: issues.slice(0, limits.issuesMax),
    });
  }
  assertFits(read.map(({ manifest }) => manifest));
  return read;
}

/** Throws TOO_LARGE. */
function assertFits(manifests: readonly Manifest[]): void {
  const services = manifests.reduce((sum, manifest) => sum + manifest.services.length, 0);
  if (services > limits.manifestServicesMax) {
    throw new OrionError(
      'TOO_LARGE',
      `More than ${limits.manifestServicesMax} services at once: split them.`,
    );
  }
  if (Buffer.byteLength(JSON.stringify(manifests)) > manifestBytesMax) {
    throw new OrionError('TOO_LARGE', 'The manifest is too large, its aliases resolved: split it.');
  }
}

/** Manifests as orion.yaml in JSON, with every default written out: an object, or a list of several. */
export function renderManifests(manifests: readonly Manifest[]): string {
  const [first] = manifests;
  return JSON.stringify(
    first !== undefined && manifests.length === 1 ? documentOf(first) : manifests.map(documentOf),
  );
}

/** The document that says what `manifest` holds. */
export function documentOf({ owner, services }: Manifest): object {
  return {
    apiVersion: 'orion/v1',
    kind: 'Config',
    metadata: { name: owner },
    spec: { services: services.map(({ name, labels, spec }) => ({ name, labels, ...spec })) },
  };
}

function resolvePaths(value: unknown, resolvePath: (path: string | undefined) => string): void {
  for (const service of servicesOf(value)) {
    if (!isRaw(service)) continue;
    const path = service['path'];
    if (path === undefined || typeof path === 'string') Object.assign(service, { path: resolvePath(path) });
  }
}

function normalised(service: z.infer<typeof serviceObject>): ManifestService {
  const { name, labels, env, entry, command, ports, ...rest } = service;
  return {
    name,
    labels,
    spec: {
      ...rest,
      ...(entry === undefined ? {} : { entry }),
      ...(command === undefined ? {} : { command }),
      ports: ports.map(({ name, port }) => (port === undefined ? { name } : { name, port })),
      env: Object.fromEntries(Object.entries(env).map(([key, value]) => [key, String(value)])),
    },
  };
}

const missingIsRequired = (issue: { code?: string; input?: unknown }): string | undefined =>
  issue.code === 'invalid_type' && issue.input === undefined ? 'it is required' : undefined;

function schemaIssues(error: z.ZodError, document: SourceDocument): readonly Issue[] {
  return error.issues
    .slice(0, limits.issuesMax)
    .flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys
            .slice(0, limits.issuesMax)
            .map((key) => issueAt(document, [...issue.path, key], 'unknown key'))
        : [issueAt(document, issue.path, issue.message)],
    );
}
