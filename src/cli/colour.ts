// Colour for people at a terminal, and nowhere else: what is piped, or read by a program, stays plain.

import type { Writable } from 'node:stream';

export type Tone = 'good' | 'warning' | 'bad' | 'faint';

/** `text` in the colour that `tone` has here; as it is without one. */
export type Paint = (text: string, tone: Tone | undefined) => string;

const codes: Readonly<Record<Tone, number>> = { good: 32, warning: 33, bad: 31, faint: 2 };

export const plain: Paint = (text) => text;

const ansi: Paint = (text, tone) => (tone === undefined ? text : `\u001b[${codes[tone]}m${text}\u001b[0m`);

/** Colours for a terminal, unless the environment says NO_COLOR (https://no-color.org) or the terminal has none. */
export function paintFor(stream: Writable, env: Readonly<Record<string, string | undefined>>): Paint {
  const isTerminal = 'isTTY' in stream && stream.isTTY === true;
  const isWanted = (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  return isTerminal && isWanted ? ansi : plain;
}
