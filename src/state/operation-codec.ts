// What is remembered of a user's write, as the record of a bundle: its index, its id, and the columns below; where there is
// more, behind them an object with the rest. What is the same as in the record before stands as 0: who writes much writes from
// the same place in the same way.

import type { OperationRow } from '../protocol/records.ts';
import { bundleText, canonicalText, decodeBundle } from './row-codec.ts';
import type { BundleRow } from './row.ts';

const columns = ['time', 'actor', 'method', 'path', 'from', 'agent', 'code', 'status'] as const;

type More = Omit<OperationRow, 'kind' | 'index' | 'id' | (typeof columns)[number]>;

/** What an operation may have beside the columns, in the order of their code units. */
const more = Object.keys({
  bodyDigest: true,
  changes: true,
  leader: true,
  members: true,
  message: true,
  object: true,
} satisfies Record<keyof More, true>) as readonly (keyof More)[];

/** `before`: the one before it in the same bundle. */
export function recordOf(row: OperationRow, before: OperationRow | undefined): string {
  let text = `[${row.index},${JSON.stringify(row.id)}`;
  for (const column of columns) {
    text += before?.[column] === row[column] ? ',0' : `,${JSON.stringify(row[column])}`;
  }
  let rest = '';
  for (const key of more) {
    if (row[key] !== undefined) rest += `${rest === '' ? '' : ','}"${key}":${canonicalText(row[key])}`;
  }
  return rest === '' ? `${text}]` : `${text},{${rest}}]`;
}

/** A bundle with `row` alone. */
export function operationBundle(row: OperationRow): BundleRow {
  const head = { kind: 'Operations', first: row.index, count: 1 } as const;
  return { ...head, text: bundleText(head, recordOf(row, undefined)) };
}

/** The operations in a bundle, oldest first. */
export function operationsIn(bundle: BundleRow): readonly OperationRow[] {
  const rows: OperationRow[] = [];
  for (const record of decodeBundle(bundle) as readonly (readonly unknown[])[]) {
    const [index, id, ...told] = record;
    const row: Record<string, unknown> = { kind: 'Operation', index, id };
    const before: Readonly<Record<string, unknown>> = { ...rows.at(-1) };
    for (const [i, column] of columns.entries()) row[column] = told[i] === 0 ? before[column] : told[i];
    rows.push(Object.assign(row, told[columns.length]) as unknown as OperationRow);
  }
  return rows;
}
