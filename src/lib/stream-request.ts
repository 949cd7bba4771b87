// An answer that may stay silent for as long as it likes: lines of a log that nobody writes to.
// Why not fetch: it ends a body that says nothing for five minutes, and offers no way to ask for another bound.

import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';

export interface StreamAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Throws when the answer breaks off. */
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * The answer to a GET as soon as its head is there. `signal` ends the request, and later the answer. No redirect is
 * followed. Rejects with what the connection has to say.
 */
export function streamRequest(
  url: string,
  options: { readonly headers: Readonly<Record<string, string>>; readonly signal: AbortSignal },
): Promise<StreamAnswer> {
  const get = url.startsWith('https:') ? getHttps : getHttp;
  return new Promise((resolve, reject) => {
    // A connection of its own: nobody else waits behind it.
    const request = get(url, { headers: options.headers, signal: options.signal, agent: false }, (answer) =>
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: answer }),
    );
    request.on('error', reject);
  });
}

/** `body` to its end as a text. */
export async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) text += decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}
