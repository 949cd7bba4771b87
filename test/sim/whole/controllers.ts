// The controllers of one process, tied to its peer as the composition root ties them: at work while it may control.

import { Control } from '../../../src/control/control.ts';
import { limits } from '../../../src/lib/limits.ts';
import type { Peer } from '../../../src/peer/peer.ts';
import type { SimProcess } from './process.ts';

export function runControllers(options: {
  readonly peer: Peer;
  readonly process: SimProcess;
  /** Hears the term in which the peer may control, and undefined when it may not. */
  readonly onTerm: (term: number | undefined) => void;
  readonly onError: (error: unknown) => void;
}): Control {
  const { peer, process, onTerm, onError } = options;
  const control = new Control({
    view: peer.view,
    propose: (term, body) => peer.proposeAsLeader(term, body),
    nowMs: () => process.clock.monotonicMs(),
    onError,
  });
  peer.onChanges((_, changes) => control.onChanges(changes));
  peer.onControlTerm((term) => {
    onTerm(term);
    if (term === undefined) control.stop();
    else control.start(term);
  });
  const tick = (): void => {
    control.tick();
    process.clock.after(limits.controlTickMs, tick);
  };
  tick();
  return control;
}
