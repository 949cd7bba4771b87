// When the parts of a log file were read: for each moment, the offset up to which the file was known by then.
// A line's time is the moment at which its end was first seen. Kept beside the file, so that it outlives the agent.

import * as fs from 'node:fs';
import { limits } from '../src/lib/limits.ts';

interface Mark {
  /** Offset in the file, exclusive. */
  readonly end: number;
  readonly timeMs: number;
}

export class LogMarks {
  readonly #path: string;
  #marks: Mark[];

  /** `fileBytes`: what the log file holds; marks that reach beyond it belong to a file that is no more. */
  constructor(path: string, fileBytes: number) {
    this.#path = path;
    const marks = load(path);
    this.#marks = (marks.at(-1)?.end ?? 0) <= fileBytes ? marks : [];
  }

  /** Up to here the file was read before. */
  get end(): number {
    return this.#marks.at(-1)?.end ?? 0;
  }

  add(mark: Mark): void {
    this.#marks.push(mark);
    if (this.#marks.length <= limits.logMarksMax) {
      fs.appendFileSync(this.#path, `${mark.end} ${mark.timeMs}\n`, { mode: 0o600 });
      return;
    }
    // Of two neighbours the later one stays: a line may seem read a little late, never before it was.
    this.#marks = this.#marks.filter((_, i, all) => i % 2 === 1 || i === all.length - 1);
    this.#save();
  }

  /** The moment at which the byte before `end` was first seen. */
  timeOf(end: number): number | undefined {
    let low = 0;
    let high = this.#marks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#marks[middle]?.end ?? 0) < end) low = middle + 1;
      else high = middle;
    }
    return this.#marks[low]?.timeMs;
  }

  /** The first `bytes` of the file are gone. */
  shift(bytes: number): void {
    this.#marks = this.#marks
      .filter(({ end }) => end > bytes)
      .map(({ end, timeMs }) => ({ end: end - bytes, timeMs }));
    this.#save();
  }

  #save(): void {
    fs.writeFileSync(this.#path, this.#marks.map(({ end, timeMs }) => `${end} ${timeMs}\n`).join(''), {
      mode: 0o600,
    });
  }
}

/** As far as the file makes sense: its last line may have been cut short. */
function load(path: string): Mark[] {
  const marks: Mark[] = [];
  if (!fs.existsSync(path)) return marks;
  for (const line of fs.readFileSync(path, 'latin1').split('\n')) {
    const match = /^(\d{1,15}) (\d{1,15})$/.exec(line);
    const end = Number(match?.[1]);
    if (match === null || end <= (marks.at(-1)?.end ?? 0)) break;
    marks.push({ end, timeMs: Number(match[2]) });
  }
  return marks;
}
