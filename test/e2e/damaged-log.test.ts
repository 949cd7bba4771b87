// A log that rotted while its peer was down: the peer comes back, is mended by the others, and counts again.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import { Prng } from '../../src/lib/prng.ts';
import type { Setting } from '../../src/protocol/objects.ts';
import { Cluster } from './cluster.ts';
import type { Peer } from './peer.ts';
import { mainFile } from './program.ts';
import { RegisterLoad } from './register-load.ts';

let cluster: Cluster;

afterEach(() => cluster.stop());

/** One bit, in the middle of the log. */
function rot(peer: Peer): void {
  const directory = join(peer.dataDir, 'log');
  const names = readdirSync(directory).filter((name) => name.endsWith('.log'));
  const path = join(directory, present(names.sort()[0], 'there is a segment'));
  const bytes = readFileSync(path);
  const middle = bytes.length >> 1;
  bytes[middle] = present(bytes[middle], 'it is within') ^ 1;
  writeFileSync(path, bytes);
}

function debugLog(peer: Peer): { readonly status: number | null; readonly stdout: string } {
  const { status, stdout } = spawnSync(process.execPath, [mainFile, 'debug', 'log', peer.dataDir]);
  return { status, stdout: stdout.toString() };
}

test('a follower whose log rotted says so, is mended, and makes a majority again', async () => {
  cluster = await Cluster.start({ agents: 0 });
  const [victim, other] = await cluster.followers();
  const leader = await cluster.leader();
  if (victim === undefined || other === undefined) throw new Error('two follow');
  const up = new Set<Peer>([leader, victim, other]);
  const load = new RegisterLoad({ apis: () => [...up].map(({ api }) => api), clients: 4, prng: new Prng(1) });
  const untilMore = async (): Promise<void> => {
    const goal = load.acknowledged + 50;
    await cluster.until('writes go on', () => load.acknowledged >= goal);
  };

  await untilMore();
  await victim.kill('SIGTERM');
  rot(victim);
  const damaged = debugLog(victim);
  expect(damaged.status).toBe(1);
  expect(damaged.stdout).toMatch(/^DAMAGED .*\.log, byte \d+: a batch does not match its checksum$/mu);

  victim.start();
  await cluster.until('it says so', () =>
    readFileSync(victim.logFile, 'utf8').includes('entries of this disk were lost'),
  );
  await cluster.ready();
  await untilMore();
  await cluster.until(
    'it is trusted again',
    async () => (await cluster.clusterView(victim)).alarms.length === 0,
  );
  up.delete(other);
  await other.kill();
  await untilMore(); // not without the one that was mended
  other.start();
  await cluster.ready();
  await load.stop();
  expect(load.judge(await cluster.list<Setting>('settings'))).toEqual([]);

  await victim.kill('SIGTERM');
  const mended = debugLog(victim);
  expect(mended.stdout).not.toContain('waits to be mended');
  expect(mended.stdout).toContain('.log.damaged: set aside by a start that found a loss');
  expect(mended.status).toBe(0);
});
