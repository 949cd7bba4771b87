// Who a peer is: what it says of itself in every handshake, and whether its disk is that of its cluster.

import type { Genesis, Member } from '../../raft/types.ts';
import { OrionError } from '../lib/errors.ts';
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

/** Throws `CONFIG_INVALID` for the disk of a cluster of another name: the others would refuse it, and who is alone would serve it. */
export function assertOwnDisk({ log, clusterName }: Pick<PeerOptions, 'log' | 'clusterName'>): void {
  const { genesis } = log.restored;
  if (genesis === undefined || genesis.name === clusterName) return;
  throw new OrionError(
    'CONFIG_INVALID',
    `This data directory holds the data of the cluster "${genesis.name}", and the configuration is of "${clusterName}". ` +
      `Start the peer with a data directory of its own, or with the configuration of that cluster.`,
  );
}
