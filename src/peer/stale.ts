// A disk that has gone back in time: how others know it, and what becomes of its peer.
//
// V1. What a peer remembers of a run is durable soon after its link is up, not before: a run that ends within that moment
//     may not be remembered.
// V2. It talks to nobody once it knows: its further starts must not pass for later ones of the disk that was copied.

import type { ClusterId } from '../../raft/types.ts';
import { OrionError } from '../lib/errors.ts';
import type { PeerOptions } from './peer-options.ts';
import type { PeerIdentity } from './ports.ts';

/** Why such a disk is refused, and its peer takes part in nothing. */
export const staleReason =
  'STALE: this disk has gone back in time (an old copy was put in place, or the cluster was recovered without it): start it with an empty data directory and --join, and add it with --replace';

/**
 * Whether `reason`, as the transport tells it, says that this peer's own disk has gone back in time. Only peers `by` of its
 * own cluster are believed; a disk of none yet believes whoever remembers it.
 */
export function tellsStale(
  clusterId: ClusterId | undefined,
  reason: string,
  by: PeerIdentity | undefined,
): boolean {
  const isOwn = clusterId === undefined || by?.genesis?.clusterId === clusterId;
  return by !== undefined && isOwn && reason.includes(': STALE: ');
}

/** Remembers the run of a peer that was let in. A full disk is only reported: the next note writes this one, too. */
export async function noteRun(
  { incarnations, report }: Pick<PeerOptions, 'incarnations' | 'report'>,
  { storeId, incarnation, peerId }: PeerIdentity,
): Promise<void> {
  try {
    await incarnations.note(storeId, incarnation);
  } catch (error) {
    if (!(error instanceof OrionError) || error.code !== 'DISK_FULL') throw error;
    report({ peer: peerId }, error.message);
  }
}

/** Makes it durable that this disk has gone back in time, once what is being written has ended, and talks to nobody any more. */
export async function retire(
  { log, transport }: Pick<PeerOptions, 'log' | 'transport'>,
  writing: Promise<void> | undefined,
): Promise<void> {
  await writing;
  if (!log.identity.retired) await log.retire();
  await transport.stop();
}
