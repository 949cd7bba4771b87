// Services, beyond what a manifest does to them: scale, delete, and what the controllers have to say.

import type { CommandResult } from '../../protocol/command.ts';
import type { Service } from '../../protocol/objects.ts';
import { withConditions } from '../conditions.ts';
import type { Overlay } from '../overlay.ts';
import { askToStop } from './assignment.ts';
import { type CommandOf, notFound, stale, unmetPrecondition } from './judge.ts';

export function scaleService(overlay: Overlay, command: CommandOf<'service.scale'>): CommandResult {
  const service = overlay.get('service', command.name);
  if (service === undefined) return notFound('Service', command.name);
  const unmet = unmetPrecondition(command, service);
  if (unmet !== undefined) return unmet;
  const scaled: Service = { ...service, spec: { ...service.spec, replicas: command.replicas } };
  overlay.put('service', scaled);
  return { kind: 'object', created: false, object: scaled };
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
  for (const assignment of overlay.assignmentsOfService(service.metadata.name))
    askToStop(overlay, assignment);
}

/** Sets `observedGeneration`, too: who speaks of a generation has seen it. */
export function setServiceConditions(
  overlay: Overlay,
  command: CommandOf<'service.conditions'>,
): CommandResult {
  const service = overlay.get('service', command.service);
  if (service?.metadata.uid !== command.serviceUid || service.metadata.generation !== command.generation) {
    return stale(`service "${command.service}" has changed`);
  }
  const conditions = withConditions(service.status.conditions, command.conditions, overlay.time);
  overlay.put('service', {
    ...service,
    status: { ...service.status, conditions, observedGeneration: command.generation },
  });
  return { kind: 'done' };
}
