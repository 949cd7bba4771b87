// orion.yaml: what people write, checked and normalised into what commands carry.
//
// M1. Nothing is accepted that has no effect: an unknown key is an error with its path and line.
// M2. All problems are told at once.
// M3. The normal form is itself a manifest: `renderManifests` gives text that parses to the same.
// M4. No string holds what a process or the log cannot: NUL, or half of a surrogate pair.

import type { z } from 'zod';
import { type Issue, OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { Manifest, ManifestService } from './command.ts';
import { type DocumentFormat, parseDocuments, type SourceDocument } from './document.ts';
import { isRaw, issueAt, ruleIssues, servicesOf } from './manifest-rules.ts';
import { type manifestServiceSchema, manifestSchema } from './manifest-schema.ts';

/** Leaves room for the command around it. */
const manifestBytesMax = (limits.commandBytesMax / 4) * 3;

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

function normalised(service: z.infer<typeof manifestServiceSchema>): ManifestService {
  const { name, labels, env, files, entry, command, ports, ...rest } = service;
  return {
    name,
    labels,
    spec: {
      ...rest,
      ...(entry === undefined ? {} : { entry }),
      ...(command === undefined ? {} : { command }),
      ports: ports.map(({ name, port }) => (port === undefined ? { name } : { name, port })),
      env: Object.fromEntries(Object.entries(env).map(([key, value]) => [key, String(value)])),
      ...(files.length === 0 ? {} : { files }),
    },
  };
}

function missingIsRequired(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type' && issue.input === null && (issue.path ?? []).length === 0)
    return 'it is empty';
  if (issue.input !== undefined) return undefined;
  if (issue.code === 'invalid_type') return 'it is required';
  if (issue.code !== 'invalid_value') return undefined;
  return `it is required: ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
}

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
