// YAML as people read it, of plain JSON values. Why not the yaml package: it costs more than the first paint may take, and
// nothing here is parsed. A test holds that package against it.

import type { Line } from './cells.ts';

/** Plain text that YAML reads as this very text. */
const bare = /^[A-Za-z_/.][\w/.@+-]*(?: [\w/.@+-]+)*$/;
const otherwise = /^(?:true|false|null|yes|no|on|off|y|n|~|\.inf|\.nan)$/i;

/** The lines of `value`; keys and values in tones of their own. */
export function yamlLines(value: unknown): readonly Line[] {
  return valueLines(value, 0);
}

function valueLines(value: unknown, depth: number): Line[] {
  if (!isNested(value)) return [[{ text: indent(depth) + scalar(value), tone: toneOf(value) }]];
  if (Array.isArray(value)) return value.flatMap((item) => itemLines(item, depth));
  return Object.entries(value).flatMap(([key, item]) =>
    item === undefined ? [] : entryLines(key, item, depth),
  );
}

function entryLines(key: string, value: unknown, depth: number): Line[] {
  const head = { text: `${indent(depth)}${scalar(key)}:`, tone: 'accent' as const };
  if (isNested(value)) return [[head], ...valueLines(value, depth + 1)];
  if (isBlock(value)) return [[head, { text: ' |-', tone: 'dim' }], ...blockLines(value, depth + 1)];
  return [[head, { text: ` ${scalar(value)}`, tone: toneOf(value) }]];
}

function itemLines(item: unknown, depth: number): Line[] {
  const dash = { text: `${indent(depth)}- `, tone: 'dim' as const };
  if (isBlock(item)) return [[{ ...dash, text: `${indent(depth)}- |-` }], ...blockLines(item, depth + 1)];
  if (!isNested(item)) return [[dash, { text: scalar(item), tone: toneOf(item) }]];
  const [first = [], ...rest] = valueLines(item, depth + 1);
  const [head, ...others] = first;
  if (head === undefined) return rest;
  return [[dash, { ...head, text: head.text.slice((depth + 1) * 2) }, ...others], ...rest];
}

const indent = (depth: number): string => '  '.repeat(depth);

const isNested = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0;

/** Text of several lines that a block shows as it is. */
const isBlock = (value: unknown): value is string =>
  typeof value === 'string' && /^[^\s][^\r\t]*\n/.test(value) && !/[ \n]$|\p{Cc}(?<!\n)/u.test(value);

const blockLines = (text: string, depth: number): Line[] =>
  text.split('\n').map((line) => [{ text: line === '' ? '' : indent(depth) + line, tone: 'plain' }]);

function scalar(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[]' : '{}';
  if (typeof value !== 'string') return String(value);
  return bare.test(value) && !otherwise.test(value) && !value.startsWith('.') ? value : JSON.stringify(value);
}

function toneOf(value: unknown): 'plain' | 'key' | 'dim' {
  if (typeof value === 'string') return 'plain';
  return typeof value === 'object' ? 'dim' : 'key';
}
