// To whom a leader hands over when nobody is named. The core chooses well but for what it does not know: that the state of
// another peer is found to differ. Such a peer takes over from nobody (raft/own-disk.ts, Y6), and would be waited for in vain.

import { raftDefaults } from '../../raft/config.ts';
import type { RaftStatus } from '../../raft/status.ts';
import type { StoreId } from '../../raft/types.ts';

/**
 * The voter that holds most, of those that answered lately and do not differ; undefined when the core may choose, or when there
 * is none.
 */
export function heirOf(
  { configuration, leader, progress }: Pick<RaftStatus, 'configuration' | 'leader' | 'progress'>,
  { differs, nowMs }: { readonly differs: (storeId: StoreId) => boolean; readonly nowMs: number },
): StoreId | undefined {
  const others = configuration.voters.map(({ storeId }) => storeId).filter((storeId) => storeId !== leader);
  if (!others.some(differs)) return undefined;
  const sinceMs = nowMs - raftDefaults.electionMinMs;
  const fit = others.filter((storeId) => {
    const of = progress.get(storeId);
    return !differs(storeId) && of?.kind === 'replicate' && (of.lastHeardMs ?? 0) >= sinceMs;
  });
  const matchOf = (storeId: StoreId): number => progress.get(storeId)?.match ?? 0;
  return fit.toSorted((a, b) => matchOf(b) - matchOf(a))[0];
}
