// The state of a running peer, for a backup: flushed, then read from the disk as a snapshot is.

import { OrionError } from '../lib/errors.ts';
import { backupFormat } from '../protocol/backup.ts';
import type { BackupSource } from './control-plane.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { PeerOptions } from './peer-options.ts';
import { noLeader } from './refusals.ts';
import { chunksOf } from './snapshot-ports.ts';

/** Holds at least what the peer has applied when it is asked. Throws `NO_LEADER` before genesis, `BUSY` on a full disk. */
export async function openBackup(
  { clusterName, version, clock, stateStore }: PeerOptions,
  life: Lifecycle,
): Promise<BackupSource> {
  const { core, genesis } = life;
  if (core === undefined || genesis === undefined) throw noLeader(life);
  if (!(await core.applier.flush())) {
    throw new OrionError('BUSY', 'the disk of this peer has no room for its state: ask another peer');
  }
  const source = await stateStore.openSnapshot();
  const { index, term, time, hash } = source.snapshot;
  return {
    header: {
      format: backupFormat,
      clusterId: genesis.clusterId,
      name: clusterName,
      version,
      takenAt: Math.floor(clock.wallMs()),
      index,
      term,
      time,
      hash,
    },
    chunks: chunksOf(source),
    close: () => source.close(),
  };
}
