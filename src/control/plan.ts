// What a controller asks for: commands without their fence, which Control adds as it sends them.

import type { CommandBody } from '../protocol/command.ts';
import type { Assignment, Service } from '../protocol/objects.ts';

type Unfenced<T> = T extends unknown ? Omit<T, 'fence'> : never;
type Of<Kind extends CommandBody['kind']> = Unfenced<Extract<CommandBody, { kind: Kind }>>;

export type CreateCommand = Of<'assignment.create'>;
export type StopCommand = Of<'assignment.stop'>;
export type ConditionsCommand = Of<'service.conditions'>;
export type NodeStateCommand = Of<'node.state'>;

export type ControlCommand = CreateCommand | StopCommand | ConditionsCommand | NodeStateCommand;

/** `service`: the one of the assignment's service name, as it was planned on. */
export function stopping(assignment: Assignment, service: Service | undefined): StopCommand {
  const { name, resourceVersion } = assignment.metadata;
  const generation = service?.metadata.generation ?? 0;
  return { kind: 'assignment.stop', assignmentId: name, resourceVersion, generation };
}
