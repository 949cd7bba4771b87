// The log of one replica: a file that its processes append to by themselves, and that an agent reads and keeps small.
//
// F1. A position counts from the file's first byte ever, so that it means the same before and after a cut.
// F2. Past `bytesMax` the older half is given up: the newer one is copied to the front, what came meanwhile as well,
//     and the rest cut off. Writers append, so they go on at the new end; what is written between the last copy and
//     the cut is lost (why not a rename: the processes hold the file open, and no signal is theirs to understand).

import * as fs from 'node:fs';
import { limits } from '../src/lib/limits.ts';
import { isErrno } from './files.ts';
import { linesOf, offsetOfLast } from './log-lines.ts';
import { LogMarks } from './log-marks.ts';

export interface TimedLine {
  readonly text: string;
  /** Milliseconds since 1970 at which the agent read it. */
  readonly timeMs: number;
  /** The position behind it. */
  readonly end: number;
}

export class LogFile {
  readonly path: string;
  readonly #bytesMax: number;
  readonly #marks: LogMarks;
  /** Bytes given up in front of the file's first one. */
  #base = 0;

  constructor(path: string, bytesMax: number) {
    this.path = path;
    this.#bytesMax = bytesMax;
    this.#marks = new LogMarks(`${path}.times`, sizeOf(path));
  }

  /** Up to this position the file was read, and lines have a time. */
  get end(): number {
    return this.#base + this.#marks.end;
  }

  /** Looks at the file; true when it has grown. */
  poll(nowMs: number): boolean {
    const size = sizeOf(this.path);
    if (size === this.#marks.end) return false;
    if (size < this.#marks.end) this.#forgetFront(this.#marks.end); // Somebody else cut it.
    if (size > 0) this.#marks.add({ end: size, timeMs: nowMs });
    if (size > this.#bytesMax) this.#cut(nowMs);
    return size > 0;
  }

  /** Lines from position `from` on that were read, at most `linesMax`; `withRest` also what has no newline yet. */
  read(options: {
    readonly from: number;
    readonly linesMax: number;
    readonly withRest: boolean;
  }): TimedLine[] {
    const from = Math.max(0, options.from - this.#base);
    const lines: TimedLine[] = [];
    if (options.linesMax === 0 || from >= this.#marks.end) return lines;
    withFile(this.path, 'r', (file) => {
      for (const line of linesOf(file, { from, to: this.#marks.end, withRest: options.withRest })) {
        const timeMs = this.#marks.timeOf(line.end) ?? 0;
        lines.push({ text: line.text, timeMs, end: this.#base + line.end });
        if (lines.length === options.linesMax) break;
      }
    });
    return lines;
  }

  /** The position of the last `lines` complete lines that were read. */
  positionOfLast(lines: number): number {
    let offset = this.#marks.end;
    withFile(this.path, 'r', (file) => {
      offset = offsetOfLast(file, lines, this.#marks.end);
    });
    return this.#base + offset;
  }

  /** The last lines that stand in the file now, read or not. */
  last(lines: number): string[] {
    const texts: string[] = [];
    withFile(this.path, 'r', (file) => {
      const to = fs.fstatSync(file).size;
      const from = offsetOfLast(file, lines, to);
      for (const { text } of linesOf(file, { from, to, withRest: true })) texts.push(text);
    });
    return texts.slice(-lines);
  }

  /** Deletes it, with all that was noted of it. */
  remove(): void {
    fs.rmSync(this.path, { force: true });
    fs.rmSync(`${this.path}.times`, { force: true });
  }

  // F2
  #cut(nowMs: number): void {
    let removed = 0;
    let kept = 0;
    withFile(this.path, 'r+', (file) => {
      const half = fs.fstatSync(file).size - Math.floor(this.#bytesMax / 2);
      for (const { end } of linesOf(file, { from: half, to: this.#marks.end, withRest: true })) {
        removed = end;
        break;
      }
      kept = moveToFront(file, { from: removed, bytesMax: this.#bytesMax });
      fs.ftruncateSync(file, kept);
    });
    this.#forgetFront(removed);
    if (kept > this.#marks.end) this.#marks.add({ end: kept, timeMs: nowMs });
  }

  #forgetFront(bytes: number): void {
    this.#base += bytes;
    this.#marks.shift(bytes);
  }
}

/** Copies what stands from `from` on to the front, as long as writers add to it; answers how much that is. */
function moveToFront(file: number, { from, bytesMax }: { from: number; bytesMax: number }): number {
  const block = Buffer.allocUnsafe(limits.logReadBytes);
  let moved = 0;
  while (moved < bytesMax) {
    const length = fs.readSync(file, block, 0, block.length, from + moved);
    if (length === 0) break;
    fs.writeSync(file, block, 0, length, moved);
    moved += length;
  }
  return moved;
}

function sizeOf(path: string): number {
  return fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Nothing happens when the file is not there: its replica has not started yet. */
function withFile(path: string, flags: 'r' | 'r+', use: (file: number) => void): void {
  let file: number;
  try {
    file = fs.openSync(path, flags);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return;
    throw error;
  }
  try {
    use(file);
  } finally {
    fs.closeSync(file);
  }
}
