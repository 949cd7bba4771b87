// What a controller asks for: commands without their fence, which Control adds as it sends them.

import type { CommandBody } from '../protocol/command.ts';
import type { Assignment } from '../protocol/objects.ts';

type Unfenced<T> = T extends unknown ? Omit<T, 'fence'> : never;
type Of<Kind extends CommandBody['kind']> = Unfenced<Extract<CommandBody, { kind: Kind }>>;

export type CreateCommand = Of<'assignment.create'>;
export type StopCommand = Of<'assignment.stop'>;
export type ConditionsCommand = Of<'service.conditions'>;
export type NodeStateCommand = Of<'node.state'>;

export type ControlCommand = CreateCommand | StopCommand | ConditionsCommand | NodeStateCommand;

export function stopping(assignment: Assignment): StopCommand {
  const { name, resourceVersion } = assignment.metadata;
  return { kind: 'assignment.stop', assignmentId: name, resourceVersion };
}
