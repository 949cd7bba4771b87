// The runtime's fetch ends a body that says nothing for five minutes. Here it does so after a moment, so that a test can
// wait for it: what must outlast silence outlasts this.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

const dispatcher = Symbol.for('undici.globalDispatcher.1');
type Dispatcher = { readonly constructor: new (options: { readonly bodyTimeout: number }) => Dispatcher };

/** From now on, and until the test has ended; resolves with a wait for the moment at which fetch lost its patience. */
export async function impatientFetch(): Promise<() => Promise<void>> {
  const silent = createServer((_request, response) => void response.writeHead(200).write(' '));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  await (await fetch(url)).body?.cancel(); // it makes its dispatcher with its first request
  const global = globalThis as unknown as Record<symbol, Dispatcher>;
  const patient = global[dispatcher] as Dispatcher;
  global[dispatcher] = new patient.constructor({ bodyTimeout: 200 });
  onTestFinished(() => {
    global[dispatcher] = patient;
    silent.closeAllConnections();
    silent.close();
  });
  return async () => {
    const reason = await (await fetch(url)).text().catch((error: unknown) => error as Error);
    if (typeof reason === 'string') throw new Error('a body without an end has ended');
  };
}
