// A manifest: what one file asks for, made so in one entry, or refused as a whole.
//
// M1. A service belongs to the owner that applied it first; nobody else's manifest touches it.
// M2. What is asked for again, in whatever order of keys, changes nothing.
// M3. Only owners named in the request are pruned.
// M4. Every setting that a service uses is there, and fits.

import type { Issue } from '../../lib/errors.ts';
import { limits } from '../../lib/limits.ts';
import type { CommandResult, Manifest, ManifestService, ObjectChange } from '../../protocol/command.ts';
import type { Service } from '../../protocol/objects.ts';
import { settingIssues } from '../../protocol/references.ts';
import { workloadOf } from '../../protocol/replica.ts';
import type { Overlay } from '../overlay.ts';
import { same } from '../same.ts';
import { type CommandOf, refused, unmetPrecondition } from './judge.ts';
import { beginRevision, keepAsked } from './revision.ts';
import { removeService } from './service.ts';
import { settingFacts } from './uses.ts';

export function applyManifests(overlay: Overlay, command: CommandOf<'manifest.apply'>): CommandResult {
  const { manifests, prune } = command;
  const listedTwice = findListedTwice(manifests);
  if (listedTwice.length > 0) {
    return refused('INVALID', 'A service is listed twice: give each a name of its own.', listedTwice);
  }
  const foreign = findForeign(overlay, manifests);
  if (foreign.length > 0) {
    return refused('CONFLICT', 'A service belongs to another owner: rename it, or delete that one.', foreign);
  }
  const unmet = unmetForOne(overlay, command);
  if (unmet !== undefined) return unmet;
  const unusable = findUnusable(overlay, manifests);
  if (unusable.length > 0) {
    const message = 'A service could not run with the settings that there are: mend what is listed.';
    return refused('INVALID', message, unusable);
  }
  const changes: ObjectChange[] = [];
  for (const { owner, services } of manifests) {
    for (const wanted of services) {
      changes.push({ kind: 'Service', name: wanted.name, action: applyService(overlay, owner, wanted) });
    }
  }
  if (prune) changes.push(...pruneOwners(overlay, manifests));
  return { kind: 'applied', changes };
}

function findListedTwice(manifests: readonly Manifest[]): Issue[] {
  const seen = new Set<string>();
  const issues: Issue[] = [];
  for (const [number, { owner, services }] of manifests.entries()) {
    for (const [position, { name }] of services.entries()) {
      if (seen.has(name)) {
        issues.push({
          path: `${rootOf(manifests, number)}spec.services[${position}].name`,
          message: `"${owner}" lists "${name}", which stands in this request already`,
        });
      }
      seen.add(name);
    }
  }
  return issues;
}

/** Several manifests are told apart by their numbers. */
function rootOf(manifests: readonly Manifest[], number: number): string {
  return manifests.length === 1 ? '' : `[${number}].`;
}

/** M1. */
function findForeign(overlay: Overlay, manifests: readonly Manifest[]): Issue[] {
  const issues: Issue[] = [];
  for (const [number, { owner, services }] of manifests.entries()) {
    for (const [position, { name }] of services.entries()) {
      const existing = overlay.get('service', name);
      if (existing === undefined || existing.metadata.owner === owner) continue;
      issues.push({
        path: `${rootOf(manifests, number)}spec.services[${position}].name`,
        message: `"${name}" belongs to "${existing.metadata.owner}", not to "${owner}"`,
      });
    }
  }
  return issues;
}

/** Preconditions speak of one object: whoever edits a service applies it alone. */
function unmetForOne(overlay: Overlay, command: CommandOf<'manifest.apply'>): CommandResult | undefined {
  if (command.ifMatch === undefined && command.ifNoneMatch === undefined) return undefined;
  const [only, ...others] = command.manifests.flatMap(({ services }) => services);
  if (only === undefined || others.length > 0 || command.prune) {
    return refused('INVALID', 'If-Match and If-None-Match go with one service, and without prune.');
  }
  return unmetPrecondition(command, overlay.get('service', only.name));
}

/** M4. */
function findUnusable(overlay: Overlay, manifests: readonly Manifest[]): Issue[] {
  const facts = settingFacts(overlay);
  const issues: Issue[] = [];
  for (const [number, { services }] of manifests.entries()) {
    for (const [position, { spec }] of services.entries()) {
      for (const { path, message } of settingIssues(spec, facts)) {
        const field = path === '' ? '' : `.${path}`;
        issues.push({ path: `${rootOf(manifests, number)}spec.services[${position}]${field}`, message });
      }
      if (issues.length >= limits.issuesMax) return issues.slice(0, limits.issuesMax);
    }
  }
  return issues;
}

function applyService(overlay: Overlay, owner: string, wanted: ManifestService): ObjectChange['action'] {
  const existing = overlay.get('service', wanted.name);
  if (existing === undefined) {
    beginRevision(overlay, newService(overlay, owner, wanted), { revision: 1 });
    return 'created';
  }
  // M2.
  if (same(existing.spec, wanted.spec) && same(existing.metadata.labels, wanted.labels)) return 'unchanged';
  const asked: Service = {
    ...existing,
    metadata: { ...existing.metadata, labels: wanted.labels },
    spec: wanted.spec,
  };
  if (same(workloadOf(existing.spec), workloadOf(wanted.spec))) {
    overlay.put('service', asked);
    keepAsked(overlay, asked);
  } else {
    beginRevision(overlay, asked, { revision: existing.status.revision + 1 });
  }
  return 'updated';
}

/** As its first revision finds it. */
function newService(overlay: Overlay, owner: string, { name, labels, spec }: ManifestService): Service {
  return {
    kind: 'Service',
    metadata: overlay.metadata({ name, labels, owner }),
    spec,
    status: {
      observedGeneration: 0,
      revision: 1,
      desired: spec.replicas,
      running: 0,
      ready: 0,
      conditions: [],
    },
  };
}

/** M3. */
function pruneOwners(overlay: Overlay, manifests: readonly Manifest[]): ObjectChange[] {
  const owners = new Set(manifests.map(({ owner }) => owner));
  const listed = new Set(manifests.flatMap(({ services }) => services.map(({ name }) => name)));
  const changes: ObjectChange[] = [];
  for (const service of overlay.services()) {
    const { name, owner } = service.metadata;
    if (owner === undefined || !owners.has(owner) || listed.has(name)) continue;
    removeService(overlay, service);
    changes.push({ kind: 'Service', name, action: 'deleted' });
  }
  return changes;
}
