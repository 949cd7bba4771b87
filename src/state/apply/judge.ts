// What every family of commands shares: how one is refused, and the preconditions of HTTP.

import type { ErrorCode, Issue } from '../../lib/errors.ts';
import type { CommandBody, CommandResult, Preconditions } from '../../protocol/command.ts';
import type { Row } from '../row.ts';

export type CommandOf<Kind extends CommandBody['kind']> = Extract<CommandBody, { kind: Kind }>;

/** Nothing that the command wrote is kept. */
export function refused(code: ErrorCode, message: string, issues: readonly Issue[] = []): CommandResult {
  return { kind: 'refused', code, message, issues };
}

/** The state has moved past what the command was planned on: plan again. */
export function stale(message: string): CommandResult {
  return refused('STALE', `${message}: plan again`);
}

export function notFound(kind: Row['kind'], name: string): CommandResult {
  return refused('NOT_FOUND', `there is no ${kind} "${name}": see what there is with \`orion get\``);
}

/** Undefined when `command` may go on with `existing`. An absent object meets `If-None-Match: *` alone. */
export function unmetPrecondition(
  command: Preconditions,
  existing: Row | undefined,
): CommandResult | undefined {
  if (command.ifNoneMatch === true && existing !== undefined) {
    return refused('PRECONDITION_FAILED', 'it exists already: drop If-None-Match to replace it');
  }
  if (command.ifMatch === undefined) return undefined;
  if (existing === undefined) {
    return refused('PRECONDITION_FAILED', 'it does not exist: drop If-Match to create it');
  }
  const { resourceVersion } = existing.metadata;
  if (command.ifMatch === '*' || command.ifMatch === resourceVersion) return undefined;
  return refused(
    'PRECONDITION_FAILED',
    `its resourceVersion is ${resourceVersion}, not ${command.ifMatch}: read it again, and decide anew`,
  );
}
