// `orion restore`: a backup becomes the first peer of a new cluster.
//
// V1. Nothing is made before the whole backup is known to be sound; a directory that holds anything is not touched.
// V2. It is made beside, under another name, and renamed at the end: half a restore is never started as a peer.

import { createReadStream } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { makeGenesis } from '../../raft/genesis.ts';
import { asPeerId, type Member } from '../../raft/types.ts';
import { loadCluster } from '../config/cluster.ts';
import { assert } from '../lib/assert.ts';
import { makeDirectories } from '../lib/directories.ts';
import { messageOf, OrionError } from '../lib/errors.ts';
import { hash128 } from '../lib/hash.ts';
import { type BackupChunk, type BackupHeader, readBackup } from '../protocol/backup.ts';
import type { Restored, RestoreOptions } from '../protocol/recovery.ts';
import { openStorage } from '../storage/open.ts';
import { beginBehind } from './begin.ts';

/** Throws MALFORMED, FORMAT_TOO_NEW, CONFIG_INVALID, USAGE or DISK_FAILED, with nothing left behind. */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const config = loadCluster(options.configFile, { joins: false });
  const listed = config.peers.find(({ id }) => id === options.id);
  if (listed === undefined) {
    throw new OrionError('CONFIG_INVALID', `${options.configFile} has no [[peer]] "${options.id}"`);
  }
  const directory = resolve(options.dataDir);
  await assertEmpty(directory);
  const header = await verify(options.backupFile); // V1
  makeRoom(directory);
  const partial = `${directory}.partial`;
  await rm(partial, { recursive: true, force: true });
  try {
    const peerId = asPeerId(listed.id);
    const storage = await openStorage({ directory: partial, peerId });
    try {
      const { api, raft } = listed;
      const voter: Member = { storeId: storage.log.identity.storeId, peerId, api, raft };
      const genesis = makeGenesis({ name: config.name, founders: [voter] }, hash128);
      await storage.state.load();
      const { index } = await beginBehind(storage, {
        genesis,
        voter,
        removed: [],
        found: header,
        inherited: { hash: header.hash, chunks: () => chunksOf(options.backupFile) },
        told: {
          path: 'orion restore',
          message: `${peerId} began a new cluster with index ${header.index} of ${header.clusterId}.`,
        },
      });
      const others = config.peers.map(({ id }) => id).filter((id) => id !== listed.id);
      await storage.close();
      await rm(directory, { recursive: true, force: true }); // empty, if it is there at all
      await rename(partial, directory); // V2
      await syncDirectory(dirname(directory));
      return { header, clusterId: genesis.clusterId, index, others };
    } finally {
      await storage.close();
    }
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function assertEmpty(directory: string): Promise<void> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw unusable(directory, error);
  });
  if (names.length > 0) {
    const message = `${directory} is not empty, and a restore overwrites nothing: name another directory, or move this one away`;
    throw new OrionError('USAGE', message);
  }
}

function makeRoom(directory: string): void {
  try {
    makeDirectories(dirname(directory));
  } catch (error) {
    throw unusable(directory, error);
  }
}

const unusable = (directory: string, error: unknown): OrionError =>
  new OrionError('USAGE', `${directory} cannot be used as a data directory: ${messageOf(error)}`);

/** Reads all of it, and answers what it says of itself. */
async function verify(file: string): Promise<BackupHeader> {
  let header: BackupHeader | undefined;
  for await (const part of readBackup(bytesOf(file))) if (part.kind === 'header') header = part.header;
  assert(header !== undefined, 'a backup begins with its header');
  return header;
}

async function* chunksOf(file: string): AsyncGenerator<BackupChunk, void, undefined> {
  for await (const part of readBackup(bytesOf(file))) if (part.kind === 'chunk') yield part.chunk;
}

async function* bytesOf(file: string): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* createReadStream(file) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new OrionError('USAGE', `${file} cannot be read: ${messageOf(error)}`);
  }
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
