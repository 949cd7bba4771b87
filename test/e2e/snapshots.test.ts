// A log that was cut short, and a peer that needs what is gone from it: it takes over the state, over a crash, too.

import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { limits } from '../../src/lib/limits.ts';
import type { PeerView } from '../../src/protocol/api.ts';
import type { Setting } from '../../src/protocol/objects.ts';
import { Cluster } from './cluster.ts';
import { request } from './http.ts';
import { WriteLoad } from './load.ts';
import type { Peer } from './peer.ts';

let cluster: Cluster;

afterEach(() => cluster.stop());

/** Settings that fill more than what a log keeps, and take some seconds to be sent. */
const bulk = {
  count: Math.ceil(((limits.logKeepBytes + limits.segmentBytesMax) * 1.5) / 200_000),
  data: 'x'.repeat(200_000),
};

async function writeBulk(api: string): Promise<void> {
  let next = 0;
  const writer = async (): Promise<void> => {
    while (next < bulk.count) {
      const number = next;
      next += 1;
      const url = `${api}/api/settings/bulk-${number}`;
      const body = { data: `${number} ${bulk.data}` };
      await cluster.until(`bulk-${number} is written`, async () => {
        const { status } = await request(url, { method: 'PUT', body });
        return status === 200 || status === 201;
      });
    }
  };
  await Promise.all([writer(), writer(), writer(), writer()]);
}

/** Where each state that came in was begun or gone on with, as the peer's log tells it. */
function receptionsOf(peer: Peer): { readonly index: number; readonly parts: number }[] {
  const lines = readFileSync(peer.logFile, 'utf8').split('\n');
  return lines
    .filter((line) => line.includes('a snapshot comes in'))
    .map((line) => JSON.parse(line) as { index: number; parts: number });
}

test('under load a new peer takes over the state of a log that was cut, and goes on where a crash stopped it', async () => {
  cluster = await Cluster.start({ peers: 3, agents: 0 });
  const leader = await cluster.leader();
  await writeBulk(leader.api);
  await cluster.until('the leader has cut its log', async () => {
    const { log } = await cluster.clusterView(leader);
    return log.base > 0;
  });

  const load = new WriteLoad(cluster.peers.map(({ api }) => api));
  const joiner = await cluster.addPeer();
  joiner.start();
  await cluster.until('the joiner waits to be added', async () => {
    const { status } = await request(`${joiner.api}/readyz`);
    return status === 503;
  });
  const added = await request(`${leader.api}/api/cluster/peers`, {
    method: 'POST',
    body: { id: joiner.id, api: joiner.api, raft: joiner.raft },
  });
  expect(added.status).toBe(202);
  await cluster.until('some of the state has come', async () => {
    const { body } = await request<{ reasons: string[] }>(`${joiner.api}/readyz`);
    const parts = /(\d+) parts have come/.exec(body.reasons[0] ?? '')?.[1];
    return Number(parts ?? 0) >= 10;
  });
  const replicationOf = (peers: readonly PeerView[]): unknown =>
    peers.find(({ id }) => id === joiner.id)?.replication;
  expect(replicationOf((await cluster.clusterView(leader)).peers)).toBe('snapshot');
  await joiner.kill();
  joiner.start();
  await cluster.until('the joiner votes', async () => {
    const { peers } = await cluster.clusterView(leader);
    return peers.some(({ id, voter }) => id === joiner.id && voter);
  });
  await cluster.ready();

  const [first, second, ...more] = receptionsOf(joiner);
  expect(first?.parts).toBe(0);
  expect(second?.index).toBe(first?.index);
  // Those that were on their way to its disk came for nothing.
  expect(second?.parts).toBeGreaterThanOrEqual(10 - limits.snapshotWindowChunks);
  expect(more).toEqual([]);
  expect((await cluster.clusterView(joiner)).log.base).toBeGreaterThan(0);
  const { acknowledged, longestGapMs } = await load.stop();
  const { body } = await request<{ items: readonly Setting[] }>(`${joiner.api}/api/settings`);
  const found = new Map(body.items.map(({ metadata, spec }) => [metadata.name, spec.data]));
  expect(found.size).toBe(acknowledged.size + bulk.count);
  for (const [name, data] of acknowledged) expect([name, found.get(name)]).toEqual([name, data]);
  expect(found.get('bulk-7')).toBe(`7 ${bulk.data}`);
  console.log(`the longest time without an acknowledged write was ${Math.round(longestGapMs)} ms`);
}, 120_000);
