// A probe: finds out whether a process that ended its connections is dead, by whether anybody still listens where it did.
// Owns: its tries. Does not own: what follows from a death.
// P1. Only a refusal proves a death: silence, an unreachable host and an open door prove nothing.
// P2. A few tries with short pauses, for the door of a dying process may be the last thing that it loses.

import { connect } from 'node:net';
import type { Address } from '../lib/address.ts';
import type { Clock } from '../lib/clock.ts';
import { limits } from '../lib/limits.ts';

/** Calls `onDead` at most once, soon or never. The answer gives up. */
export function probe(options: {
  readonly address: Address;
  readonly clock: Clock;
  readonly onDead: () => void;
}): () => void {
  const { address, clock, onDead } = options;
  let cancel: (() => void) | undefined;
  const attempt = (triesLeft: number): void => {
    const socket = connect(address);
    const settle = (refused: boolean): void => {
      cancel?.();
      if (refused) onDead();
      else if (triesLeft > 1) cancel = clock.after(limits.probePauseMs, () => attempt(triesLeft - 1));
    };
    const cancelTimer = clock.after(limits.probeMs, () => settle(false));
    cancel = () => {
      cancelTimer();
      socket.removeAllListeners();
      socket.on('error', () => undefined); // of no interest any more, but not unhandled
      socket.destroy();
    };
    socket.once('connect', () => settle(false));
    socket.once('error', (error: NodeJS.ErrnoException) => settle(error.code === 'ECONNREFUSED'));
  };
  attempt(limits.probesMax);
  return () => cancel?.();
}
