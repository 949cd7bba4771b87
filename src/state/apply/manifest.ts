// A manifest: what one file asks for, made so in one entry, or refused as a whole.
//
// M1. A service belongs to the owner that applied it first; nobody else's manifest touches it.
// M2. What is asked for again, in whatever order of keys, changes nothing.
// M3. Only owners named in the request are pruned.

import type { Issue } from '../../lib/errors.ts';
import type { CommandResult, Manifest, ManifestService, ObjectChange } from '../../protocol/command.ts';
import type { Service } from '../../protocol/objects.ts';
import { workloadOf } from '../../protocol/replica.ts';
import type { Overlay } from '../overlay.ts';
import { same } from '../same.ts';
import { type CommandOf, refused } from './judge.ts';
import { removeService } from './service.ts';

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

function applyService(overlay: Overlay, owner: string, wanted: ManifestService): ObjectChange['action'] {
  const existing = overlay.get('service', wanted.name);
  if (existing === undefined) {
    overlay.put('service', newService(overlay, owner, wanted));
    return 'created';
  }
  // M2.
  if (same(existing.spec, wanted.spec) && same(existing.metadata.labels, wanted.labels)) return 'unchanged';
  const replaces = !same(workloadOf(existing.spec), workloadOf(wanted.spec));
  overlay.put('service', {
    ...existing,
    metadata: { ...existing.metadata, labels: wanted.labels },
    spec: wanted.spec,
    status: { ...existing.status, revision: existing.status.revision + (replaces ? 1 : 0) },
  });
  return 'updated';
}

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
