// Services, beyond what a manifest does to them: scale, undo, restart, delete, and what the controllers have to say.

import type { CommandResult } from '../../protocol/command.ts';
import type { Service } from '../../protocol/objects.ts';
import type { RevisionRow } from '../../protocol/records.ts';
import { settingIssues } from '../../protocol/references.ts';
import { withConditions } from '../conditions.ts';
import type { Overlay } from '../overlay.ts';
import { askToStop } from './assignment.ts';
import { type CommandOf, notFound, refused, stale, unmetPrecondition } from './judge.ts';
import {
  beginRevision,
  dropRevisions,
  keepAsked,
  keepResult,
  repeatRevision,
  revisionBefore,
} from './revision.ts';
import { settingFacts } from './uses.ts';

export function scaleService(overlay: Overlay, command: CommandOf<'service.scale'>): CommandResult {
  const service = overlay.get('service', command.name);
  if (service === undefined) return notFound('Service', command.name);
  const unmet = unmetPrecondition(command, service);
  if (unmet !== undefined) return unmet;
  const scaled: Service = { ...service, spec: { ...service.spec, replicas: command.replicas } };
  overlay.put('service', scaled);
  keepAsked(overlay, scaled);
  return { kind: 'object', created: false, object: scaled };
}

/** A new revision that runs what an earlier one ran; how many replicas there are is left as it is. */
export function undoService(overlay: Overlay, command: CommandOf<'service.undo'>): CommandResult {
  const service = overlay.get('service', command.name);
  if (service === undefined) return notFound('Service', command.name);
  const unmet = unmetPrecondition(command, service);
  if (unmet !== undefined) return unmet;
  const target =
    command.revision === undefined
      ? revisionBefore(overlay, service)
      : overlay.revisionsOf(command.name).find(({ revision }) => revision === command.revision);
  if (target === undefined) return noSuchRevision(overlay, command);
  const { revision } = service.status;
  if (target.revision === revision) {
    return refused(
      'CONFLICT',
      `The service "${command.name}" is at revision ${revision}: restart it instead.`,
    );
  }
  const spec = { ...target.spec, replicas: service.spec.replicas };
  const issues = settingIssues(spec, settingFacts(overlay));
  if (issues.length > 0) {
    const message = `Revision ${target.revision} could not run with the settings that there are now.`;
    return refused('INVALID', message, issues);
  }
  const undone: Service = { ...service, metadata: { ...service.metadata, labels: target.labels }, spec };
  const repeats = target.repeats ?? target.revision;
  beginRevision(overlay, undone, { revision: revision + 1, repeats });
  return { kind: 'object', created: false, object: undone };
}

function noSuchRevision(overlay: Overlay, { name, revision }: CommandOf<'service.undo'>): CommandResult {
  if (revision === undefined) {
    return refused('CONFLICT', `No earlier revision of the service "${name}" is kept.`);
  }
  const kept = overlay.revisionsOf(name).map((row: RevisionRow) => row.revision);
  const which = kept.length === 0 ? 'none' : kept.join(', ');
  return refused('NOT_FOUND', `There is no revision ${revision} of the service "${name}": kept is ${which}.`);
}

/** The same spec in a new revision: every replica is replaced, as in any rollout. */
export function restartService(overlay: Overlay, command: CommandOf<'service.restart'>): CommandResult {
  const service = overlay.get('service', command.name);
  if (service === undefined) return notFound('Service', command.name);
  const unmet = unmetPrecondition(command, service);
  if (unmet !== undefined) return unmet;
  repeatRevision(overlay, service);
  return { kind: 'object', created: false, object: service };
}

export function deleteService(overlay: Overlay, command: CommandOf<'service.delete'>): CommandResult {
  const service = overlay.get('service', command.name);
  if (service === undefined) return notFound('Service', command.name);
  const unmet = unmetPrecondition(command, service);
  if (unmet !== undefined) return unmet;
  removeService(overlay, service);
  return { kind: 'deleted' };
}

/** The service is gone at once; its replicas are asked to stop in the same entry, and go as their ends are reported. */
export function removeService(overlay: Overlay, service: Service): void {
  overlay.delete(service);
  dropRevisions(overlay, service);
  for (const assignment of overlay.assignmentsOfService(service.metadata.name))
    askToStop(overlay, assignment);
}

/** Sets `observedGeneration`, too: who speaks of a generation has seen it. */
export function setServiceConditions(
  overlay: Overlay,
  command: CommandOf<'service.conditions'>,
): CommandResult {
  const service = overlay.get('service', command.service);
  if (
    service?.metadata.uid !== command.serviceUid ||
    service.metadata.generation !== command.generation ||
    service.status.revision !== command.revision
  ) {
    return stale(`service "${command.service}" has changed`);
  }
  const conditions = withConditions(service.status.conditions, command.conditions, overlay.time);
  const observed: Service = {
    ...service,
    status: { ...service.status, conditions, observedGeneration: command.generation },
  };
  overlay.put('service', observed);
  keepResult(overlay, observed);
  return { kind: 'done' };
}
