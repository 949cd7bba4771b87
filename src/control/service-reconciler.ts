// The service reconciler: what must still happen until a service is as its spec says.
// Pure: it reads the whole view, and answers with commands. Asked again with nothing changed, it says the same; with
// nothing left to do, it says nothing.
//
// V1. A slot is filled when nobody holds it, and never twice: exactly the missing replicas, exactly the excess ones.
// V2. A replica whose program ended for good holds its slot: it is not run a second time.
// V3. A rollout replaces one index at a time, and stops the old replica only once the new one runs. Only where the old
//     one itself is in the way (its port, its cpu) does it go first.
// V4. A new revision that fails stops the rollout where it is: the old replicas that are left stay.

import { limits } from '../lib/limits.ts';
import type { Assignment, Service } from '../protocol/objects.ts';
import { isLive } from '../protocol/replica.ts';
import type { View } from '../state/view.ts';
import { type ControlCommand, type CreateCommand, stopping } from './plan.ts';
import { type Obstacle, reportOn } from './service-conditions.ts';
import type { SchedulingPass } from './scheduler.ts';
import { isSettled, type Slot, slotsOf } from './slots.ts';

export interface ServicePlan {
  readonly commands: readonly ControlCommand[];
  /** True when a replica fits no node: worth another look when a node changes. */
  readonly unplaced: boolean;
}

/**
 * Plans for the service `name`. `pass` is told of what is placed. A service that is gone needs nothing: its replicas
 * were asked to stop in the entry that deleted it.
 */
export function reconcileService(name: string, view: View, pass: SchedulingPass): ServicePlan {
  const service = view.services.get(name);
  if (service === undefined) return { commands: [], unplaced: false };
  const assignments = view.assignmentsOfService(name);
  const excess = excessOf(service, assignments);
  const slots = slotsOf(service, assignments);
  const steps = stepsFor(service, slots, pass);
  const conditions = reportOn(service, slots, steps.obstacle);
  return {
    commands: [...excess.map((one) => stopping(one, service)), ...steps.commands, ...conditions],
    unplaced: steps.obstacle !== undefined,
  };
}

/** Replicas above the number asked for, the highest index first. */
function excessOf(service: Service, assignments: readonly Assignment[]): Assignment[] {
  return assignments
    .filter(({ spec }) => spec.desired === 'running' && spec.index >= service.spec.replicas)
    .sort((a, b) => b.spec.index - a.spec.index);
}

interface Steps {
  readonly commands: readonly ControlCommand[];
  readonly obstacle: Obstacle | undefined;
}

function stepsFor(service: Service, slots: readonly Slot[], pass: SchedulingPass): Steps {
  const commands: ControlCommand[] = [];
  let obstacle: Obstacle | undefined;
  let isMoving = slots.some(
    (slot) => (slot.current === undefined && slot.isVacating) || (slot.current && !isSettled(slot.current)),
  );
  for (const slot of slots) {
    if (commands.length >= limits.controlCommandsMax) break; // the rest when these have settled
    if (slot.current !== undefined) {
      if (isSettled(slot.current)) commands.push(...slot.old.map((one) => stopping(one, service))); // V3
    } else if (!slot.old.some(isLive)) {
      const placement = pass.place(service, slot.index); // V1
      if (placement.kind === 'placed') {
        commands.push(creation(service, slot.index, placement.node));
        isMoving = true;
      } else if (!slot.isVacating) {
        obstacle ??= { index: slot.index, explanation: placement.explanation };
      }
    }
  }
  const next = slots.find((slot) => slot.current === undefined && slot.old.some(isLive));
  if (next === undefined || isMoving) return { commands, obstacle }; // V3, V4
  const replacement = replace(service, next, pass);
  return {
    commands: [...commands, ...replacement.commands],
    obstacle: obstacle ?? replacement.obstacle,
  };
}

/** V3: the next index of a rollout. */
function replace(service: Service, { index, old }: Slot, pass: SchedulingPass): Steps {
  const placement = pass.place(service, index);
  if (placement.kind === 'placed') {
    return { commands: [creation(service, index, placement.node)], obstacle: undefined };
  }
  const live = old.filter(isLive);
  if (pass.wouldPlace(service, index, live).kind === 'placed') {
    return { commands: live.map((one) => stopping(one, service)), obstacle: undefined };
  }
  return { commands: [], obstacle: { index, explanation: placement.explanation } };
}

function creation(service: Service, index: number, node: string): CreateCommand {
  const { name, uid, generation } = service.metadata;
  const { revision } = service.status;
  return { kind: 'assignment.create', service: name, serviceUid: uid, generation, revision, index, node };
}
