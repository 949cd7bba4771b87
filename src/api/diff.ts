// The difference that a request would make, value by value: what a person reads before it is made.
//
// T1. Told is what users ask for: labels, owner and spec. What follows from it (status, versions) is not.
// T2. A list counts as one value: positions in it say little. The order of keys says nothing: rows keep another one than requests.

import type { ObjectDiff } from '../protocol/dry-run.ts';
import type { Service } from '../protocol/objects.ts';
import type { RowChange } from '../state/view.ts';

export function diffOf(changes: readonly RowChange[]): ObjectDiff[] {
  return changes.flatMap(({ before, after }) => {
    const row = after ?? before;
    if (row?.kind !== 'Service') return [];
    const { name } = row.metadata;
    const was = valuesOf(before as Service | undefined);
    const will = valuesOf(after as Service | undefined);
    const paths = [...new Set([...was.keys(), ...will.keys()])].toSorted();
    return paths
      .filter((path) => textOf(was.get(path)) !== textOf(will.get(path)))
      .map((path) => one(name, path, { was, will }));
  });
}

/** The same for the same value. */
function textOf(value: unknown): string | undefined {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

type Values = ReadonlyMap<string, unknown>;

function one(name: string, path: string, { was, will }: { was: Values; will: Values }): ObjectDiff {
  const [before, after] = [was.get(path), will.get(path)];
  const sides = { ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
  return { kind: 'Service', name, path, ...sides };
}

/** T1. By dotted path. */
function valuesOf(service: Service | undefined): Values {
  const values = new Map<string, unknown>();
  if (service === undefined) return values;
  const { labels, owner } = service.metadata;
  collect(values, 'metadata', { labels, owner });
  collect(values, 'spec', service.spec);
  return values;
}

function collect(values: Map<string, unknown>, path: string, value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    if (value !== undefined) values.set(path, value); // T2
    return;
  }
  for (const [key, member] of Object.entries(value)) collect(values, `${path}.${key}`, member);
}
