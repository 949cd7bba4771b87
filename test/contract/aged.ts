// A cluster that has forgotten its first writes, without the hour that 100,000 of them take: one of a peer, restored from a
// backup of a state that was made here.

import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { limits } from '../../src/lib/limits.ts';
import { type BackupChunk, backupFormat, writeBackup } from '../../src/protocol/backup.ts';
import type { Command, Origin } from '../../src/protocol/command.ts';
import { encodeRow } from '../../src/state/row-codec.ts';
import { keyOf } from '../../src/state/row.ts';
import { emptyStateHash } from '../../src/state/state-hash.ts';
import { State } from '../../src/state/state.ts';
import { ChunkBuilder } from '../../src/storage/snapshot-chunk.ts';
import { Cluster } from '../e2e/cluster.ts';
import { mainFile } from '../e2e/program.ts';

/** Operations between two looks whether the first is forgotten. */
const lookEvery = 1_000;

/** Runs `act` on the API of its peer, by which a key of version 1 is refused as expired. */
export async function whileAged(act: (api: string) => Promise<void>): Promise<void> {
  const cluster = await Cluster.start({ peers: 1, agents: 0 });
  try {
    await age(cluster);
    await act(cluster.peers[0]!.api);
  } finally {
    await cluster.stop();
  }
}

async function age(cluster: Cluster): Promise<void> {
  const [peer] = cluster.peers;
  await peer!.kill();
  rmSync(peer!.dataDir, { recursive: true });
  const file = join(cluster.folder, 'aged.backup');
  writeFileSync(file, await backupOf(agedState()));
  const where = ['--config', cluster.configFile, '--id', peer!.id, '--data-dir', peer!.dataDir];
  await promisify(execFile)(process.execPath, [mainFile, 'restore', file, ...where]);
  peer!.start();
  await cluster.ready();
}

/** The state after changes of members alone: they are the smallest entries that are remembered. */
function agedState(): State {
  const state = new State({ applied: 0, clusterId: '', rows: new Map(), hash: emptyStateHash });
  const members = { before: { learners: [], voters: [] }, after: { learners: [], voters: [] } };
  const outcome = { code: 'OK', status: 200, members } as const;
  while (!hasForgotten(state)) {
    for (let i = 0; i < lookEvery; i += 1) {
      const index = state.appliedIndex + 1;
      const payload = { kind: 'members', origin: originOf(index), outcome } as const;
      state.apply({ index, term: 1, time: index, payload });
    }
  }
  return state;
}

function hasForgotten(state: State): boolean {
  const index = state.appliedIndex + 1;
  const body = { kind: 'setting.delete', name: 'none', schema: 1, requestId: '' } as const;
  const command: Command = { ...body, origin: { ...originOf(index), since: 1 } };
  const { result } = state.apply({ index, term: 1, time: index, payload: { kind: 'command', command } });
  return result?.kind === 'refused' && result.code === 'IDEMPOTENCY_EXPIRED';
}

const originOf = (index: number): Origin => ({
  actor: 'anonymous',
  method: 'DELETE',
  path: '/api/cluster/peers/old',
  from: '127.0.0.1',
  agent: 'test',
  operation: String(index).padStart(32, '0'),
});

async function backupOf(state: State): Promise<Buffer> {
  const header = {
    format: backupFormat,
    clusterId: 'a'.repeat(32),
    name: 'aged',
    version: '0.1.0',
    takenAt: 0,
    index: state.appliedIndex,
    term: 1,
    time: state.appliedIndex,
    hash: state.hash(),
  };
  const frames: Buffer[] = [];
  for await (const frame of writeBackup(header, chunksOf(state))) frames.push(frame);
  return Buffer.concat(frames);
}

async function* chunksOf(state: State): AsyncGenerator<BackupChunk, void, undefined> {
  let builder = new ChunkBuilder(limits.snapshotChunkBytes);
  let number = 0;
  for (const row of state.rows()) {
    builder.add({ key: keyOf(row), text: Buffer.from(encodeRow(row)) });
    if (!builder.isFull) continue;
    yield builder.build(number);
    number += 1;
    builder = new ChunkBuilder(limits.snapshotChunkBytes);
  }
  yield builder.build(number);
}
