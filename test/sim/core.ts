// The core under test, as the simulation knows it, and how one is made. A test puts a broken one in its place by wrapping it.

import { Raft, type RaftOptions } from '../../raft/raft.ts';
import type { Ready } from '../../raft/types.ts';
import { assert } from '../../src/lib/assert.ts';

export type Core = Pick<Raft, 'step' | 'hasReady' | 'takeReady' | 'status'>;

export type MakeCore = (options: RaftOptions) => Core;

export const makeRaft: MakeCore = (options) => new Raft(options);

/** Effects of one turn; a core that has ever more to do would hang the simulation. */
const takesMax = 1_000;

/** Everything that the core has to do before its next input. */
export function* effectsOf(core: Core): Generator<Ready> {
  for (let takes = 1; core.hasReady(); takes += 1) {
    assert(takes <= takesMax, 'a core that gets no input comes to rest');
    yield core.takeReady();
  }
}
