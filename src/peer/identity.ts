// What a peer says of itself in every handshake.

import type { Genesis, Member } from '../../raft/types.ts';
import type { Core } from './core.ts';
import { isPristine } from './founding.ts';
import type { PeerOptions } from './peer-options.ts';
import type { PeerIdentity } from './ports.ts';

export function identityOf(
  { log, clusterName, founders, version }: PeerOptions,
  now: {
    readonly self: Member;
    readonly genesis: Genesis | undefined;
    readonly core: Core | undefined;
  },
): PeerIdentity {
  const { self, genesis, core } = now;
  return {
    peerId: self.peerId,
    storeId: self.storeId,
    incarnation: log.identity.incarnation,
    runs: log.identity.runs,
    clusterName,
    founders: founders.map((founder) => `${founder.peerId}=${founder.raft}`).toSorted(),
    api: self.api,
    raft: self.raft,
    genesis,
    settled: !isPristine(core?.status),
    epoch: log.identity.epoch,
    version,
  };
}
