// Drain: a peer that stops answers what it was asked, and takes nothing new.
//
// D1. From `begin` on each new request is refused with 503 NO_LEADER, and its connection closed: any other peer serves it.
// D2. Requests that came before are answered; `begin` resolves when all are, at the latest after `servingLimits.drainMs`.

import type { OrionError } from '../lib/errors.ts';
import { servingLimits } from '../lib/serving-limits.ts';

/** As much of a server as is asked of it. */
interface Requests {
  on(
    event: 'request',
    listener: (request: unknown, answer: { once(event: 'close', listener: () => void): unknown }) => void,
  ): unknown;
}

export class Drain {
  /** Requests that are not answered yet. */
  #open = 0;
  #refusal: OrionError | undefined;
  #onDone: (() => void) | undefined;

  constructor(server: Requests) {
    server.on('request', (_request, answer) => {
      this.#open += 1;
      answer.once('close', () => {
        this.#open -= 1;
        if (this.#open === 0) this.#onDone?.();
      });
    });
  }

  /** Why a request that comes now is refused (D1); undefined when it is not. */
  get refusal(): OrionError | undefined {
    return this.#refusal;
  }

  /** D2. */
  async begin(refusal: OrionError): Promise<void> {
    this.#refusal = refusal;
    if (this.#open === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, servingLimits.drainMs);
      this.#onDone = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
