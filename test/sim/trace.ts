// What happened in a run, line by line: a hash always, the text only for somebody who reads it.
// The hash covers every field of every line, so that two runs with one hash took the same course.

import { digestOfText, emptyDigest, mix } from './digest.ts';

export type TraceField = string | number | boolean | undefined;

export class Trace {
  #left = emptyDigest;
  #right = 0x9747b28c;
  #lines = 0;
  readonly #print: ((line: string) => void) | undefined;

  /** `print` gets each line as text; without it no text is made. */
  constructor(print: ((line: string) => void) | undefined) {
    this.#print = print;
  }

  note(now: number, what: string, ...fields: readonly TraceField[]): void {
    this.#lines += 1;
    this.#left = mix(mix(this.#left, digestOfText(what)), Math.round(now * 1_000));
    for (const field of fields) {
      this.#left = mix(this.#left, typeof field === 'number' ? field : digestOfText(String(field)));
    }
    this.#right = mix(mix(this.#right, this.#left), this.#lines);
    this.#print?.(`${now.toFixed(3).padStart(10)} ${what} ${fields.map(String).join(' ')}`);
  }

  /** 16 hex digits over all lines so far. */
  get hash(): string {
    return [this.#left, this.#right].map((half) => half.toString(16).padStart(8, '0')).join('');
  }
}
