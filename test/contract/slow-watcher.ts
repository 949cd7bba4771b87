// A watcher that does not read: what it hears last, once it reads again.

import { connect } from 'node:net';
import { limits } from '../../src/lib/limits.ts';
import { request } from '../e2e/http.ts';
import type { WireAnswer } from './wire.ts';

/** Of the last message. */
const lastCharsMax = 8_192;

export interface SlowWatcher {
  /** Reads what waits, up to the last message: the problem that it tells. */
  end(): Promise<WireAnswer>;
}

/** Of settings: more than a connection and its watcher's queue hold. */
const unreadBytes = 24 * 1024 * 1024;

/** Watches `api`, a URL, and takes nothing of what it is told, which is more than waits for it. */
export async function slowWatcher(api: string): Promise<SlowWatcher> {
  const { hostname, port } = new URL(api);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => {}); // what came before is what counts
  socket.write('GET /api/watch?stats=false HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await new Promise<void>((resolve) => socket.once('readable', resolve));
  for (let bytes = 0; bytes < unreadBytes; bytes += limits.settingBytesMax) {
    const data = String(bytes).padEnd(limits.settingBytesMax, 'x');
    await request(`${api}/api/settings/unread`, { method: 'PUT', body: { data } });
  }
  return {
    end: async () => {
      let text = '';
      let heard = '';
      for await (const chunk of socket.setEncoding('latin1') as AsyncIterable<string>) {
        heard = heard.slice(-lastCharsMax) + chunk;
        text = /^event: error\ndata: (.*)\n\n/m.exec(heard)?.[1] ?? '';
        if (text !== '') break;
      }
      return { status: 200, headers: { 'content-type': 'application/problem+json' }, text };
    },
  };
}
