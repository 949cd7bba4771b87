// What comes from the keyboard, cut so that blessed understands it: it takes what arrives at once for one key, so that Esc and a
// letter that follow each other closely (over ssh, or from a script) would be a key with Alt, and of several clicks only
// the first would count.

import { PassThrough } from 'node:stream';

const escape = '\u001b';
/** What follows Esc in a key of several characters, or in a report of the mouse. */
const sequence = /^(?:\[[\d;<?]*[^\d;<?]|O[\s\S])/u;

/** The pieces of `text` that are to be read one by one. */
export function pieces(text: string): readonly string[] {
  const [plain = '', ...escaped] = text.split(escape);
  return [plain, ...escaped.flatMap(afterEscape)].filter((piece) => piece !== '');
}

function afterEscape(rest: string): readonly string[] {
  const key = sequence.exec(rest)?.[0] ?? '';
  return [escape + key, rest.slice(key.length)];
}

/** A stream for blessed, which is given each piece of what `source` reads. Ends when `stop` is called. */
export function pieceStream(source: NodeJS.ReadableStream): { readonly stream: PassThrough; stop(): void } {
  const stream = new PassThrough();
  const decoder = new TextDecoder();
  const onData = (data: Uint8Array): void => {
    for (const piece of pieces(decoder.decode(data, { stream: true }))) stream.write(piece);
  };
  source.on('data', onData);
  return {
    stream,
    stop: () => {
      source.off('data', onData);
      stream.end();
    },
  };
}
