// Revisions: every version of what a service runs, with who asked for it and what became of it.
//
// R1. `status.revision` and the newest row of a service rise together, in one entry, with condition Progressing: from then
//     on it speaks of the new revision. Replicas of older ones are replaced by the rollout.
// R2. The last `limits.revisionsMax` rows of a service are kept, and go with it.
// R3. A rollout that is complete stays complete, whatever its replicas do later; one that failed may still complete; one
//     that another revision overtook is superseded.
// R4. The row of the current revision says how the service was last asked to be in it: labels, placement, replicas, too.

import { limits } from '../../lib/limits.ts';
import type { Service } from '../../protocol/objects.ts';
import type { RevisionRow } from '../../protocol/records.ts';
import { resultOf, rollingOut } from '../../protocol/progress.ts';
import { withConditions } from '../conditions.ts';
import type { Overlay } from '../overlay.ts';

/**
 * Puts `service` as its revision `revision`, which begins here. `repeats`: the earlier one whose workload it runs again.
 */
export function beginRevision(
  overlay: Overlay,
  service: Service,
  { revision, repeats }: { readonly revision: number; readonly repeats?: number },
): void {
  const { metadata, spec, status } = service;
  const conditions = withConditions(status.conditions, [rollingOut(revision)], overlay.time);
  overlay.put('service', { ...service, status: { ...status, revision, conditions } }); // R1
  const kept = overlay.revisionsOf(metadata.name);
  for (const row of kept.slice(0, Math.max(0, kept.length + 1 - limits.revisionsMax))) {
    overlay.deleteRevision(row); // R2
  }
  for (const row of kept.slice(1 - limits.revisionsMax)) {
    if (row.result === 'progressing') overlay.putRevision({ ...row, result: 'superseded' }); // R3
  }
  overlay.putRevision({
    kind: 'Revision',
    service: metadata.name,
    serviceUid: metadata.uid,
    revision,
    index: overlay.index,
    time: overlay.time,
    actor: overlay.actor,
    spec,
    labels: metadata.labels,
    result: 'progressing',
    ...(repeats !== undefined && { repeats }),
  });
}

/** The same workload in a revision of its own: every replica is replaced. */
export function repeatRevision(overlay: Overlay, service: Service): void {
  const { revision } = service.status;
  beginRevision(overlay, service, { revision: revision + 1, repeats: originOf(overlay, service) });
}

/** The revision that an undo of `service` goes back to; undefined when none is kept. */
export function revisionBefore(overlay: Overlay, service: Service): RevisionRow | undefined {
  const origin = originOf(overlay, service);
  return overlay.revisionsOf(service.metadata.name).findLast(({ revision }) => revision < origin);
}

/** The revision that first asked for what `service` runs: undone twice, a service stands two versions earlier. */
function originOf(overlay: Overlay, service: Service): number {
  return currentOf(overlay, service)?.repeats ?? service.status.revision;
}

/** R4; `service` as it was put. */
export function keepAsked(overlay: Overlay, service: Service): void {
  const row = currentOf(overlay, service);
  if (row !== undefined) overlay.putRevision({ ...row, spec: service.spec, labels: service.metadata.labels });
}

/** R3; `service` with its conditions as they were put. */
export function keepResult(overlay: Overlay, service: Service): void {
  const row = currentOf(overlay, service);
  const result = resultOf(service.status.conditions);
  if (row === undefined || result === undefined || row.result === 'complete') return;
  overlay.putRevision({ ...row, result });
}

/** R2. */
export function dropRevisions(overlay: Overlay, service: Service): void {
  for (const row of overlay.revisionsOf(service.metadata.name)) overlay.deleteRevision(row);
}

/** Absent in a state that was restored from before revisions were kept. */
function currentOf(overlay: Overlay, { metadata, status }: Service): RevisionRow | undefined {
  return overlay.revisionsOf(metadata.name).find(({ revision }) => revision === status.revision);
}
