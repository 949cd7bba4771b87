// A command line as words, by the quoting rules of the POSIX shell (XCU 2.2) and nothing else of it: no variables, no
// globs, no operators. `$HOME`, `*` and `|` are characters like any other, since no shell ever sees them.

export type ShellWords =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'unterminated'; readonly quote: `'` | `"` | '\\' };

/** What a backslash escapes inside double quotes; before anything else it stands for itself. */
const escapableInDoubleQuotes = new Set(['$', '`', '"', '\\', '\n']);

/** Splits `text` once. An empty word needs quotes: `''`. */
export function splitShellWords(text: string): ShellWords {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === ' ' || character === '\t' || character === '\n') {
      if (word !== undefined) words.push(word);
      word = undefined;
      at += 1;
    } else if (character === "'") {
      const end = text.indexOf("'", at + 1);
      if (end < 0) return { kind: 'unterminated', quote: "'" };
      word = (word ?? '') + text.slice(at + 1, end);
      at = end + 1;
    } else if (character === '"') {
      const quoted = doubleQuoted(text, at + 1);
      if (quoted === undefined) return { kind: 'unterminated', quote: '"' };
      word = (word ?? '') + quoted.content;
      at = quoted.end;
    } else if (character === '\\') {
      if (at + 1 === text.length) return { kind: 'unterminated', quote: '\\' };
      const escaped = text.charAt(at + 1);
      if (escaped !== '\n') word = (word ?? '') + escaped; // a backslash before a line's end joins the lines
      at += 2;
    } else {
      word = (word ?? '') + character;
      at += 1;
    }
  }
  if (word !== undefined) words.push(word);
  return { kind: 'words', words };
}

/** From behind the opening quote; `end` stands behind the closing one. */
function doubleQuoted(text: string, from: number): { content: string; end: number } | undefined {
  let content = '';
  for (let at = from; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') return { content, end: at + 1 };
    if (character === '\\' && escapableInDoubleQuotes.has(text.charAt(at + 1))) {
      at += 1;
      if (text.charAt(at) !== '\n') content += text.charAt(at);
    } else content += character;
  }
  return undefined;
}
