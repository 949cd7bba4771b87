// Rows as text, in one form alone: JSON without spaces, the keys of every object in the order of their code units, and
// none whose value is undefined. On disk, on the way to another peer and in the state hash a row is this text.
//
// Why one form: peers compare their states by hash, so a row must be the same text on all of them, whoever built its objects in
// which order. Why JSON: it gives back every string as it was, lone surrogates too, and people can read it.

import { byCodeUnits, type Row } from './row.ts';

/** The same row gives the same text on every peer. */
export function encodeRow(row: Row): string {
  return canonicalText(row);
}

/** Of text that `encodeRow` made. Throws `SyntaxError` on what is no JSON. */
export function decodeRow(text: string): Row {
  return JSON.parse(text) as Row;
}

/** Of any plain value. */
export function canonicalText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  const members = value as Readonly<Record<string, unknown>>;
  let text = '';
  for (const key of Object.keys(members).sort(byCodeUnits)) {
    const member = members[key];
    if (member !== undefined)
      text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalText(member)}`;
  }
  return `{${text}}`;
}
