// Text in terminal cells: what a screen is made of before it knows any terminal.
//
// C1. A cell holds one character of width 1 or 2, with the marks drawn onto it; the right half of a wide one is empty text.
// C2. Nothing that comes from outside can move the cursor, colour the terminal, or make a row wider than it is counted:
//     control characters become spaces; what joins, varies or flags emoji is taken out, so that terminals that know these
//     and terminals that do not draw the same width.
// C3. In ASCII every cell is one of 95 characters.

/** What a piece of text means; the screen decides how that looks, with 256 colours, 16, or none. */
export type Tone = 'plain' | 'dim' | 'strong' | 'good' | 'warn' | 'bad' | 'accent' | 'title' | 'key';

/** What it stands on. */
export type Ground = 'none' | 'selected' | 'marked' | 'bar' | 'alarm' | 'dialog';

export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

export type Line = readonly Span[];

export interface Cell {
  readonly text: string;
  readonly tone: Tone;
  readonly ground: Ground;
}

export const span = (text: string, tone: Tone = 'plain'): Span => ({ text, tone });

const plainAscii = /^[\x20-\x7e]*$/;
const control = /[\p{Cc}\u2028\u2029]/gu;
/** Joiners, directions, variation selectors, tags, skin tones: nothing of its own is drawn for them. */
const invisible = /\p{Cf}|\p{Variation_Selector}|\p{Emoji_Modifier}|\u115f|\u1160|\u3164/gu;
/** Two of these are drawn as one flag, or as two letters, or as boxes. */
const regional = /[\u{1f1e6}-\u{1f1ff}]/gu;
const drawnOnto = /^[\p{Mn}\p{Me}]$/u;
const wide =
  /^[\u1100-\u115e\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]$/u;

/** `text` with nothing in it that a terminal would obey, or draw as wide as it likes (C2). */
export function clean(text: string): string {
  if (plainAscii.test(text)) return text;
  return text
    .replaceAll('\t', '    ')
    .replace(control, ' ')
    .replace(invisible, '')
    .replace(regional, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) - 0x1f1e6 + 65));
}

/** The characters of `text` with their widths, 1 or 2 (C1). */
export function characters(text: string): readonly { readonly text: string; readonly width: 1 | 2 }[] {
  const cleaned = clean(text);
  const found: { text: string; width: 1 | 2 }[] = [];
  for (const one of cleaned) {
    const before = found.at(-1);
    if (!drawnOnto.test(one)) found.push({ text: one, width: wide.test(one) ? 2 : 1 });
    else if (before !== undefined) before.text += one;
  }
  return found;
}

/** Terminal cells that `text` takes. */
export function widthOf(text: string): number {
  if (plainAscii.test(text)) return text.length;
  return characters(text).reduce((sum, one) => sum + one.width, 0);
}

export const lineWidth = (line: Line): number => line.reduce((sum, one) => sum + widthOf(one.text), 0);

/** `text` in at most `width` cells; where something is left out, `ellipsis` (one cell) ends it. */
export function cut(text: string, width: number, ellipsis: string): string {
  if (widthOf(text) <= width) return clean(text);
  if (width <= 0) return '';
  let taken = '';
  let used = 0;
  for (const one of characters(text)) {
    if (used + one.width > width - 1) break;
    taken += one.text;
    used += one.width;
  }
  return taken + ellipsis;
}

/** `text` in exactly `width` cells. */
export function pad(text: string, width: number, ellipsis: string, align: 'left' | 'right' = 'left'): string {
  const short = cut(text, width, ellipsis);
  const space = ' '.repeat(Math.max(0, width - widthOf(short)));
  return align === 'left' ? short + space : space + short;
}

/** The cells `[from, from + width)` of a line. A wide character that is cut through becomes a space. */
export function window(line: Line, from: number, width: number): Line {
  const shown: Span[] = [];
  let at = 0;
  for (const { text, tone } of line) {
    let part = '';
    for (const one of characters(text)) {
      const end = at + one.width;
      if (at >= from && end <= from + width) part += one.text;
      else if (end > from && at < from + width) part += ' ';
      at = end;
    }
    if (part !== '') shown.push({ text: part, tone });
    if (at >= from + width) break;
  }
  return shown;
}

/** A line broken into lines of at most `width` cells: anywhere; all of it is there. */
export function wrap(line: Line, width: number): readonly Line[] {
  return broken(line, width, { indent: 0, atSpaces: false });
}

/** The same at spaces, where there are any; all lines but the first begin with `indent` spaces. */
export function wrapWords(line: Line, width: number, indent: number): readonly Line[] {
  return broken(line, width, { indent, atSpaces: true });
}

interface Styled {
  readonly text: string;
  readonly width: number;
  readonly tone: Tone;
}

function broken(
  line: Line,
  width: number,
  how: { readonly indent: number; readonly atSpaces: boolean },
): readonly Line[] {
  if (lineWidth(line) <= width || width <= how.indent + 2) return [line];
  const margin: readonly Styled[] = Array.from({ length: how.indent }, () => ({
    text: ' ',
    width: 1,
    tone: 'plain',
  }));
  const lines: Line[] = [];
  let current: Styled[] = [];
  let used = 0;
  for (const { text, tone } of line) {
    for (const one of characters(text)) {
      if (used + one.width > width) {
        const from = how.atSpaces ? current.findLastIndex((before) => before.text === ' ') + 1 : 0;
        const keep = from > how.indent ? from : current.length;
        lines.push(spansOf(current.slice(0, keep)));
        current = [...margin, ...current.slice(keep)];
        used = current.reduce((sum, before) => sum + before.width, 0);
      }
      current.push({ ...one, tone });
      used += one.width;
    }
  }
  return [...lines, spansOf(current)];
}

function spansOf(characters: readonly Styled[]): Line {
  const spans: Span[] = [];
  for (const { text, tone } of characters) {
    const before = spans.at(-1);
    if (before?.tone === tone) spans[spans.length - 1] = { text: before.text + text, tone };
    else spans.push({ text, tone });
  }
  return spans;
}
