// The two ends of a link between simulated peers: one process each, with what it was told of the others, and whom it lets in.

import type { StoreId } from '../../../raft/types.ts';
import type { PeerAddress, PeerIdentity, PeerMessage, Transport } from '../../../src/peer/ports.ts';
import type { SimProcess } from './process.ts';

/** One process on the network. */
export interface End {
  readonly name: string;
  /** Where it listens. */
  readonly address: string;
  readonly process: SimProcess;
  readonly started: Parameters<Transport['start']>[0];
  /** The peers on its list. */
  peers: readonly PeerAddress[];
  /** By store. */
  readonly known: Map<StoreId, Known>;
  /** Those that stand, by the store at the other end. */
  readonly links: Map<StoreId, Link>;
}

export interface Link {
  readonly a: End;
  readonly b: End;
  /** Who they said they are. */
  readonly identities: ReadonlyMap<End, PeerIdentity>;
  up: boolean;
  /** When the last message of each direction arrives. */
  readonly latest: Map<End, number>;
  held: { readonly to: End; readonly message: PeerMessage }[];
}

/** What an end knows of another peer's last run. */
export interface Known {
  readonly identity: PeerIdentity;
  toldLost: boolean;
}

/** Whether `from` dials `to`, and reaches it. */
export function dials(from: End, to: End): boolean {
  return from.peers.some(
    ({ peerId, raft, isNew }) =>
      peerId === to.name && raft === to.address && (isNew === true || from.name < to.name),
  );
}

/** Whether `end` does not let `other` in; then both hear why, and the other also from whom. */
export function isRefused(end: End, self: PeerIdentity, other: End, identity: PeerIdentity): boolean {
  const reason = refusalOf(end, identity);
  if (reason === undefined) return false;
  end.started.events.onRefused(identity.peerId, reason);
  other.started.events.onRefused(self.peerId, `refused by the other side: ${reason}`, self);
  return true;
}

function refusalOf({ name, peers, known, started }: End, identity: PeerIdentity): string | undefined {
  const { peerId, storeId, incarnation } = identity;
  const isListed = peers.some((peer) => peer.peerId === peerId);
  if (!isListed && started.isWelcome?.(identity) !== true) return `${peerId} is not known to ${name}`;
  const newest = known.get(storeId)?.identity.incarnation ?? 0;
  const older =
    incarnation < newest ? `run ${incarnation} of ${peerId} is older than its run ${newest}` : undefined;
  return started.refuse(identity) ?? older;
}
