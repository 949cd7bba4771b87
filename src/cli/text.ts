// Text on a terminal: data is printed, never obeyed, and columns line up whatever the script. What commands say in their own
// words is ASCII, whatever the locale: it may say nothing of UTF-8.

/** Control characters (C0, DEL, C1), line separators and what turns the writing direction. */
const unprintable = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Marks that are drawn onto the character before, and invisible format characters. */
const zeroWidth = /^[\p{Mn}\p{Me}\p{Cf}]$/u;

/** Characters drawn two cells wide: Hangul, CJK, full-width forms, emoji. */
const doubleWidth =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}\p{Emoji_Presentation}]$/u;

/** `text` with everything that would move the cursor or colour the terminal replaced by a space. */
export function printable(text: string): string {
  return text.replace(unprintable, ' ');
}

/** How many terminal cells `text` takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    width += zeroWidth.test(character) ? 0 : doubleWidth.test(character) ? 2 : 1;
  }
  return width;
}

/** `text` in at most `cells`, which are at least one; where it is cut, dots stand. */
export function clipped(text: string, cells: number): string {
  if (widthOf(text) <= cells) return text;
  const dots = '...'.slice(0, Math.max(1, cells - 1));
  let short = '';
  let width = dots.length;
  for (const character of text) {
    width += widthOf(character);
    if (width > cells) break;
    short += character;
  }
  return short + dots;
}

/** Whole seconds, minutes, hours or days, the largest that fits: `42s`, `3m`, `7h`, `12d`; clocks may differ, so never below 0. */
export function ageOf(timestamp: string, nowMs: number): string {
  const seconds = Math.max(0, Math.floor((nowMs - Date.parse(timestamp)) / 1_000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 120 * 60) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 48 * 3_600) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** Bytes with a binary unit and at most one decimal: `512B`, `1.5Ki`, `3.9Gi`. */
export function bytesOf(bytes: number): string {
  const units = ['B', 'Ki', 'Mi', 'Gi', 'Ti'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${Number(value.toFixed(1))}${units[unit]}`;
}
