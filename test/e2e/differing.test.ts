// A peer whose state is not that of the others: found out, named by all, serving nothing, and repaired as it says itself.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { asPeerId } from '../../raft/types.ts';
import { present } from '../../src/lib/assert.ts';
import type { Problem } from '../../src/protocol/api.ts';
import type { Setting } from '../../src/protocol/objects.ts';
import { rowKey } from '../../src/state/row.ts';
import { openStorage } from '../../src/storage/open.ts';
import { Cluster } from './cluster.ts';
import { request } from './http.ts';
import type { Peer } from './peer.ts';

let cluster: Cluster;

afterEach(() => cluster.stop());

/** Changes a setting on the disk of a peer that is down, as a fault of its memory might have. */
async function tamper(peer: Peer, name: string): Promise<void> {
  const storage = await openStorage({ directory: peer.dataDir, peerId: asPeerId(peer.id) });
  const { snapshot, rows } = await storage.state.load();
  const key = rowKey('setting', name);
  const row = present(rows.get(key), 'the setting was flushed') as Setting;
  const { hash: _hash, ...point } = present(snapshot, 'the state was flushed');
  const tampered = { ...row, spec: { data: 'tampered' } };
  await storage.state.flush({ snapshot: point, rows: new Map([[key, tampered]]) });
  await storage.close();
}

async function put(peer: Peer, name: string): Promise<void> {
  const { status } = await request(`${peer.api}/api/settings/${name}`, {
    method: 'PUT',
    body: { data: 'x' },
  });
  expect([200, 201]).toContain(status);
}

const alarmsSeenBy = async (peer: Peer): Promise<string[]> =>
  (await cluster.clusterView(peer)).alarms.map((alarm) => `${alarm.kind} of ${alarm.peer}`);

test('a peer whose state differs is named by all and serves nothing; with the state of the others it serves again', async () => {
  cluster = await Cluster.start({ peers: 3, agents: 0 });
  const leader = await cluster.leader();
  const [bad, good] = (await cluster.followers()) as [Peer, Peer];
  await put(leader, 'motd');
  await cluster.until('it has applied the setting', async () => {
    const { status } = await request(`${bad.api}/api/settings/motd?consistency=stale`);
    return status === 200;
  });
  await bad.kill('SIGTERM');
  await tamper(bad, 'motd');
  bad.start();
  const stale = `${bad.api}/api/settings/motd?consistency=stale`;

  // What it has loaded is compared as soon as it is heard.
  const expected = [`state-differs of ${bad.id}`];
  for (const peer of cluster.peers) {
    await cluster.until(`${peer.id} tells the alarm`, async () => {
      const seen = await alarmsSeenBy(peer);
      return JSON.stringify(seen) === JSON.stringify(expected);
    });
  }
  // It may have heard the alarm from the others before it has compared by itself.
  await cluster.until('it refuses stale reads, too', async () => {
    const read = await request<Problem>(stale);
    return read.status === 503 && read.body.code === 'NO_LEADER';
  });
  const write = await request<Problem>(`${bad.api}/api/settings/motd`, {
    method: 'PUT',
    body: { data: 'y' },
  });
  expect([write.status, write.body.code]).toEqual([503, 'NO_LEADER']);
  const ready = await request<{ reasons: string[] }>(`${bad.api}/readyz`);
  expect([ready.status, ready.body.reasons[0]]).toEqual([503, expect.stringContaining('serves no more')]);
  const given = await request<Problem>(`${leader.api}/api/cluster/transfer`, {
    method: 'POST',
    body: { to: bad.id },
  });
  expect([given.status, given.body.code]).toEqual([409, 'CONFLICT']);
  await put(good, 'after'); // its acknowledgements count all the same, and the others serve

  await bad.kill('SIGTERM');
  bad.start();
  await cluster.until('it is found out again, though it started anew', async () => {
    await put(leader, 'once-more');
    const { status } = await request(`${bad.api}/readyz`);
    return status === 503 && (await alarmsSeenBy(bad)).length === 1;
  });

  await bad.kill('SIGTERM');
  rmSync(join(bad.dataDir, 'state'), { recursive: true });
  bad.start();
  await cluster.until('the alarm is over', async () => {
    await put(leader, 'once-more');
    return (await alarmsSeenBy(leader)).length === 0;
  });
  await cluster.ready();
  expect((await request<Setting>(stale)).body.spec.data).toBe('x');
}, 120_000);
