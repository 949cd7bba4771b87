// What joins several fields of a manifest, and so cannot stand in its schema.
// Judged on the raw value, whatever else is wrong with it, so that all problems are told at once; a field of the wrong
// type is the schema's to tell of, and passed over here.

import type { Issue } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import { pathText, type SourceDocument } from './document.ts';
import { malformedReference } from './references.ts';

/** What the agent sets for every workload. `PORT` and `PORT_<NAME>` join them where ports are asked for. */
const reservedEnv = [
  'ORION_MANAGED',
  'ORION_SERVICE_NAME',
  'ORION_REPLICA_ID',
  'ORION_REPLICA_INDEX',
  'ORION_ASSIGNMENT_ID',
  'ORION_NODE_ID',
];

/** What neither a process nor the log can hold: NUL, or half of a surrogate pair. */
export const notWritable = /[\0\p{Surrogate}]/u;

/** Every broken rule, with its path and line. */
export function ruleIssues(document: SourceDocument): readonly Issue[] {
  const services = servicesOf(document.value);
  return [
    ...duplicateIssues(services, ['spec', 'services'], document),
    ...services.flatMap((service, index) => serviceIssues(service, index, document)),
  ];
}

/** An issue where `path` stands in the text. */
export function issueAt(document: SourceDocument, path: readonly PropertyKey[], message: string): Issue {
  const line = document.lineOf(path);
  return { path: pathText([...document.root, ...path]), ...(line === undefined ? {} : { line }), message };
}

export type Raw = Readonly<Record<string, unknown>>;

export const isRaw = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The services of what may be a manifest, each as it stands there. */
export function servicesOf(value: unknown): readonly unknown[] {
  const services = isRaw(value) && isRaw(value['spec']) ? value['spec']['services'] : undefined;
  return Array.isArray(services) ? services : [];
}

function serviceIssues(service: unknown, index: number, document: SourceDocument): readonly Issue[] {
  if (!isRaw(service)) return [];
  const path = ['spec', 'services', index];
  const issues: Issue[] = [];
  const add = (field: readonly PropertyKey[], message: string): void => {
    issues.push(issueAt(document, [...path, ...field], message));
  };
  const { entry, command, runtime, env, files, ports } = service;
  if ((entry === undefined) === (command === undefined))
    add([], 'exactly one of entry and command is needed');
  else if (runtime === 'command' && command === undefined)
    add(['runtime'], 'runtime command needs a command');
  const portList: readonly unknown[] = Array.isArray(ports) ? ports : [];
  issues.push(...duplicateIssues(portList, [...path, 'ports'], document));
  const fixed = new Set<unknown>();
  for (const [at, port] of portList.entries()) {
    if (!isRaw(port) || port['port'] === undefined) continue;
    if (fixed.has(port['port'])) add(['ports', at, 'port'], 'another port of this service has this number');
    fixed.add(port['port']);
  }
  const taken = new Set<string>();
  for (const [at, file] of (Array.isArray(files) ? files : []).entries()) {
    const place = isRaw(file) ? placeOf(service['path'], file['path']) : undefined;
    if (place === undefined) continue;
    if (taken.has(place)) add(['files', at, 'path'], 'another file of this service has this path');
    taken.add(place);
  }
  if (isRaw(env)) {
    const reserved = new Set([...reservedEnv, ...portVariables(portList)]);
    for (const [name, value] of Object.entries(env)) {
      const problem = reserved.has(name) ? 'orion sets this variable itself' : envProblem(name, value);
      if (problem !== undefined) add(['env', name], problem);
    }
  }
  return issues;
}

/** Where a file of a service comes to stand. */
function placeOf(servicePath: unknown, filePath: unknown): string | undefined {
  if (typeof servicePath !== 'string' || typeof filePath !== 'string') return undefined;
  return (filePath.startsWith('/') ? filePath : `${servicePath}/${filePath}`).replaceAll(/\/+/g, '/');
}

function portVariables(ports: readonly unknown[]): readonly string[] {
  if (ports.length === 0) return [];
  const names = ports.flatMap((port) => (isRaw(port) ? [String(port['name'])] : []));
  return ['PORT', ...names.map((name) => `PORT_${name.toUpperCase().replaceAll('-', '_')}`)];
}

function envProblem(name: string, value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (notWritable.test(value)) return 'it holds NUL or half of a surrogate pair';
  const malformed = malformedReference(value);
  if (malformed !== undefined) return malformed;
  const bytes = Buffer.byteLength(name) + 1 + Buffer.byteLength(value);
  if (bytes > limits.environmentBytesMax) return `NAME=value is above ${limits.environmentBytesMax} bytes`;
  return undefined;
}

function duplicateIssues(
  items: readonly unknown[],
  path: readonly PropertyKey[],
  document: SourceDocument,
): readonly Issue[] {
  const seen = new Set<unknown>();
  const issues: Issue[] = [];
  for (const [index, item] of items.entries()) {
    if (!isRaw(item) || item['name'] === undefined) continue;
    if (seen.has(item['name']))
      issues.push(issueAt(document, [...path, index, 'name'], 'this name stands twice'));
    seen.add(item['name']);
  }
  return issues;
}
