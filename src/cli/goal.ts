// What `orion wait --for` waits for, and whether an object is there yet.

import { OrionError } from '../lib/errors.ts';
import type { Condition, OrionObject } from '../protocol/objects.ts';

export type Goal =
  | { readonly kind: 'delete' }
  | { readonly kind: 'condition'; readonly type: string; readonly status: string }
  | { readonly kind: 'field'; readonly path: readonly string[]; readonly value: string };

const fieldPattern = /^(?:jsonpath=)?(?:\{\.?(.+)\}|\.?([^={}]+))=(.*)$/s;

/**
 * `delete`, `condition=TYPE[=STATUS]` (STATUS is True when absent) or `FIELD=VALUE`, FIELD as `status.ready`,
 * `.status.ready` or `jsonpath={.status.ready}`. Throws `USAGE`.
 */
export function parseGoal(text: string): Goal {
  if (text === 'delete') return { kind: 'delete' };
  const condition = /^condition=([A-Za-z]+)(?:=([A-Za-z]+))?$/.exec(text);
  if (condition !== null) {
    const [, type = '', status = 'True'] = condition;
    return { kind: 'condition', type, status };
  }
  const [, braced, bare, value] = fieldPattern.exec(text) ?? [];
  const path = (braced ?? bare ?? '').split(/[.[\]]+/).filter((part) => part !== '');
  if (value !== undefined && path.length > 0 && bare !== 'condition') return { kind: 'field', path, value };
  throw new OrionError(
    'USAGE',
    `--for takes delete, condition=TYPE[=STATUS] or FIELD=VALUE (as status.ready=3), not "${text}"`,
  );
}

/**
 * Whether `object` (undefined: it is not there) is as `goal` says. A condition counts only once it speaks of the spec as it
 * is now. A field is compared as text; an object or a list, as JSON.
 */
export function isReached(goal: Goal, object: OrionObject | undefined): boolean {
  if (goal.kind === 'delete') return object === undefined;
  if (object === undefined) return false;
  if (goal.kind === 'field') return textAt(object, goal.path) === goal.value;
  const { status } = object;
  if ('observedGeneration' in status && status.observedGeneration < object.metadata.generation) return false;
  const conditions: readonly Condition[] = 'conditions' in status ? status.conditions : [];
  return conditions.some(
    (one) => same(one.type, goal.type) && same(one.status, goal.status), //
  );
}

/** What a field holds, as text; undefined when there is none. */
function textAt(object: OrionObject, path: readonly string[]): string | undefined {
  let value: unknown = object;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
