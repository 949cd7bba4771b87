// A disk that has gone back in time: how others know it, and what becomes of its peer.
//
// A run of a disk has a number, one more than the run before, and an id drawn at random. Both are durable before anyone is told
// of the run, together with the ids of the last few runs before it. Peers remember of each store the last run that they let in.
// A disk that comes with a lower number, or with another id under the number that is remembered, has gone back: whoever
// remembers a run may hold votes and acknowledgements of it, and this disk has never made that run, so it lacks them.
//
// Nothing else is ever refused for that. A sound disk keeps every run that anyone was told of, and each start adds one: a crash
// before a run is durable leaves a run that nobody heard of, a crash after it a number that is skipped. A run whose id is not
// known (written by an older version, more than `diskRunsMax` starts ago) is judged by its number alone. Who was cut off or lost
// its memory remembers less, and less is never held against anyone.
// Of two copies of one disk that run at the same time each may be let in by others, and then both are refused: what one of
// them promised the other one lacks, whichever is the original, so neither may count.
//
// V1. What a peer remembers of a run is durable soon after its link is up, not before: a run that ends within that moment
//     may not be remembered.
// V2. It talks to nobody once it knows: its further starts must not pass for later ones of the disk that was copied.
// V3. A recovery of the cluster voids what was promised before it: runs are compared within one epoch, and those of a higher
//     one are later.

import type { ClusterId } from '../../raft/types.ts';
import { OrionError } from '../lib/errors.ts';
import type { SeenRun } from './incarnations.ts';
import type { PeerOptions } from './peer-options.ts';
import type { PeerIdentity } from './ports.ts';

/** Why such a disk is refused, and its peer takes part in nothing. */
export const staleReason =
  'STALE: this disk has gone back in time (an old copy was put in place, or the cluster was recovered without it): start it with an empty data directory and --join, and add it with --replace';

/** Whether a disk does not know of the run of it that is remembered, or had it before the run that it says it is in. */
export function hasGoneBack(
  { epoch, incarnation, runs }: Pick<PeerIdentity, 'epoch' | 'incarnation' | 'runs'>,
  last: SeenRun | undefined,
): boolean {
  if (last === undefined || epoch > last.epoch) return false; // V3
  if (epoch < last.epoch || incarnation < last.incarnation) return true;
  const own = runs[incarnation - last.incarnation] ?? '';
  return own !== '' && last.id !== '' && own !== last.id;
}

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
  { storeId, epoch, incarnation, runs, peerId }: PeerIdentity,
): Promise<void> {
  try {
    await incarnations.note(storeId, { epoch, incarnation, id: runs[0] ?? '' });
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
