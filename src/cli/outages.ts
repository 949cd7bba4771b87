// What people hear of a watch that nobody serves for a while: it goes on by itself, but they should know why nothing moves.

import type { WatchPeer } from '../client/watch.ts';

/** Says when nobody answers any more, and when somebody does again. */
export class Outages {
  readonly #say: (text: string) => void;
  #isOut = false;

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  readonly onPeer = ({ kind, peer, reason }: WatchPeer): void => {
    if (kind === 'trying' && reason !== undefined && !this.#isOut) {
      this.#isOut = true;
      this.#say(`the watch broke off (${reason}); trying on`);
    }
    if (kind === 'open' && this.#isOut) {
      this.#isOut = false;
      this.#say(`the watch goes on at ${peer}`);
    }
  };
}
