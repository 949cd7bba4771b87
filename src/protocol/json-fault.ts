// Where a text stops being JSON (RFC 8259), for whoever has to mend it: what JSON.parse says of that changes from version to
// version, and often names no place; and which keys stand twice, of which JSON.parse takes the last without a word. Nothing is
// recursive, and each character is looked at once.

import { unreachable } from '../lib/assert.ts';
import type { Issue } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';

export interface JsonFault {
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  /** What would be right there. */
  readonly message: string;
}

type Expected = 'value' | 'valueOrClose' | 'key' | 'keyOrClose' | 'colon' | 'commaOrClose' | 'end';

const blanks = /[ \t\n\r]*/y;
const word = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;
const escape = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

/** Undefined when `text` is JSON. */
export function jsonFault(text: string): JsonFault | undefined {
  const brackets: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  for (let at = endOf(blanks, text, 0) ?? 0; ; at = endOf(blanks, text, at) ?? at) {
    const next = text[at];
    if (expected === 'end' && next === undefined) return undefined;
    const close = brackets.at(-1) === '{' ? '}' : ']';
    const mayClose = expected !== 'value' && expected !== 'key' && expected !== 'colon' && expected !== 'end';
    if (mayClose && next === close) {
      brackets.pop();
      expected = brackets.length === 0 ? 'end' : 'commaOrClose';
      at += 1;
    } else if (expected === 'commaOrClose' && next === ',') {
      expected = close === '}' ? 'key' : 'value';
      at += 1;
    } else if (expected === 'colon' && next === ':') {
      expected = 'value';
      at += 1;
    } else if (expected.startsWith('value') && (next === '{' || next === '[')) {
      brackets.push(next);
      expected = next === '{' ? 'keyOrClose' : 'valueOrClose';
      at += 1;
    } else {
      const isKey = expected.startsWith('key');
      if (!isKey && !expected.startsWith('value')) return faultAt(text, at, expectation(expected, close));
      if (next === '"') {
        const string = stringFrom(text, at);
        if (string.fault !== undefined) return faultAt(text, string.end, string.fault);
        at = string.end;
      } else {
        const end = isKey ? undefined : endOf(word, text, at);
        if (end === undefined) return faultAt(text, at, expectation(expected, close));
        at = end;
      }
      expected = isKey ? 'colon' : brackets.length === 0 ? 'end' : 'commaOrClose';
    }
  }
}

/** The keys that stand twice in one object of `text`, which is JSON: as many as an error tells. */
export function repeatedKeys(text: string): readonly Issue[] {
  if (text.indexOf(':') === text.lastIndexOf(':')) return []; // one key at most, as in most writes
  const issues: Issue[] = [];
  const open: (Set<string> | undefined)[] = []; // the keys of each object and list that is open
  const mark = /["{}[\]]/g;
  for (
    let found = mark.exec(text);
    found !== null && issues.length < limits.issuesMax;
    found = mark.exec(text)
  ) {
    const { 0: char, index } = found;
    if (char === '{' || char === '[') open.push(undefined);
    else if (char !== '"') open.pop();
    else {
      const end = closingQuote(text, index) + 1;
      mark.lastIndex = end;
      if (text[endOf(blanks, text, end) ?? end] !== ':') continue;
      const key = JSON.parse(text.slice(index, end)) as string;
      const keys = open.at(-1) ?? new Set();
      open[open.length - 1] = keys;
      if (keys.has(key)) {
        const { line } = faultAt(text, index, '');
        issues.push({ path: key, line, message: 'this key stands twice' });
      }
      keys.add(key);
    }
  }
  return issues;
}

/** Of the string that begins at `from`: the first quote behind it that an even number of backslashes precedes. */
function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); ; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text[at - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
}

/** Behind what `pattern` finds at `at`; undefined when it does not. */
function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** Behind the string that begins at `from`, or where and what is wrong in it. */
function stringFrom(text: string, from: number): { readonly end: number; readonly fault?: string } {
  let at = from + 1;
  for (;;) {
    const next = text[at];
    if (next === '"') return { end: at + 1 };
    if (next === undefined) return { end: from, fault: 'this string has no end' };
    if (next < ' ') return { end: at, fault: 'a line break, or another control character, within a string' };
    const behind = next === '\\' ? endOf(escape, text, at) : at + 1;
    if (behind === undefined) return { end: at, fault: 'no escape begins with this backslash' };
    at = behind;
  }
}

function expectation(expected: Expected, close: string): string {
  switch (expected) {
    case 'value':
      return 'a value is expected here';
    case 'valueOrClose':
      return 'a value or "]" is expected here';
    case 'key':
      return 'a key in double quotes is expected here';
    case 'keyOrClose':
      return 'a key in double quotes or "}" is expected here';
    case 'colon':
      return '":" is expected here';
    case 'commaOrClose':
      return `"," or "${close}" is expected here`;
    case 'end':
      return 'nothing more is expected here';
    default:
      return unreachable(expected);
  }
}

function faultAt(text: string, at: number, message: string): JsonFault {
  const before = text.slice(0, at);
  const start = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: at - start + 1, message };
}
