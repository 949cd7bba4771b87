// `orion cluster recover`: most disks of a cluster are gone for good; what one peer still has becomes the cluster.
//
// Y1. Without `apply` nothing is changed: it is only told what is there, and what may be lost.
// Y2. The epoch is raised before anything else is: from then on no peer of the old cluster takes part in the new one.
// Y3. Everything in the log counts as committed: what was acknowledged is in it, as far as this disk has it; some of it may
//     not have been acknowledged.
// Y4. A crash in the middle leaves a peer that still belongs to the old cluster, or one that begins the new one; the same
//     command again goes on.

import { firstConfiguration } from '../../raft/configurations.ts';
import { membersOf, removedMax } from '../../raft/membership.ts';
import { asPeerId, type Configuration, type Genesis, type StoreId } from '../../raft/types.ts';
import { loadCluster } from '../config/cluster.ts';
import { present } from '../lib/assert.ts';
import { OrionError } from '../lib/errors.ts';
import { namesOf } from '../peer/member-note.ts';
import type { RestoredLog } from '../peer/ports.ts';
import { chunksOf } from '../peer/snapshot-ports.ts';
import type { RecoverOptions, Recovery } from '../protocol/recovery.ts';
import { openStorage, type Storage } from '../storage/open.ts';
import { beginBehind } from './begin.ts';
import { replay } from './replay.ts';
import { lookAt } from './survivor.ts';

/**
 * Looks at the directory of a peer that does not run and, with `apply`, makes it the one voter of its cluster. Throws
 * DIRECTORY_LOCKED while the peer runs, CONFIG_INVALID, NOT_FOUND for a directory without a cluster, or what opening it
 * throws.
 */
export async function recover(options: RecoverOptions): Promise<Recovery> {
  const config = loadCluster(options.configFile, { joins: true });
  const listed = config.peers.find(({ id }) => id === options.id);
  if (listed === undefined) {
    throw new OrionError('CONFIG_INVALID', `${options.configFile} has no [[peer]] "${options.id}"`);
  }
  const peerId = asPeerId(listed.id);
  const found = await lookAt(options.dataDir, listed.id);
  if (!options.apply) return { found, begun: undefined }; // Y1
  const storage = await openStorage({ directory: options.dataDir, peerId });
  try {
    const { identity, restored } = storage.log;
    const genesis = present(restored.genesis, 'who has a cluster has its genesis');
    const epoch = identity.epoch + 1;
    await storage.log.raiseEpoch(epoch); // Y2
    const time = await replay(storage); // Y3
    if (storage.state.snapshot === undefined) await flushNothing(storage, genesis);
    const source = await storage.state.openSnapshot();
    try {
      const { index } = await beginBehind(storage, {
        genesis,
        voter: { storeId: identity.storeId, peerId, api: listed.api, raft: listed.raft },
        removed: removedBy(restored, genesis, identity.storeId),
        found: { index: restored.lastIndex, term: restored.hardState.term, time },
        inherited: { hash: source.snapshot.hash, chunks: () => chunksOf(source) },
        told: {
          path: 'orion cluster recover',
          message: `${peerId} began anew behind index ${restored.lastIndex}, in epoch ${epoch}.`,
          members: {
            before: namesOf(newestConfiguration(restored, genesis)),
            after: { learners: [], voters: [peerId] },
          },
        },
      });
      return { found, begun: { index, epoch } };
    } finally {
      await source.close();
    }
  } finally {
    await storage.close();
  }
}

/** A state that never held an object was never written: from now on it is one, too. */
function flushNothing({ log, state }: Storage, genesis: Genesis): Promise<void> {
  const { lastIndex: index, termRuns } = log.restored;
  const configuration = newestConfiguration(log.restored, genesis);
  const { term } = present(termRuns.at(-1), 'a log that holds genesis has a term');
  return state.flush({ snapshot: { index, term, time: 0, configuration }, rows: new Map() });
}

function newestConfiguration({ configurations, base }: RestoredLog, genesis: Genesis): Configuration {
  return configurations.at(-1) ?? base.configuration ?? firstConfiguration(genesis);
}

/** Every store that was ever a member, but this one. */
function removedBy(restored: RestoredLog, genesis: Genesis, self: StoreId): readonly StoreId[] {
  const configuration = newestConfiguration(restored, genesis);
  const members = membersOf(configuration).map(({ storeId }) => storeId);
  const founders = genesis.founders.map(({ storeId }) => storeId);
  const all = new Set([...founders, ...configuration.removed, ...members]);
  all.delete(self);
  return [...all].slice(-removedMax);
}
