// What the directory of a peer that does not run holds, as far as it matters to whoever chooses among several. Nothing is
// changed: opening it as a peer does would set damaged files aside, and these may be what people still want to look at.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { firstConfiguration } from '../../raft/configurations.ts';
import type { Genesis, Membership } from '../../raft/types.ts';
import { OrionError } from '../lib/errors.ts';
import type { StoreIdentity } from '../peer/ports.ts';
import type { Survivor } from '../protocol/recovery.ts';
import { doubtsStand } from '../storage/doubts.ts';
import { inspectLog } from '../storage/inspect.ts';
import { lockDirectory } from '../storage/lock.ts';
import { nodeDisk } from '../storage/node-disk.ts';

/** Throws NOT_FOUND for a directory without a cluster, DIRECTORY_LOCKED while its peer runs, or DISK_FAILED. */
export async function lookAt(directory: string, id: string): Promise<Survivor> {
  if (!existsSync(join(directory, 'log'))) throw belongsToNone(directory);
  const lock = await lockDirectory(directory);
  try {
    return await survivorOf(directory, id);
  } finally {
    await lock.release();
  }
}

async function survivorOf(directory: string, id: string): Promise<Survivor> {
  let identity: StoreIdentity | undefined;
  let genesis: Genesis | undefined;
  let isDamaged = false;
  let [term, lastTerm, lastIndex] = [0, 0, 0];
  let memberships: { readonly index: number; readonly membership: Membership }[] = [];
  for await (const item of inspectLog({ disk: nodeDisk, directory })) {
    switch (item.kind) {
      case 'superblock':
        identity = item.identity;
        isDamaged ||= item.impaired;
        break;
      case 'base':
        genesis ??= item.genesis;
        lastTerm = item.base.term;
        if (item.base.configuration !== undefined) {
          memberships = [{ index: item.base.index, membership: item.base.configuration }];
        }
        break;
      case 'batch': {
        const from = item.truncateFrom ?? Number.POSITIVE_INFINITY;
        memberships = memberships.filter(({ index }) => index < from);
        break;
      }
      case 'entry':
        lastTerm = item.term;
        if (item.payload.kind === 'genesis') ({ genesis } = item.payload);
        if (item.payload.kind === 'configuration') {
          memberships.push({ index: item.index, membership: item.payload.membership });
        }
        break;
      case 'damage':
        isDamaged = true;
        break;
      case 'end':
        term = item.hardState.term;
        lastIndex = item.lastIndex;
        break;
      case 'segment':
      case 'torn':
      case 'aside':
        break;
      // no default
    }
  }
  if (identity === undefined || genesis === undefined) throw belongsToNone(directory);
  const { voters, outgoing } = memberships.at(-1)?.membership ?? firstConfiguration(genesis);
  return {
    id,
    storeId: identity.storeId,
    clusterId: genesis.clusterId,
    epoch: identity.epoch,
    term,
    lastTerm,
    lastIndex,
    impaired: isDamaged,
    differs: doubtsStand(join(directory, 'state')),
    voters: [...new Set([...voters, ...outgoing].map(({ peerId }) => peerId))].toSorted(),
  };
}

const belongsToNone = (directory: string): OrionError =>
  new OrionError('NOT_FOUND', `${directory} belongs to no cluster yet: there is nothing to recover from it`);
