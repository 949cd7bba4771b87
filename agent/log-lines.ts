// Lines out of a growing file, forwards and from its end, in pieces of bounded size.

import * as fs from 'node:fs';
import { limits } from '../src/lib/limits.ts';

const newline = 0x0a;

export interface FileLine {
  readonly text: string;
  /** Offset behind the line and its newline. */
  readonly end: number;
}

/**
 * The lines in `[from, to)`, each cut to `logLineBytesMax`. What stands behind the last newline comes only with
 * `withRest`: it may still grow.
 */
export function* linesOf(
  file: number,
  range: { readonly from: number; readonly to: number; readonly withRest: boolean },
): Generator<FileLine> {
  const block = Buffer.allocUnsafe(limits.logReadBytes);
  let line = new CutLine();
  let position = range.from;
  while (position < range.to) {
    const length = fs.readSync(file, block, 0, Math.min(block.length, range.to - position), position);
    if (length === 0) break;
    let start = 0;
    for (;;) {
      const at = block.subarray(0, length).indexOf(newline, start);
      line.add(block.subarray(start, at === -1 ? length : at));
      if (at === -1) break;
      yield { text: line.text(), end: position + at + 1 };
      line = new CutLine();
      start = at + 1;
    }
    position += length;
  }
  if (range.withRest && line.length > 0) yield { text: line.text(), end: position };
}

/** Where the last `lines` complete lines before `end` begin; an incomplete one after them is not counted. */
export function offsetOfLast(file: number, lines: number, end: number): number {
  const block = Buffer.allocUnsafe(limits.logReadBytes);
  let found = 0;
  let upTo = end;
  while (upTo > 0) {
    const from = Math.max(0, upTo - block.length);
    const length = fs.readSync(file, block, 0, upTo - from, from);
    for (let i = length - 1; i >= 0; i -= 1) {
      if (block[i] !== newline) continue;
      found += 1;
      if (found > lines) return from + i + 1;
    }
    upTo = from;
  }
  return 0;
}

/** A line that keeps its first bytes only. */
class CutLine {
  readonly #parts: Buffer[] = [];
  length = 0;

  add(part: Buffer): void {
    const kept = part.subarray(0, limits.logLineBytesMax - this.length);
    if (kept.length === 0) return;
    this.#parts.push(Buffer.from(kept));
    this.length += kept.length;
  }

  text(): string {
    return Buffer.concat(this.#parts).toString('utf8');
  }
}
