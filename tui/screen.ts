// The terminal, thin over blessed's program: keys and clicks in, changed cells out.
// Owns: raw mode, the other buffer, mouse reports, the cursor. Does not own: what is shown (model/).
//
// S1. Whatever ends the process, the terminal is as it was: what is needed for that is written in one synchronous call,
//     also from the process's `exit` event. Only SIGKILL leaves it undone (`reset` mends that).
// S2. While somebody else has the terminal (an editor), nothing is written to it.

import { writeSync } from 'node:fs';
import type { ReadStream, WriteStream } from 'node:tty';
import Program from 'blessed/lib/program.js';
import { difference } from './difference.ts';
import { pieceStream } from './input-pieces.ts';
import { type BlessedKey, type BlessedMouse, KeyNames, mouseOf } from './keys.ts';
import type { Canvas } from './model/canvas.ts';
import type { Input } from './model/messages.ts';
import type { Colours } from './theme.ts';

/** The other buffer, no cursor, clicks and the wheel with SGR coordinates. */
const enter = '\u001b[?1049h\u001b[?25l\u001b[2J\u001b[?1000h\u001b[?1006h';
const leave = '\u001b[?1006l\u001b[?1000l\u001b[0m\u001b[?25h\u001b[?1049l';

export interface ScreenOptions {
  readonly stdin: ReadStream;
  readonly stdout: WriteStream;
  readonly colours: Colours;
  readonly onInput: (input: Input) => void;
}

export class Screen {
  readonly #options: ScreenOptions;
  #program: Program | undefined;
  #stopInput: () => void = () => undefined;
  #shown: Canvas | undefined;
  readonly #restore = (): void => this.#leave();

  constructor(options: ScreenOptions) {
    this.#options = options;
    process.on('exit', this.#restore); // S1
    this.resume();
  }

  get size(): { readonly width: number; readonly height: number } {
    const { columns, rows } = this.#options.stdout;
    return { width: columns || 80, height: rows || 24 };
  }

  /** Shows `canvas`, by as little as that takes. */
  draw(canvas: Canvas): void {
    if (this.#program === undefined) return; // S2
    const known = this.#shown?.width === canvas.width && this.#shown.height === canvas.height;
    const before = known ? this.#shown : undefined;
    const clear = before === undefined ? '\u001b[0m\u001b[2J' : '';
    const { cursor } = canvas;
    const place = cursor === undefined ? '' : `\u001b[${cursor.y + 1};${cursor.x + 1}H\u001b[?25h`;
    const output = clear + difference(before, canvas, this.#options.colours);
    const hide = this.#shown?.cursor !== undefined && cursor === undefined ? '\u001b[?25l' : '';
    if (output !== '' || place !== '' || hide !== '') this.#options.stdout.write(hide + output + place);
    this.#shown = canvas;
  }

  /** Gives the terminal to somebody else. */
  suspend(): void {
    this.#leave();
    this.#stopInput();
    this.#program?.destroy();
    this.#program = undefined;
  }

  /** Takes it, for the first time or back; the next `draw` draws all of it. */
  resume(): void {
    const { stdin, stdout, onInput } = this.#options;
    const input = pieceStream(stdin);
    const program = new Program({ input: input.stream, output: stdout, tput: false });
    this.#program = program;
    this.#stopInput = () => {
      input.stop();
      stdin.pause();
    };
    stdin.setRawMode(true);
    stdin.resume();
    const names = new KeyNames();
    program.on('keypress', (character: string | undefined, key: BlessedKey | undefined) => {
      const name = names.name(character, key);
      if (name !== undefined) onInput({ kind: 'key', key: name });
    });
    program.on('mouse', (data: BlessedMouse) => {
      const mouse = mouseOf(data);
      if (mouse !== undefined) onInput({ kind: 'mouse', mouse });
    });
    program.on('resize', () => {
      this.#shown = undefined;
      onInput({ kind: 'resize', ...this.size });
    });
    stdout.write(enter);
    this.#shown = undefined;
  }

  /** Draws all of it next time: somebody may have written over it. */
  refresh(): void {
    if (this.#program === undefined) return;
    this.#options.stdin.setRawMode(true);
    this.#options.stdout.write(enter);
    this.#shown = undefined;
  }

  close(): void {
    this.suspend();
    process.off('exit', this.#restore);
  }

  #leave(): void {
    if (this.#program === undefined) return;
    const { stdin } = this.#options;
    try {
      if (stdin.isTTY) stdin.setRawMode(false);
      writeSync(process.stdout.fd, leave); // S1
    } catch {
      // The terminal itself is gone: there is nothing to restore.
    }
  }
}
