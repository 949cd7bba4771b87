// What is remembered of a user's write, and what one hears that comes again.
//
// N1. The same operation with another request is refused; nothing is written for it.
// N2. A repeat is answered as the first was: same status, same version, with the object as it is now. One whose object is
//     gone by now hears so, and that it was applied.
// N3. A key that says since when it may have been used is refused when that is longer ago than is remembered: nobody could
//     tell whether it was.

import { unreachable } from '../../lib/assert.ts';
import { limits } from '../../lib/limits.ts';
import type { CommandBody, CommandResult, EntryResult, Origin } from '../../protocol/command.ts';
import { errorMeanings } from '../../protocol/error-meanings.ts';
import type { OrionObject } from '../../protocol/objects.ts';
import type { OperationRow } from '../../protocol/records.ts';
import type { Operations } from '../operations.ts';
import { timestamp } from '../timestamp.ts';
import { refused } from './judge.ts';

/** Finds an object as it is. */
type Find = (kind: OrionObject['kind'], name: string) => OrionObject | undefined;

/** What the command of `origin` hears without being run; undefined when it is to be run. */
export function answerWithoutRun(
  operations: Operations,
  origin: Origin,
  find: Find,
): EntryResult | undefined {
  const row = operations.get(origin.operation);
  if (row === undefined) {
    const { since } = origin;
    if (since === undefined || since >= operations.start) return undefined;
    const message = `This key was made at version ${since}, and what was written before ${operations.start + 1} is forgotten.`;
    return refused('IDEMPOTENCY_EXPIRED', message); // N3
  }
  if (row.bodyDigest !== origin.bodyDigest) {
    const message = `This key was used for another request (${row.method} ${row.path}, version ${row.index}).`;
    return refused('IDEMPOTENCY_MISMATCH', message); // N1
  }
  return { kind: 'repeated', index: row.index, result: resultOf(row, find) };
}

/** N2. */
function resultOf(
  { code, status, message = '', object, changes = [], index }: OperationRow,
  find: Find,
): CommandResult {
  if (code !== 'OK') return refused(code, message);
  if (object !== undefined) {
    const now = find(object.kind, object.name);
    if (now?.metadata.uid !== object.uid) {
      return refused('NOT_FOUND', `It was applied as version ${index}; its object is gone since.`);
    }
    return { kind: 'object', created: status === 201, object: now, version: object.resourceVersion };
  }
  switch (status) {
    case 202:
      return { kind: 'applied', changes };
    case 204:
      return { kind: 'deleted' };
    default:
      return { kind: 'done' };
  }
}

/** A change of members, and by whom: who they are is in the log alone, that somebody asked for it is remembered here. */
export interface MembersChanged {
  readonly kind: 'members';
  readonly origin: Origin;
  readonly outcome: Pick<OperationRow, 'code' | 'status' | 'members'>;
}

/** Writes down what became of the write of `origin`, once. `time`: of its entry, in milliseconds since 1970. */
export function remember(
  operations: Operations,
  origin: Origin,
  entry: { readonly index: number; readonly time: number },
  outcome: Outcome,
): void {
  if (operations.get(origin.operation) !== undefined) return;
  operations.push(operationRow(origin, entry, outcome));
}

function operationRow(
  origin: Origin,
  entry: { readonly index: number; readonly time: number },
  outcome: Outcome,
): OperationRow {
  const { operation, actor, method, path, from, agent, bodyDigest } = origin;
  const { code, status, message, object, changes, members, leader } = outcome;
  return {
    actor,
    agent,
    ...(bodyDigest !== undefined && { bodyDigest }),
    ...(changes !== undefined && { changes }),
    code,
    from,
    id: operation,
    index: entry.index,
    kind: 'Operation',
    ...(leader !== undefined && { leader }),
    ...(members !== undefined && { members }),
    ...(message !== undefined && { message }),
    method,
    ...(object !== undefined && { object }),
    path,
    status,
    time: timestamp(entry.time),
  };
}

type Outcome = Pick<
  OperationRow,
  'code' | 'status' | 'message' | 'object' | 'changes' | 'members' | 'leader'
>;

export function outcomeOf(command: CommandBody, result: CommandResult): Outcome {
  if (command.kind === 'leadership.moved') {
    return { code: 'OK', status: 200, leader: { after: command.after, before: command.before } };
  }
  switch (result.kind) {
    case 'object': {
      const { kind, metadata } = result.object;
      const { name, resourceVersion, uid } = metadata;
      return { code: 'OK', status: result.created ? 201 : 200, object: { kind, name, resourceVersion, uid } };
    }
    case 'applied':
      return { code: 'OK', status: 202, changes: result.changes.slice(0, limits.operationChangesMax) };
    case 'deleted':
      return { code: 'OK', status: 204 };
    case 'done':
      return { code: 'OK', status: 200 };
    case 'refused': {
      const { code, message } = result;
      const { status } = errorMeanings[code];
      return { code, status, message: message.slice(0, limits.operationMessageCharsMax) };
    }
    default:
      return unreachable(result);
  }
}
