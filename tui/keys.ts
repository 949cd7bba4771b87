// Keys as blessed tells them, by the names that the model knows.

import type { Key, Mouse } from './model/messages.ts';

/** What comes with blessed's `keypress`. */
export interface BlessedKey {
  readonly name?: string;
  readonly ctrl?: boolean;
  readonly meta?: boolean;
  readonly shift?: boolean;
}

export interface BlessedMouse {
  readonly action?: string;
  readonly x?: number;
  readonly y?: number;
}

export class KeyNames {
  /** First half of a character that blessed tells in two. */
  #half = '';

  /** Undefined: a key that says nothing, or that blessed tells twice. */
  name(character: string | undefined, key: BlessedKey | undefined): Key | undefined {
    const name = key?.name;
    if (name === 'return') return undefined; // comes as `enter`, too
    if (name === 'linefeed') return 'enter';
    if (name === 'space') return 'space';
    if (character !== undefined && key?.ctrl !== true && key?.meta !== true) {
      const text = this.#whole(character);
      if (text === undefined) return undefined;
      if (text >= ' ' && text !== '\u007f') return text;
    }
    if (name === undefined || name === 'undefined') return undefined;
    const modifier = `${key?.ctrl === true ? 'ctrl-' : ''}${key?.meta === true ? 'meta-' : ''}${key?.shift === true ? 'shift-' : ''}`;
    return name === 'escape' ? 'escape' : modifier + name;
  }

  #whole(character: string): string | undefined {
    const text = this.#half + character;
    this.#half = '';
    const code = text.charCodeAt(text.length - 1);
    if (code < 0xd800 || code > 0xdbff) return text;
    this.#half = text;
    return undefined;
  }
}

export function mouseOf({ action, x, y }: BlessedMouse): Mouse | undefined {
  if (x === undefined || y === undefined) return undefined;
  if (action === 'mousedown') return { action: 'press', x, y };
  return action === 'wheelup' || action === 'wheeldown' ? { action, x, y } : undefined;
}
