// Histories that are linearizable because they were made so: operations on a setting that take effect at one moment each,
// somewhere between their begin and their end; and ways to spoil them.

import * as fc from 'fast-check';
import { unreachable } from '../../src/lib/assert.ts';
import type { Call, Condition, KeyedOperation, Seen } from './settings.ts';

/** One operation as it is drawn: what it asks, and its times. */
export interface Draw {
  readonly asks: 'read' | 'put' | 'create' | 'compareAndSet' | 'delete' | 'deleteIfMatch';
  /** Which of the versions so far it compares with, counted from the last. */
  readonly age: number;
  readonly momentMs: number;
  readonly beforeMs: number;
  readonly behindMs: number;
  /** Its client never hears of the outcome; it may also never come. */
  readonly fate: 'told' | 'untold' | 'lost';
}

export const drawArbitrary = (spanMs: number): fc.Arbitrary<Draw> =>
  fc.record({
    asks: fc.constantFrom('read', 'read', 'put', 'create', 'compareAndSet', 'delete', 'deleteIfMatch'),
    age: fc.nat(2),
    momentMs: fc.nat(spanMs),
    beforeMs: fc.nat(8),
    behindMs: fc.nat(8),
    fate: fc.constantFrom('told', 'told', 'told', 'untold', 'lost'),
  });

/** The history that one setting makes of `draws`, each at its moment. */
export function madeUp(draws: readonly Draw[]): KeyedOperation[] {
  /** Those that some client was told of. */
  const versions: number[] = [];
  let now: Seen | undefined;
  const history: KeyedOperation[] = [];
  for (const [i, draw] of draws.toSorted((a, b) => a.momentMs - b.momentMs).entries()) {
    const condition = conditionOf(draw, versions);
    const holds =
      condition.kind === 'none' ||
      now?.version === (condition.kind === 'version' ? condition.version : undefined);
    const value = `v${i}`;
    const version = 10 * i + 1;
    const isTold = draw.fate === 'told' || draw.asks === 'read';
    let call: Call;
    switch (draw.asks) {
      case 'read':
        call = { kind: 'read', seen: now };
        if (now !== undefined && !versions.includes(now.version)) versions.push(now.version);
        break;
      case 'put':
      case 'create':
      case 'compareAndSet':
        call = { kind: 'put', condition, value, version: isTold ? version : undefined };
        if (draw.fate === 'lost') break;
        if (!holds) call = isTold ? { kind: 'mismatch', condition } : call;
        else {
          now = { value, version };
          if (isTold) versions.push(version);
        }
        break;
      case 'delete':
      case 'deleteIfMatch':
        call = { kind: 'delete', condition };
        if (draw.fate === 'lost') break;
        if (now === undefined) call = isTold ? { kind: 'missing' } : call;
        else if (!holds) call = isTold ? { kind: 'mismatch', condition } : call;
        else now = undefined;
        break;
      default:
        return unreachable(draw.asks);
    }
    const endMs = isTold ? draw.momentMs + draw.behindMs : Infinity;
    history.push({ key: 'k', call, beginMs: draw.momentMs - draw.beforeMs, endMs });
  }
  return history;
}

function conditionOf({ asks, age }: Draw, versions: readonly number[]): Condition {
  if (asks === 'create') return { kind: 'absent' };
  if (asks !== 'compareAndSet' && asks !== 'deleteIfMatch') return { kind: 'none' };
  return { kind: 'version', version: versions.at(-1 - age) ?? 0 };
}

/** The dumb twin of the checker: tries every order of a few operations. */
export function fitsSomeOrder<State, C>(
  model: { readonly step: (state: State, call: C) => State | undefined },
  state: State,
  left: readonly { readonly call: C; readonly beginMs: number; readonly endMs: number }[],
): boolean {
  if (left.every(({ endMs }) => endMs === Infinity)) return true;
  return left.some((one) => {
    const others = left.filter((other) => other !== one);
    if (others.some(({ endMs }) => endMs < one.beginMs)) return false;
    const next = model.step(state, one.call);
    return next !== undefined && fitsSomeOrder(model, next, others);
  });
}
