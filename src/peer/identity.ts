// What a peer says of itself in every handshake.

import type { Genesis, Member } from '../../raft/types.ts';
import type { PeerOptions } from './peer-options.ts';
import type { PeerIdentity } from './ports.ts';

export function identityOf(
  { log, clusterName, founders, version }: PeerOptions,
  now: { readonly self: Member; readonly genesis: Genesis | undefined; readonly settled: boolean },
): PeerIdentity {
  const { self, genesis, settled } = now;
  return {
    peerId: self.peerId,
    storeId: self.storeId,
    incarnation: log.identity.incarnation,
    clusterName,
    founders: founders.map((founder) => `${founder.peerId}=${founder.raft}`).toSorted(),
    api: self.api,
    raft: self.raft,
    genesis,
    settled,
    epoch: log.identity.epoch,
    version,
  };
}
