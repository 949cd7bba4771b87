// What every family of commands shares: how one is refused, and the preconditions of HTTP.

import type { ErrorCode, Issue } from '../../lib/errors.ts';
import type { CommandBody, CommandResult, Preconditions } from '../../protocol/command.ts';
import type { ObjectRow } from '../row.ts';

export type CommandOf<Kind extends CommandBody['kind']> = Extract<CommandBody, { kind: Kind }>;

/** Nothing that the command wrote is kept. */
export function refused(code: ErrorCode, message: string, issues: readonly Issue[] = []): CommandResult {
  return { kind: 'refused', code, message, issues };
}

/** The state has moved past what the command was planned on: plan again. */
export function stale(message: string): CommandResult {
  return refused('STALE', `${message}: plan again`);
}

export function notFound(kind: ObjectRow['kind'], name: string): CommandResult {
  return refused('NOT_FOUND', `There is no ${kind} "${name}".`);
}

/** Undefined when `command` may go on with `existing`. An absent object meets `If-None-Match: *` alone. */
export function unmetPrecondition(
  command: Preconditions,
  existing: ObjectRow | undefined,
): CommandResult | undefined {
  if (command.ifNoneMatch === true && existing !== undefined) {
    return refused('PRECONDITION_FAILED', 'It exists already, and If-None-Match asks that it does not.');
  }
  if (command.ifMatch === undefined) return undefined;
  if (existing === undefined) {
    return refused('PRECONDITION_FAILED', 'It does not exist, and If-Match asks that it does.');
  }
  const { resourceVersion } = existing.metadata;
  if (command.ifMatch === '*' || command.ifMatch === resourceVersion) return undefined;
  return refused('PRECONDITION_FAILED', `Its resourceVersion is ${resourceVersion}, not ${command.ifMatch}.`);
}
