// Who a disk is: its superblock, its base, and what becomes of a disk on which they cannot be read.

import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { asClusterId, asIndex, asPeerId } from '../../raft/types.ts';
import { limits } from '../../src/lib/limits.ts';
import { filled, flip, isSegment } from './damage.ts';
import { commands, genesis, genesisEntry, persistOf, readAll } from './log-fixtures.ts';
import { openOn } from './log-model.ts';
import { SimDisk } from './sim-disk.ts';

const lost = { code: 'LOG_CORRUPT', message: expect.stringContaining('replaced') as unknown };
const isSuperblock = (path: string): boolean => path.startsWith('/data/superblock');

test('either copy of the superblock alone knows all that was told: loss, damage and a power cut take nothing', async () => {
  const lose = [
    async (disk: SimDisk, path: string) => flip(disk, path, 200),
    async (disk: SimDisk, path: string) => disk.unlink(path),
  ];
  for (const copy of [0, 1]) {
    for (const strike of lose) {
      const disk = await filled(1);
      let told = (await openOn(disk, 1)).identity;
      for (let round = 0; round < 4; round += 1) {
        await strike(disk, disk.paths().filter(isSuperblock)[copy] ?? '');
        disk.reboot('lost');
        const { identity } = await openOn(disk, round + 2);
        const { incarnation, runs } = identity;
        expect(incarnation).toBe(told.incarnation + 1);
        expect(runs.slice(1)).toEqual(told.runs.slice(0, limits.diskRunsMax - 1));
        expect({ ...identity, incarnation: 0, runs: [] }).toEqual({ ...told, incarnation: 0, runs: [] });
        told = identity;
      }
    }
  }
});

test.each(['first', 'second'])(
  'the %s start of a disk may be killed at any moment: what the next one tells is not lost with the power',
  async (which) => {
    const whole = which === 'first' ? new SimDisk() : await filled(1);
    for (let turns = 0; turns < 200; turns += 1) {
      const disk = whole.fork(1);
      const begun = openOn(disk, 2);
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      const killed = disk.fork(2);
      await begun; // which is no process of that disk
      const told = (await openOn(killed, 3)).identity;
      killed.reboot('lost');
      const { identity } = await openOn(killed, 4);
      expect(identity.incarnation).toBe(told.incarnation + 1);
      expect(identity.runs.slice(1)).toEqual(told.runs);
    }
  },
);

test('each start has an id of its own, and the disk keeps those of the last ones under their numbers', async () => {
  const disk = new SimDisk();
  const told = new Map<number, string>();
  for (let start = 0; start < 2 * limits.diskRunsMax; start += 1) {
    if (start === limits.diskRunsMax) flip(disk, disk.paths().find(isSuperblock) ?? '', 200);
    const { identity } = await openOn(disk, start);
    const { incarnation, runs } = identity;
    expect(runs[0]).toMatch(/^[0-9a-f]{16}$/);
    expect([...told.values()]).not.toContain(runs[0]);
    told.set(incarnation, runs[0] ?? '');
    const last = [...told].slice(-limits.diskRunsMax).toReversed();
    expect(runs).toEqual(last.map(([, id]) => id));
    expect(incarnation).toBe(told.size);
  }
});

test('the superblock of a peer with the longest name and high numbers fits its sector', async () => {
  const disk = new SimDisk();
  const longest = asPeerId('p'.repeat(63));
  const log = await openOn(disk, 1, { peerId: longest });
  await log.persist(persistOf({ entries: [genesisEntry] }));
  await log.joinCluster(genesis.clusterId);
  await log.close();
  const most = 2 ** 40;
  rewrite(disk, (record) => ({ ...record, sequence: most, incarnation: most, epoch: most }));
  for (let start = 0; start < limits.diskRunsMax; start += 1) await openOn(disk, start, { peerId: longest });
  const { identity } = await openOn(disk, 99, { peerId: longest });
  expect(identity.incarnation).toBe(most + limits.diskRunsMax + 1);
  expect(identity.runs).toHaveLength(limits.diskRunsMax);
});

test('with both superblocks damaged the disk is not trusted, and with both gone neither, if it has a log', async () => {
  const disk = await filled(1);
  for (const path of disk.paths().filter(isSuperblock)) flip(disk, path, 200);
  await expect(openOn(disk, 1)).rejects.toMatchObject(lost);
  for (const path of disk.paths().filter(isSuperblock)) await disk.unlink(path);
  await expect(openOn(disk, 1)).rejects.toMatchObject(lost);
});

/** Both copies, as `change` makes them. */
function rewrite(disk: SimDisk, change: (record: Record<string, unknown>) => object): void {
  for (const path of disk.paths().filter(isSuperblock)) {
    disk.damage(path, (bytes) => {
      const text = bytes.toString('utf8', 16, 16 + bytes.readUInt32LE(12));
      const changed = Buffer.from(JSON.stringify(change(JSON.parse(text) as Record<string, unknown>)));
      const result = Buffer.alloc(512);
      bytes.copy(result, 0, 0, 8);
      result.writeUInt32LE(changed.length, 12);
      changed.copy(result, 16);
      result.writeUInt32LE(crc32(result.subarray(12)), 8);
      return result;
    });
  }
}

