// Rows as text, in one form alone: JSON without spaces, the keys of every object in the order of their code units, and
// none whose value is undefined. On disk, on the way to another peer and in the state hash a row is this text.
//
// Why one form: peers compare their states by hash, so a row must be the same text on all of them, whoever built its objects in
// which order. Why JSON: it gives back every string as it was, lone surrogates too, and people can read it.
//
// A bundle is `["KIND",FIRST,COUNT,[RECORD,…]]`, and stays this text in memory: most of them are never looked into.

import { assert } from '../lib/assert.ts';
import { type BundleRow, byCodeUnits, type Row } from './row.ts';

/** The same row gives the same text on every peer. */
export function encodeRow(row: Row): string {
  return isBundle(row) ? row.text : canonicalText(row);
}

/** Of text that `encodeRow` made. Throws `SyntaxError` on what is no JSON. */
export function decodeRow(text: string): Row {
  const head = bundleHead.exec(text);
  if (head === null) return JSON.parse(text) as Row;
  const [, kind, first, count] = head;
  return { kind: kind as BundleRow['kind'], first: Number(first), count: Number(count), text };
}

const bundleHead = /^\["(Changes|Operations)",(\d+),(\d+),\[/;

const isBundle = (row: Row): row is BundleRow => row.kind === 'Changes' || row.kind === 'Operations';

/** `records`: their texts, parted by commas. */
export function bundleText({ kind, first, count }: Omit<BundleRow, 'text'>, records: string): string {
  return `["${kind}",${first},${count},[${records}]]`;
}

/** The texts of its records, parted by commas. */
export function recordsIn({ text }: BundleRow): string {
  const head = bundleHead.exec(text);
  assert(head !== null, 'a bundle has the form of one');
  return text.slice(head[0].length, -2);
}

/** Its records. */
export function decodeBundle({ text }: BundleRow): readonly unknown[] {
  return (JSON.parse(text) as readonly [string, number, number, readonly unknown[]])[3];
}

/** Of any plain value. */
export function canonicalText(value: unknown): string {
  // What comes from a disk is in order, as is what those make who write most: twice as fast, for the same text.
  return isInOrder(value) ? JSON.stringify(value) : orderedText(value);
}

/** Whether the keys of every object in it stand in the order of their code units, and none is undefined. */
export function isInOrder(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value !== undefined;
  if (Array.isArray(value)) return value.every(isInOrder);
  const members = value as Readonly<Record<string, unknown>>;
  let last = '';
  for (const key in members) {
    if (key < last || !isInOrder(members[key])) return false;
    last = key;
  }
  return true;
}

function orderedText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(orderedText).join(',')}]`;
  const members = value as Readonly<Record<string, unknown>>;
  let text = '';
  for (const key of Object.keys(members).sort(byCodeUnits)) {
    const member = members[key];
    if (member !== undefined)
      text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${orderedText(member)}`;
  }
  return `{${text}}`;
}
