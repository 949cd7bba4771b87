// The core under test, as the simulation knows it, and how one is made. A test puts a broken one in its place by wrapping it.

import { Raft, type RaftOptions } from '../../raft/raft.ts';

export type Core = Pick<Raft, 'step' | 'hasReady' | 'takeReady' | 'status'>;

export type MakeCore = (options: RaftOptions) => Core;

export const makeRaft: MakeCore = (options) => new Raft(options);
