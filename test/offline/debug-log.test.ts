// `orion debug log`, on directories as peers leave them, sound and damaged.

import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { asIndex, asTerm, type Entry } from '../../raft/types.ts';
import { present } from '../../src/lib/assert.ts';
import { debugLog } from '../../src/offline/debug-log.ts';
import type { LogItem } from '../../src/storage/inspect.ts';
import { createCommandCodec } from '../../src/storage/codec.ts';
import { openStorage } from '../../src/storage/open.ts';
import { type Outcome, orion } from '../cli/terminal.ts';
import {
  commands,
  genesis,
  genesisEntry,
  peerId,
  persistOf,
  snapshotAt,
  someStore,
} from '../storage/log-fixtures.ts';
import { tempDirectory } from '../storage/temp-directory.ts';

const setting: Entry = {
  index: asIndex(2),
  term: asTerm(2),
  time: Date.UTC(2026, 0, 1),
  payload: {
    kind: 'command',
    data: createCommandCodec().encode({
      schema: 1,
      requestId: 'r-1',
      kind: 'setting.put',
      name: 'greeting',
      data: 'hello',
    }),
  },
};

/** Genesis, a command, two truncated entries and one in their place, a restart. */
async function written(): Promise<string> {
  const directory = await tempDirectory();
  const storage = await openStorage({ directory, peerId });
  const { log } = storage;
  await log.persist(persistOf({ entries: [genesisEntry] }));
  await log.joinCluster(genesis.clusterId);
  const hardState = { term: asTerm(2), vote: someStore };
  await log.persist(persistOf({ hardState, entries: [setting, ...commands(3, 5, { term: 2 })] }));
  await log.persist(persistOf({ truncateFrom: 3, entries: commands(3, 4, { term: 2 }) }));
  await storage.close();
  const again = await openStorage({ directory, peerId });
  await again.close();
  return directory;
}

const run = (...args: readonly string[]): Promise<Outcome> =>
  orion(['debug', 'log', ...args], {}, { debugLog });

async function itemsOf(directory: string): Promise<readonly LogItem[]> {
  const { stdout } = await run(directory, '--json');
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LogItem);
}

/** Of everything but the lock. */
async function fingerprint(directory: string): Promise<string> {
  const hash = createHash('sha256');
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (path.includes('LOCK')) continue;
    hash.update(path);
    if (entry.isFile()) hash.update(await readFile(path));
  }
  return hash.digest('hex');
}

async function segmentsOf(directory: string): Promise<string[]> {
  const names = await readdir(join(directory, 'log'));
  return names
    .filter((name) => name.endsWith('.log'))
    .sort()
    .map((name) => join(directory, 'log', name));
}

async function flip(path: string, byte: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[byte] = present(bytes[byte], 'the file is that long') ^ 1;
  await writeFile(path, bytes);
}

test('a sound log is printed, from who it is to its last entry, and nothing is changed', async () => {
  const directory = await written();
  const before = await fingerprint(directory);
  const { exitCode, stdout, stderr } = await run(directory);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`superblock-a: peer ${peerId}, store `);
  expect(stdout).toContain(`cluster ${genesis.clusterId}`);
  expect(stdout).toContain('.base: nothing is cut off');
  expect(stdout).toContain('1  term 1  1970-01-01T00:00:00.000Z  genesis {"clusterId"');
  expect(stdout).toMatch(
    / 2 {2}term 2 {2}2026-01-01T00:00:00.000Z {2}command \{"data":"hello",.*"name":"greeting"/u,
  );
  expect(stdout).toContain(
    `batch 3 at byte 0, 512 bytes: term 2, vote ${someStore}, 1 entry, in the place of all from 3 on, written again by a start`,
  );
  expect(stdout).toContain('unknown 16');
  expect(stdout.trim().split('\n').at(-1)).toBe(`entries 1 to 3 in 4 batches; term 2, vote ${someStore}`);
  expect(await fingerprint(directory)).toBe(before);
});

test('as JSON each line is one thing found', async () => {
  const items = await itemsOf(await written());
  expect(items.map(({ kind }) => kind).join(' ')).toBe(
    'superblock superblock base segment batch entry batch entry entry entry batch entry segment batch entry end',
  );
  expect(items.at(-1)).toMatchObject({ baseIndex: 0, lastIndex: 3, batches: 4, hardState: { term: 2 } });
});

test('a log that was cut is verified from its base on', async () => {
  const directory = await written();
  const storage = await openStorage({ directory, peerId });
  const operation = persistOf({ install: snapshotAt(90, 2), entries: commands(91, 93, { term: 2 }) });
  await storage.log.persist(operation);
  await storage.close();
  const { exitCode, stdout } = await run(directory);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/\.base: cut off up to 90 \(term 2\), voters pi-1; goes on with batch \d+$/mu);
  expect(stdout).toContain('entries 91 to 92 in ');
});

test('damage is named by file and byte, what is behind it is told apart, and the exit code is 1', async () => {
  const directory = await written();
  const [first = '', second = ''] = await segmentsOf(directory);
  await flip(first, 512 + 100);
  const before = await fingerprint(directory);
  const { exitCode, stdout, stderr } = await run(directory);
  expect(exitCode).toBe(1);
  expect(stdout).toContain(`DAMAGED ${first}, byte 512: a batch does not match its checksum`);
  expect(stdout).toContain(
    `${second.slice(second.lastIndexOf('/') + 1)}: 512 bytes, behind damage: not read`,
  );
  expect(stdout).toContain('entries 1 to 1 in 1 batches');
  expect(stderr).toContain('damage');
  expect(await fingerprint(directory)).toBe(before);
  // A start sets it aside; then all that is left is sound, and the superblock says what happened.
  await (await openStorage({ directory, peerId })).close();
  const after = await run(directory);
  expect(after.exitCode).toBe(0);
  expect(after.stdout).toContain('lost entries: waits to be mended');
  expect(after.stdout).toContain('.log.damaged: set aside by a start that found a loss');
});

test.each([
  [
    'a missing segment',
    async (directory: string) => rm((await segmentsOf(directory))[0] ?? ''),
    /batches are missing/u,
  ],
  ['a superblock', (directory: string) => flip(join(directory, 'superblock-b'), 50), /superblock-b, byte 0/u],
  [
    'a copy of the base',
    async (directory: string) => {
      const names = await readdir(join(directory, 'log'));
      await flip(join(directory, 'log', names.find((name) => name.endsWith('.base')) ?? ''), 40);
    },
    /1 of the two copies of the base can be read/u,
  ],
])('%s that is damaged is found', async (_, damage, expected) => {
  const directory = await written();
  await damage(directory);
  const { exitCode, stdout } = await run(directory);
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(expected);
});

test('a write that never completed is no damage', async () => {
  const directory = await written();
  const last = present((await segmentsOf(directory)).at(-1), 'there is a segment');
  await writeFile(last, (await readFile(last)).subarray(0, -100));
  const { exitCode, stdout } = await run(directory);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('byte 0: a write that never completed; it is dropped');
});

test('the log of a peer that runs is not read, and a directory without a log is none', async () => {
  const directory = await written();
  const running = await openStorage({ directory, peerId });
  const refused = await run(directory);
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain('in use by another process');
  await running.close();
  expect((await run(directory)).exitCode).toBe(0);
  const empty = await tempDirectory();
  const without = await run(empty);
  expect([without.exitCode, without.stderr]).toEqual([2, expect.stringContaining('holds no log')]);
  expect(await readdir(empty)).toEqual([]);
});
