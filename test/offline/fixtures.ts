// Data directories of peers that do not run, with a cluster of three in them.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeGenesis } from '../../raft/genesis.ts';
import {
  asIndex,
  asOperation,
  asPeerId,
  asStoreId,
  asTerm,
  type Entry,
  type Genesis,
  type Member,
} from '../../raft/types.ts';
import { hash128 } from '../../src/lib/hash.ts';
import type { Origin } from '../../src/protocol/command.ts';
import { type BackupHeader, writeBackup } from '../../src/protocol/backup.ts';
import { chunksOf } from '../../src/peer/snapshot-ports.ts';
import type { Row } from '../../src/state/row.ts';
import { openStorage, type Storage } from '../../src/storage/open.ts';

export const startMs = 1_700_000_000_000;

const member = (id: string, storeId: string, port: number): Member => ({
  peerId: asPeerId(id),
  storeId: asStoreId(storeId),
  api: `http://127.0.0.1:${6000 + port}`,
  raft: `127.0.0.1:${7000 + port}`,
});

/** A cluster.toml of three peers, in `folder`. */
export function writeConfig(folder: string): string {
  const file = join(folder, 'cluster.toml');
  const peers = [1, 2, 3].map(
    (n) => `[[peer]]\nid = "pi-${n}"\napi = "http://127.0.0.1:${6000 + n}"\nraft = "127.0.0.1:${7000 + n}"\n`,
  );
  writeFileSync(file, `[cluster]\nname = "home"\n\n${peers.join('\n')}`);
  return file;
}

export const others = [member('pi-2', '2'.repeat(32), 2), member('pi-3', '3'.repeat(32), 3)] as const;

/** The directory of pi-1, whose log holds genesis and a put of each of `settings`, in terms 2 and 5. */
export async function makeDirectory(directory: string, settings: readonly string[]): Promise<Genesis> {
  const storage = await openStorage({ directory, peerId: asPeerId('pi-1') });
  try {
    const self = member('pi-1', storage.log.identity.storeId, 1);
    const genesis = makeGenesis({ name: 'home', founders: [self, ...others] }, hash128);
    await storage.log.joinCluster(genesis.clusterId);
    const { log } = storage;
    const first = {
      index: asIndex(1),
      term: asTerm(1),
      time: 0,
      payload: { kind: 'genesis', genesis },
    } as const;
    const puts = settings.map((name, i) => entryOf(storage, name, i + 2));
    const nothing = { truncateFrom: undefined, install: undefined, mended: false };
    const hardState = { term: asTerm(6), vote: others[0].storeId };
    await log.persist({ ...nothing, operation: asOperation(1), hardState, entries: [first] });
    await log.persist({ ...nothing, operation: asOperation(2), hardState: undefined, entries: puts });
    return genesis;
  } finally {
    await storage.close();
  }
}

/** Of the put of the setting `name`. */
export const originOf = (name: string): Origin => ({
  actor: 'anonymous',
  method: 'PUT',
  path: `/api/settings/${name}`,
  from: '127.0.0.1',
  agent: 'fixture',
  operation: `put-${name}`,
});

function entryOf({ codec }: Storage, name: string, index: number): Entry {
  const data = codec.encode({
    kind: 'setting.put',
    name,
    data: `value of ${name}`,
    schema: 1,
    requestId: String(index),
    origin: originOf(name),
  });
  const term = asTerm(index === 2 ? 2 : 5);
  return { index: asIndex(index), term, time: startMs + index, payload: { kind: 'command', data } };
}

/** What a peer that starts on `directory` finds. */
export async function look(directory: string): Promise<{
  readonly identity: Storage['log']['identity'];
  readonly restored: Storage['log']['restored'];
  readonly rows: readonly Row[];
}> {
  const storage = await openStorage({ directory, peerId: asPeerId('pi-1') });
  const { log, state } = storage;
  try {
    const { rows } = await state.load();
    return { identity: log.identity, restored: log.restored, rows: [...rows.values()] };
  } finally {
    await storage.close();
  }
}

/** A backup of the state in `directory`, whose log was replayed. */
export async function backupOf(directory: string, change: Partial<BackupHeader> = {}): Promise<Buffer> {
  const storage = await openStorage({ directory, peerId: asPeerId('pi-1') });
  const { log, state } = storage;
  try {
    const source = await state.openSnapshot();
    const { index, term, time, hash } = source.snapshot;
    const header: BackupHeader = {
      format: 2,
      clusterId: log.identity.clusterId ?? '',
      name: 'home',
      version: '0.1.0',
      takenAt: startMs,
      index,
      term,
      time,
      hash,
      ...change,
    };
    const frames: Buffer[] = [];
    for await (const frame of writeBackup(header, chunksOf(source))) frames.push(frame);
    await source.close();
    return Buffer.concat(frames);
  } finally {
    await storage.close();
  }
}
