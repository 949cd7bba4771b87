import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { Command } from '../../src/protocol/command.ts';
import { recover } from '../../src/offline/recover.ts';
import { restoreBackup } from '../../src/offline/restore.ts';
import { decodeBundle } from '../../src/state/row-codec.ts';
import { keyOf } from '../../src/state/row.ts';
import { State } from '../../src/state/state.ts';
import { hashOfRows } from '../state/lab.ts';
import { tempDirectory } from '../storage/temp-directory.ts';
import { backupOf, look, makeDirectory, originOf, startMs, writeConfig } from './fixtures.ts';

let folder: string;
let backup: Buffer;
let oldClusterId: string;

beforeEach(async () => {
  folder = await tempDirectory();
  const old = join(folder, 'old');
  writeConfig(folder);
  ({ clusterId: oldClusterId } = await makeDirectory(old, ['a', 'b']));
  await recover({ configFile: join(folder, 'cluster.toml'), id: 'pi-1', dataDir: old, apply: true });
  backup = await backupOf(old);
});

function restore(bytes: Buffer, dataDir = join(folder, 'new')) {
  const backupFile = join(folder, 'home.backup');
  writeFileSync(backupFile, bytes);
  return restoreBackup({ backupFile, configFile: join(folder, 'cluster.toml'), id: 'pi-1', dataDir });
}

test('a backup becomes a new cluster of one voter with the same objects, and versions far above', async () => {
  const restored = await restore(backup);
  expect(restored.index).toBe(restored.header.index + 2 ** 32);
  expect(restored.clusterId).not.toBe(oldClusterId);
  expect(restored.others).toEqual(['pi-2', 'pi-3']);
  const now = await look(join(folder, 'new'));
  expect(now.identity).toMatchObject({ clusterId: restored.clusterId, epoch: 0 });
  expect(now.restored.genesis?.founders.map(({ storeId }) => storeId)).toEqual([now.identity.storeId]);
  expect(now.restored).toMatchObject({ lastIndex: restored.index, hardState: { vote: undefined } });
  expect(now.restored.base.configuration?.voters.map(({ peerId }) => peerId)).toEqual(['pi-1']);
  const then = await look(join(folder, 'old'));
  const objects = (rows: typeof now.rows): unknown => rows.filter((row) => 'metadata' in row);
  expect(objects(now.rows)).toEqual(objects(then.rows));
  const { index } = restored;
  expect(now.rows.flatMap((row) => (row.kind === 'Changes' ? decodeBundle(row) : []))).toEqual([
    [index, index, expect.any(String), []], // whoever watched looks anew
  ]);
  expect(existsSync(join(folder, 'new.partial'))).toBe(false);
});

test('a write that the backup holds is remembered: tried again over the restore it is answered, not done twice', async () => {
  const { index: applied } = await restore(backup);
  const { rows } = await look(join(folder, 'new'));
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  const state = new State({ applied, clusterId: 'new', rows: byKey, hash: hashOfRows(byKey) });
  const put = (name: string, index: number) => {
    const body = { kind: 'setting.put', name, data: 'again', schema: 1, requestId: 'again' } as const;
    const command: Command = { ...body, origin: originOf(name) };
    return state.apply({ index, term: 9, time: startMs, payload: { kind: 'command', command } });
  };
  expect(put('a', applied + 1)).toMatchObject({ result: { kind: 'repeated', index: 2 }, changes: [] });
  expect(state.settings.get('a')?.spec.data).toBe('value of a');
  expect(put('never', applied + 2).result).toMatchObject({ kind: 'object', created: true });
  const audit = state.operationsBefore(Infinity, 10);
  expect(audit.map(({ index, method, path }) => [index, method, path])).toEqual([
    [applied + 2, 'PUT', expect.any(String)],
    [applied, 'OFFLINE', 'orion restore'],
    [applied - 2 ** 32, 'OFFLINE', 'orion cluster recover'],
    [3, 'PUT', expect.any(String)],
    [2, 'PUT', expect.any(String)],
  ]);
  expect(audit[1]?.message).toBe(
    `pi-1 began a new cluster with index ${applied - 2 ** 32} of ${oldClusterId}.`,
  );
  expect(audit[2]?.members).toEqual({
    before: { learners: [], voters: ['pi-1', 'pi-2', 'pi-3'] },
    after: { learners: [], voters: ['pi-1'] },
  });
  expect(state.operation(audit[2]?.id ?? '')).toEqual(audit[2]);
});

test('a directory that is there and empty is taken, one that holds anything is not touched', async () => {
  const taken = join(folder, 'taken');
  mkdirSync(taken);
  await restore(backup, taken);
  expect((await look(taken)).rows.filter((row) => row.kind === 'Setting')).toHaveLength(2);
  const before = readdirSync(taken);
  await expect(restore(backup, taken)).rejects.toMatchObject({ code: 'USAGE' });
  expect(readdirSync(taken)).toEqual(before);
});

test('a backup of the format before is restored, too', async () => {
  const older = await backupOf(join(folder, 'old'), { format: 1, version: '0.1.0' });
  const { header } = await restore(older);
  expect(header.format).toBe(1);
  expect((await look(join(folder, 'new'))).rows.filter((row) => row.kind === 'Setting')).toHaveLength(2);
});

test('what is no whole backup leaves nothing behind', async () => {
  const flipped = Buffer.from(backup);
  flipped[backup.length >> 1] = (flipped[backup.length >> 1] ?? 0) ^ 4;
  for (const bytes of [Buffer.alloc(0), Buffer.from('rubbish'), backup.subarray(0, -1), flipped]) {
    await expect(restore(bytes)).rejects.toMatchObject({ code: 'MALFORMED' });
    expect(readdirSync(folder).toSorted()).toEqual(['cluster.toml', 'home.backup', 'old']);
  }
});

test('rows that are not those of the state hash are refused, and leave nothing behind', async () => {
  const lying = await backupOf(join(folder, 'old'), { hash: 'e'.repeat(32) });
  await expect(restore(lying)).rejects.toMatchObject({ code: 'MALFORMED' });
  expect(existsSync(join(folder, 'new'))).toBe(false);
  expect(existsSync(join(folder, 'new.partial'))).toBe(false);
});

test('a place where nothing can be made is told as that', async () => {
  await expect(restore(backup, '/proc/nope/deep')).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining('/proc/nope/deep cannot be used as a data directory: ENOENT') as string,
  });
});

test('a file that is not there, a peer that is not listed: said, with nothing made', async () => {
  const configFile = join(folder, 'cluster.toml');
  const dataDir = join(folder, 'new');
  const missing = { backupFile: join(folder, 'nothing'), configFile, id: 'pi-1', dataDir };
  await expect(restoreBackup(missing)).rejects.toMatchObject({ code: 'USAGE' });
  writeFileSync(join(folder, 'home.backup'), backup);
  const stranger = { ...missing, backupFile: join(folder, 'home.backup'), id: 'pi-9' };
  await expect(restoreBackup(stranger)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  expect(existsSync(dataDir)).toBe(false);
});
