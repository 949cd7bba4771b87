// Settings in services: `${settings.NAME}` anywhere in a value of `env`, and files whose content is a setting.
// Asked by whoever reads a manifest (are they well formed?), by apply (do they resolve?), and once more by apply when an
// assignment is created: from then on its workload holds the values.
//
// F1. `$${settings.` stands for the text `${settings.`; nothing else is special.
// F2. Whether a service's settings fit is found out without putting them together: a small manifest that names a large
//     setting ten thousand times costs nothing but its refusal.

import { present } from '../lib/assert.ts';
import type { Issue } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import { namePattern, nameRule } from './names.ts';
import type { ServiceSpec, Workload } from './objects.ts';

type Using = Pick<ServiceSpec, 'env' | 'files'>;

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'setting'; readonly name: string; readonly isClosed: boolean };

const opening = '${settings.';
/** F1; the escape first, so that it wins where both begin. */
const special = /\$\$\{settings\.|\$\{settings\.([^}]*)(\}?)/g;

function partsOf(value: string): readonly Part[] {
  if (!value.includes(opening)) return [{ kind: 'text', text: value }];
  const parts: Part[] = [];
  let end = 0;
  for (const match of value.matchAll(special)) {
    const [whole, name, close] = match;
    if (match.index > end) parts.push({ kind: 'text', text: value.slice(end, match.index) });
    if (name === undefined) parts.push({ kind: 'text', text: opening });
    else parts.push({ kind: 'setting', name, isClosed: close === '}' });
    end = match.index + whole.length;
  }
  if (end < value.length) parts.push({ kind: 'text', text: value.slice(end) });
  return parts;
}

/** What is wrong with how a value of `env` names settings; undefined when nothing is. */
export function malformedReference(value: string): string | undefined {
  for (const part of partsOf(value)) {
    if (part.kind === 'text') continue;
    if (!part.isClosed) return `${opening} is never closed; write $${opening} for the text itself`;
    if (!namePattern.test(part.name)) return `"${part.name}" is no name of a setting: ${nameRule}`;
  }
  return undefined;
}

/** Names of the settings that a service uses. */
export function settingsOf({ env, files }: Using): ReadonlySet<string> {
  const names = new Set(files?.map(({ setting }) => setting));
  for (const value of Object.values(env)) {
    for (const part of partsOf(value)) if (part.kind === 'setting') names.add(part.name);
  }
  return names;
}

/** What must be known of a setting to judge who uses it. */
export interface SettingFacts {
  readonly bytes: number;
  readonly jsonBytes: number;
  readonly hasNul: boolean;
}

export function factsOf(data: string): SettingFacts {
  return { bytes: Buffer.byteLength(data), jsonBytes: jsonBytesOf(data), hasNul: data.includes('\0') };
}

/**
 * Why replicas of `spec` could not run with the settings that there are; empty when they could. Paths start at the service.
 * `facts`: of a setting by name, undefined when there is none.
 */
export function settingIssues(
  spec: ServiceSpec,
  facts: (setting: string) => SettingFacts | undefined,
): readonly Issue[] {
  const issues: Issue[] = [];
  let total = specBytesOf(spec);
  const use = (path: string, setting: string): SettingFacts | undefined => {
    const known = facts(setting);
    if (known === undefined) issues.push({ path, message: `there is no setting "${setting}": put it first` });
    total += known?.jsonBytes ?? 0;
    return known;
  };
  for (const [name, value] of Object.entries(spec.env)) {
    if (!value.includes(opening)) continue;
    const path = `env.${name}`;
    let bytes = Buffer.byteLength(name) + 1;
    for (const part of partsOf(value)) {
      if (part.kind === 'text') {
        bytes += Buffer.byteLength(part.text);
        continue;
      }
      const known = use(path, part.name);
      bytes += known?.bytes ?? 0;
      if (known?.hasNul === true) {
        issues.push({ path, message: `the setting "${part.name}" holds NUL, which no variable can` });
      }
    }
    if (bytes > limits.environmentBytesMax) {
      const message = `NAME=value is ${bytes} bytes with its settings, above ${limits.environmentBytesMax}`;
      issues.push({ path, message });
    }
    if (issues.length >= limits.issuesMax) return issues;
  }
  for (const [at, { setting }] of (spec.files ?? []).entries()) use(`files[${at}].setting`, setting);
  if (total > limits.workloadBytesMax) {
    const message = `a replica takes ${total} bytes with its settings, above ${limits.workloadBytesMax}`;
    issues.push({ path: '', message });
  }
  return issues.slice(0, limits.issuesMax);
}

/** What a replica of `spec` runs now. `dataOf` knows every setting that it uses, and they fit ({@link settingIssues}). */
export function workloadWith(spec: ServiceSpec, dataOf: (setting: string) => string | undefined): Workload {
  const data = (setting: string): string => present(dataOf(setting), 'a setting that is used is not deleted');
  const { replicas: _replicas, placement: _placement, files, ...workload } = spec;
  const filled = (value: string): string =>
    partsOf(value)
      .map((part) => (part.kind === 'text' ? part.text : data(part.name)))
      .join('');
  return {
    ...workload,
    env: Object.fromEntries(Object.entries(spec.env).map(([name, value]) => [name, filled(value)])),
    ...(files !== undefined && {
      files: files.map(({ setting, path }) => ({ setting, path, data: data(setting) })),
    }),
  };
}

/** Values are replaced, never changed, so that each is measured once. */
const measured = new WeakMap<object, number>();

/** Bytes of `spec` or a workload as JSON. */
export function specBytesOf(spec: ServiceSpec | Workload): number {
  const known = measured.get(spec);
  if (known !== undefined) return known;
  const bytes = jsonBytesOf(spec);
  measured.set(spec, bytes);
  return bytes;
}

function jsonBytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
