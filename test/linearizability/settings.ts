// Settings as the checker sees them: what each request asked and was answered, and what one setting does with them.
// Judges whole histories: each key by itself.
//
// S1. No value is written twice, so that a value names its write.
// S2. A version has one value, and a value one version; versions rise in the order of the writes.

import { unreachable } from '../../src/lib/assert.ts';
import { judge, type Model, type Operation } from './checker.ts';

export interface Seen {
  readonly value: string;
  readonly version: number;
}

/** What a write needs: nothing, that version, or that there is no such setting. */
export type Condition =
  | { readonly kind: 'none' }
  | { readonly kind: 'version'; readonly version: number }
  | { readonly kind: 'absent' };

export type Call =
  | { readonly kind: 'read'; readonly seen: Seen | undefined }
  /** `version`: undefined while nobody was told of it. */
  | {
      readonly kind: 'put';
      readonly condition: Condition;
      readonly value: string;
      readonly version: number | undefined;
    }
  | { readonly kind: 'delete'; readonly condition: Condition }
  /** A write whose condition did not hold. */
  | { readonly kind: 'mismatch'; readonly condition: Condition }
  /** A delete that found nothing. */
  | { readonly kind: 'missing' };

export interface KeyedOperation extends Operation<Call> {
  readonly key: string;
}

interface Setting {
  readonly value: string | undefined;
  readonly version: number | undefined;
  /** The highest version so far, deleted ones included. */
  readonly floor: number;
}

export const settingModel: Model<Setting, Call> = {
  initial: { value: undefined, version: undefined, floor: 0 },
  textOf: ({ value, version, floor }) => `${value} ${version} ${floor}`,
  step(setting, call) {
    switch (call.kind) {
      case 'read':
        return call.seen?.value === setting.value ? setting : undefined;
      case 'put': {
        const { condition, value, version } = call;
        if (!holds(setting, condition) || (version ?? Infinity) <= setting.floor) return undefined;
        return { value, version, floor: version ?? setting.floor };
      }
      case 'delete':
        if (setting.value === undefined || !holds(setting, call.condition)) return undefined;
        return { ...setting, value: undefined, version: undefined };
      case 'mismatch':
        return holds(setting, call.condition) ? undefined : setting;
      case 'missing':
        return setting.value === undefined ? setting : undefined;
      default:
        return unreachable(call);
    }
  },
};

function holds({ value, version }: Setting, condition: Condition): boolean {
  switch (condition.kind) {
    case 'none':
      return true;
    case 'absent':
      return value === undefined;
    case 'version':
      return version === condition.version;
    default:
      return unreachable(condition);
  }
}

/** Every way in which `history` is not linearizable, or cannot be told to be; empty when all is well. */
export function judgeSettings(history: readonly KeyedOperation[]): string[] {
  const byKey = new Map<string, KeyedOperation[]>();
  for (const operation of history) {
    const mine = byKey.get(operation.key) ?? [];
    byKey.set(operation.key, mine);
    mine.push(operation);
  }
  return [...byKey].flatMap(([key, mine]) => judgeKey(mine).map((what) => `${key}: ${what}`));
}

function judgeKey(history: readonly KeyedOperation[]): string[] {
  const versions = new Map<string, number>();
  const values = new Map<number, string>();
  for (const { value, version } of history.flatMap(tellings)) {
    if ((versions.get(value) ?? version) !== version) return [`${value} has two versions`];
    if ((values.get(version) ?? value) !== value) return [`version ${version} has two values`];
    versions.set(value, version);
    values.set(version, value);
  }
  const verdict = judge(
    settingModel,
    history.map((operation) => withVersion(operation, versions)),
  );
  switch (verdict.kind) {
    case 'linearizable':
      return [];
    case 'undecided':
      return [`${history.length} operations, which are too many to tell`];
    case 'broken': {
      const told = `of ${history.length} operations ${verdict.placed} fit an order, then none of`;
      return [[told, ...verdict.blocked.map(textOf)].join('\n  ')];
    }
    default:
      return unreachable(verdict);
  }
}

/** What the operation tells of a value's version. */
function tellings({ call }: KeyedOperation): readonly Seen[] {
  if (call.kind === 'read') return call.seen === undefined ? [] : [call.seen];
  return call.kind === 'put' && call.version !== undefined
    ? [{ value: call.value, version: call.version }]
    : [];
}

/** A write whose outcome is unknown has the version at which its value was seen. */
function withVersion(operation: Operation<Call>, versions: ReadonlyMap<string, number>): Operation<Call> {
  const { call } = operation;
  return call.kind === 'put'
    ? { ...operation, call: { ...call, version: versions.get(call.value) } }
    : operation;
}

function textOf({ call, beginMs, endMs }: Operation<Call>): string {
  return `${beginMs.toFixed(1)} to ${endMs.toFixed(1)} ms: ${JSON.stringify(call)}`;
}
