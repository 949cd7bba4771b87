// One watch over one connection, as server-sent events or over a WebSocket, message by message.

import http from 'node:http';
import { WebSocket } from 'ws';

export interface Message {
  readonly event: string;
  readonly id: number | undefined;
  readonly data: string;
}

interface StreamOptions {
  /** URL of the peer's API. */
  readonly api: string;
  /** Path and query. */
  readonly target: string;
  /** As `Last-Event-ID`. */
  readonly after: number | undefined;
  readonly onMessage: (message: Message) => void;
  /** Once, however it ended: an answer that is no stream, an end, a reset. */
  readonly onEnd: (why: string) => void;
}

/** The answer closes it. */
export type Open = (options: StreamOptions) => () => void;

export const openEvents: Open = ({ api, target, after, onMessage, onEnd }) => {
  let ended = false;
  const end = (why: string): void => {
    if (!ended) onEnd(why);
    ended = true;
  };
  const headers = after === undefined ? {} : { 'last-event-id': String(after) };
  const request = http.get(`${api}${target}`, { agent: false, headers }, (response) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      if (response.statusCode !== 200) return end(`${response.statusCode} ${chunk}`);
      text += chunk;
      const parts = text.split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts) if (!ended) onMessage(messageOf(part));
    });
    response.on('close', () => end('it ended'));
  });
  request.on('error', (error) => end(error.message));
  return () => {
    ended = true;
    request.destroy();
  };
};

function messageOf(text: string): Message {
  const fields = new Map(
    text.split('\n').map((line): [string, string] => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)];
    }),
  );
  const id = fields.get('id');
  return {
    event: fields.get('event') ?? '',
    id: id === undefined ? undefined : Number(id),
    data: fields.get('data') ?? '',
  };
}

export const openSocket: Open = ({ api, target, after, onMessage, onEnd }) => {
  const headers = after === undefined ? {} : { 'last-event-id': String(after) };
  const socket = new WebSocket(`${api.replace(/^http/, 'ws')}${target}`, { headers });
  let ended = false;
  const end = (why: string): void => {
    if (!ended) onEnd(why);
    ended = true;
  };
  socket.on('message', (bytes: Buffer) => {
    if (ended) return;
    const { event, id, data } = JSON.parse(bytes.toString()) as { event: string; id?: string; data: unknown };
    onMessage({ event, id: id === undefined ? undefined : Number(id), data: JSON.stringify(data) });
  });
  socket.on('close', () => end('it ended'));
  socket.on('error', (error) => end(error.message));
  return () => {
    ended = true;
    socket.terminate();
  };
};

/** What a peer tells of the versions behind `from`, up to `to` at least, as text by version. */
export function changesBetween(options: {
  readonly api: string;
  readonly target: string;
  readonly from: number;
  readonly to: number;
}): Promise<(readonly [number, string])[]> {
  const { api, target, from, to } = options;
  return new Promise((resolve, reject) => {
    const changes: [number, string][] = [];
    const close = openEvents({
      api,
      target,
      after: from,
      onMessage: ({ event, id = 0, data }) => {
        if (event === 'change') changes.push([id, data]);
        if (event === 'error') reject(new Error(data));
        if (id < to) return;
        close();
        resolve(changes);
      },
      onEnd: (why) => reject(new Error(why)),
    });
  });
}
