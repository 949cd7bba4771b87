// What comes from the keyboard, cut so that blessed understands it: it takes what arrives at once for one key, so that Esc and a
// letter that follow each other closely (over ssh, or from a script) would be a key with Alt, and of several clicks only
// the first would count.

import { PassThrough } from 'node:stream';

/** The pieces of `text` that are to be read one by one. */
export function pieces(text: string): readonly string[] {
  return text.split(/(?=\u001b)/u).flatMap((piece) => {
    if (!piece.startsWith('\u001b') || piece.length === 1) return [piece];
    const sequence = /^\u001b(?:\[[\d;<?]*[^\d;<?]|O[\s\S])/u.exec(piece);
    if (sequence === null) return ['\u001b', piece.slice(1)];
    return [sequence[0], piece.slice(sequence[0].length)].filter((one) => one !== '');
  });
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
