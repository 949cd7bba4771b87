// Admission: with whom a peer talks at all, judged from what the other side says of itself.
//
// A1. Peers of another cluster are refused; a store merely absent from the configuration is heard, since this peer may
//     lag (§4.1).
// A2. A store that a committed configuration removed is refused: nothing that it says is of use any more.
// A3. Who belongs to this cluster in a lower epoch is refused, as is everybody by a peer that hears of a higher one: a
//     recovery began the cluster anew, and what was before it takes no part in it.
// A4. A store is refused when a run of it is remembered that its disk does not know of: an old copy was put in place, which
//     lacks the votes and entries that were promised since (stale.ts). A recovery voids what was promised before it, and so what
//     is remembered from before it: A3 comes first.
// A5. Of two disks under the name of one peer that which is linked stays, unless the other is more to the cluster: a voter is more
//     than a learner, and that more than a stranger. A second process that was started under the name of a peer would
//     else end its links again and again.

import type { RaftStatus } from '../../raft/status.ts';
import type { ClusterId, Configuration, Genesis, PeerId, StoreId } from '../../raft/types.ts';
import type { Core } from './core.ts';
import { isPristine } from './founding.ts';
import type { Incarnations } from './incarnations.ts';
import type { Links } from './links.ts';
import type { PeerOptions } from './peer-options.ts';
import type { PeerIdentity } from './ports.ts';
import { hasGoneBack, staleReason } from './stale.ts';

export interface AdmissionFacts {
  readonly clusterName: string;
  /** Undefined while this peer belongs to none. */
  readonly clusterId: ClusterId | undefined;
  /** It may still drop its genesis for another (raft/genesis.ts, N3). */
  readonly pristine: boolean;
  readonly removed: readonly StoreId[];
  /** Of this peer's disk. */
  readonly epoch: number;
  readonly incarnations: Pick<Incarnations, 'last'>;
  /** The newest; undefined before genesis. */
  readonly configuration: Configuration | undefined;
  /** The store that is linked under a name. */
  readonly linked: (peerId: PeerId) => StoreId | undefined;
}

/** What a peer knows of itself that decides whom it talks to. */
export function factsOf(
  { clusterName, log, incarnations }: Pick<PeerOptions, 'clusterName' | 'log' | 'incarnations'>,
  now: { readonly genesis: Genesis | undefined; readonly core: Core | undefined; readonly links: Links },
): AdmissionFacts {
  const { genesis, core, links } = now;
  return {
    clusterName,
    clusterId: genesis?.clusterId,
    pristine: isPristine(core?.status),
    removed: committedRemovals(core?.status),
    epoch: log.identity.epoch,
    incarnations,
    configuration: core?.status.configuration,
    linked: (peerId) => links.identities().find((one) => one.peerId === peerId)?.storeId,
  };
}

/** The stores that the configuration removed, as far as it is committed. */
export function committedRemovals(status: RaftStatus | undefined): readonly StoreId[] {
  if (status === undefined || status.configuration.index > status.commit) return [];
  return status.configuration.removed;
}

const formerly =
  'belongs to the cluster as it was before it was recovered; to bring it back, start it with an empty data directory and --join, and add it';

/** Why everybody is refused by a peer whose cluster was recovered without it. */
export const supersededReason = `this peer ${formerly}`;

/** A reason to refuse `identity`, in a sentence, or undefined. */
export function refusalOf(facts: AdmissionFacts, identity: PeerIdentity): string | undefined {
  if (identity.clusterName !== facts.clusterName) {
    return `it belongs to the cluster "${identity.clusterName}", this is "${facts.clusterName}"`;
  }
  if (facts.removed.includes(identity.storeId)) {
    return `REMOVED: ${identity.peerId} with this disk was removed from the cluster; to bring it back, start it with an empty data directory and --join, and add it`;
  }
  const theirs = identity.genesis?.clusterId;
  const isOwn = theirs !== undefined && theirs === facts.clusterId;
  if (isOwn && identity.epoch > facts.epoch) return supersededReason;
  if (hasGoneBack(identity, facts.incarnations.last(identity.storeId))) return staleReason;
  if (isOwn && identity.epoch < facts.epoch) return `EPOCH: ${identity.peerId} ${formerly}`;
  const linked = facts.linked(identity.peerId);
  if (linked !== undefined && linked !== identity.storeId && isLess(facts, identity.storeId, linked)) {
    return `${identity.peerId} is linked already, with the disk that is a member: end one of the two processes`;
  }
  if (facts.clusterId === undefined || theirs === undefined || facts.clusterId === theirs) return undefined;
  if (facts.pristine || !identity.settled) return undefined;
  return `it belongs to another cluster of that name (${theirs}, here ${facts.clusterId})`;
}

/** A5. */
function isLess({ configuration }: AdmissionFacts, storeId: StoreId, linked: StoreId): boolean {
  const weights = [linked, storeId].map((one) => {
    const isOf = (set: readonly { readonly storeId: StoreId }[] = []): boolean =>
      set.some((member) => member.storeId === one);
    if (isOf(configuration?.voters) || isOf(configuration?.outgoing)) return 2;
    return isOf(configuration?.learners) ? 1 : 0;
  });
  const [held = 0, offered = 0] = weights;
  return held > 0 && offered <= held;
}

/** Whether a peer is let in that this one does not know: of its own cluster, or of the one that it waits to join. */
export function isWelcome(facts: AdmissionFacts, identity: PeerIdentity): boolean {
  const theirs = identity.genesis?.clusterId;
  return theirs !== undefined && (facts.clusterId === undefined || facts.clusterId === theirs);
}