test('a superblock of a later format names the way out', async () => {
  const disk = await filled(1);
  rewrite(disk, (record) => ({ ...record, format: 5 }));
  await expect(openOn(disk, 1)).rejects.toMatchObject({ code: 'FORMAT_TOO_NEW' });
});

test('a superblock of format 1 is read as one of a sound disk, and written in the format of today', async () => {
  const disk = await filled(2);
  const before = await openOn(disk, 1);
  rewrite(disk, (record) => ({
    ...record,
    format: 1,
    epoch: undefined,
    impaired: undefined,
    retired: undefined,
    runs: undefined,
  }));
  for (let i = 0; i < 2; i += 1) {
    const log = await openOn(disk, 1);
    const { runs, ...identity } = log.identity;
    expect({ ...identity, runs: [] }).toEqual({
      ...before.identity,
      incarnation: before.identity.incarnation + i + 1,
      runs: [],
    });
    expect(runs).toHaveLength(i + 1);
    expect(log.identity.epoch).toBe(0);
    expect(log.restored.impaired).toBe(false);
    expect(await readAll(log, 4)).toEqual(commands(1, 5, { bytes: 300 }));
  }
  for (const path of disk.paths().filter(isSuperblock))
    expect(String(disk.content(path))).toContain('"format":4');
});

test('the directory of another peer is refused', async () => {
  const disk = await filled(1);
  await expect(openOn(disk, 1, { peerId: asPeerId('pi-2') })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('pi-1') as unknown,
  });
});

const isBase = (path: string): boolean => path.endsWith('.base');
const baseOf = (disk: SimDisk): string => disk.paths().find(isBase) ?? '';

/** A log of a cluster, cut off behind its twentieth entry or before. */
async function cut(): Promise<SimDisk> {
  const disk = new SimDisk();
  const log = await openOn(disk, 1);
  await log.persist(persistOf({ entries: [genesisEntry, ...commands(2, 4)] }));
  await log.joinCluster(genesis.clusterId);
  for (let at = 4; at < 30; at += 1)
    await log.persist(persistOf({ entries: commands(at, at + 1, { bytes: 300 }) }));
  await log.compact(asIndex(20));
  await log.close();
  return disk;
}

test('one copy of the base may rot, again and again', async () => {
  const disk = await cut();
  for (const half of [0, 1, 0, 1]) {
    const path = baseOf(disk);
    const bytes = disk.content(path).length;
    flip(disk, path, ((half * bytes) / 2 + 100) * 8);
    const log = await openOn(disk, 1);
    expect(log.restored).toMatchObject({ lastIndex: 29, genesis, impaired: false });
    expect(log.base).toBeGreaterThan(10);
    expect(await readAll(log, 29)).toEqual(commands(log.base + 1, 30, { bytes: 300 }));
  }
});

test.each(['rotten', 'gone'])(
  'a disk whose base is %s with what it stood for is not trusted',
  async (how) => {
    const disk = await cut();
    const path = baseOf(disk);
    if (how === 'gone') await disk.unlink(path);
    else disk.damage(path, (bytes) => bytes.map((byte) => byte ^ 1) as Buffer);
    await expect(openOn(disk, 1)).rejects.toMatchObject(lost);
  },
);

test('a log of which every segment is gone is not taken for a new one', async () => {
  const disk = await cut();
  for (const path of disk.paths().filter(isSegment)) await disk.unlink(path);
  const log = await openOn(disk, 1, { state: { snapshot: undefined, installed: false } });
  expect(log.restored).toMatchObject({ impaired: true, lastIndex: 1, genesis });
  const other = await cut();
  for (const path of other.paths().filter((name) => isSegment(name) || isBase(name)))
    await other.unlink(path);
  await expect(openOn(other, 1)).rejects.toMatchObject(lost);
});

test('a base of a later format names the way out', async () => {
  const disk = await cut();
  const path = baseOf(disk);
  disk.damage(path, (bytes) => {
    const half = bytes.subarray(0, bytes.length / 2);
    half.write('{"format":2', 16);
    half.writeUInt32LE(crc32(half.subarray(12)), 8);
    return bytes;
  });
  await expect(openOn(disk, 1)).rejects.toMatchObject({ code: 'FORMAT_TOO_NEW' });
});

test('a disk that lost entries joins no other cluster, although none are left', async () => {
  const disk = await cut();
  const log = await openOn(disk, 1, { state: { snapshot: undefined, installed: false } });
  expect(log.restored).toMatchObject({ lastIndex: 1, impaired: true });
  await expect(log.joinCluster(asClusterId('d'.repeat(32)))).rejects.toMatchObject({ code: 'WRONG_CLUSTER' });
});

test('a disk that is retired at the moment at which it is mended is both from then on', async () => {
  const whole = await filled(9);
  flip(whole, whole.paths().findLast(isSegment) ?? '', 100);
  for (let turns = 0; turns < 60; turns += 1) {
    const disk = whole.fork(1);
    const log = await openOn(disk, 1);
    const { lastIndex } = log.restored;
    const entries = commands(lastIndex + 1, lastIndex + 2, { term: 2 });
    const mended = log.persist(persistOf({ entries, mended: true }));
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    await Promise.all([mended, log.retire()]);
    const again = await openOn(disk, 1);
    expect([again.restored.impaired, again.identity.retired]).toEqual([false, true]);
  }
});
