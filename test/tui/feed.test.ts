// What the cluster tells, on its way to the model; against peers that are none.

import type { ServerResponse } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { Feed } from '../../tui/feed.ts';
import type { Input } from '../../tui/model/messages.ts';
import { answers, type Behaviour, type FakePeer, fakePeer, stopFakePeers } from '../client/fake-peer.ts';
import { until } from '../e2e/until.ts';
import { demoCluster, demoStats } from './demo-cluster.ts';
import { node } from './demo.ts';

const feeds: Feed[] = [];

afterEach(() => {
  for (const feed of feeds.splice(0)) feed.stop();
  stopFakePeers();
});

const send = (response: ServerResponse, event: string, data: object): void =>
  void response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);

/** Lists one node as of version 7; watches get `stats` at once and then five times a second. */
const telling =
  (stats: object): Behaviour =>
  (seen, response) => {
    const { pathname } = new URL(seen.url, 'http://peer');
    if (pathname !== '/api/watch') {
      const items = pathname === '/api/nodes' ? [node('pi-1')] : [];
      return answers(200, { items, resourceVersion: '7' })(seen, response);
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    send(response, 'stats', stats);
    const timer = setInterval(() => send(response, 'stats', stats), 200);
    response.on('close', () => clearInterval(timer));
  };

function feedOf(...peers: readonly FakePeer[]): { readonly feed: Feed; readonly inputs: Input[] } {
  const inputs: Input[] = [];
  const feed = new Feed({ peers: peers.map((peer) => peer.url), onInput: (input) => inputs.push(input) });
  feeds.push(feed);
  void feed.run();
  return { feed, inputs };
}

const kinds = (inputs: readonly Input[]): readonly string[] => inputs.map((one) => one.kind);

const lost = { ...demoStats(), cluster: { ...demoCluster, peers: [], leader: null } };
const led = { ...demoStats(), cluster: { ...demoCluster, peers: [] } };

test('objects come before figures, and each try and each peer that answers is told', async () => {
  const { inputs } = feedOf(await fakePeer(telling(led)));
  await until('figures come', () => kinds(inputs).includes('stats'));
  const [first, ...rest] = inputs;
  expect(first).toMatchObject({ kind: 'peer', event: { kind: 'trying' } });
  const reset = rest.find((one) => one.kind === 'reset');
  expect(reset).toMatchObject({ resourceVersion: '7', items: [{ kind: 'Node' }] });
  expect(kinds(inputs).indexOf('reset')).toBeLessThan(kinds(inputs).indexOf('stats'));
});

test('a peer that has lost the leader is left for another one, from the last version on', async () => {
  const [alone, other] = [await fakePeer(telling(lost)), await fakePeer(telling(led))];
  const { inputs } = feedOf(alone, other);
  const watches = (peer: FakePeer): readonly string[] =>
    peer.seen.map((one) => one.url).filter((url) => url.startsWith('/api/watch'));
  await until('the other peer is watched', () => watches(other).length > 0);
  expect(watches(other)[0]).toContain('from=7');
  await until('the leader is told', () =>
    inputs.some((one) => one.kind === 'stats' && one.stats.cluster.leader === 'pi-2'),
  );
  expect(kinds(inputs).filter((kind) => kind === 'reset')).toEqual(['reset']);
});

test('while no leader is told, the peer is asked what it knows itself', async () => {
  const peer = await fakePeer(telling(lost));
  peer.view = { ...demoCluster, peers: [], leader: null };
  const { inputs } = feedOf(peer);
  const view = await until('its own view comes', () => inputs.find((one) => one.kind === 'view'));
  expect(view).toMatchObject({ cluster: { leader: null, name: 'home' } });
});

test('a write is answered with what came of it, or why it failed', async () => {
  const accept = telling(led);
  const peer = await fakePeer((seen, response) => {
    if (seen.method === 'GET') return accept(seen, response);
    if (seen.method === 'DELETE') return void response.writeHead(204).end();
    return answers(409, { code: 'CONFLICT', status: 409, detail: 'somebody else did', help: '' })(
      seen,
      response,
    );
  });
  const { feed, inputs } = feedOf(peer);
  feed.write({ kind: 'delete', collection: 'services', name: 'web' });
  feed.write({ kind: 'scale', service: 'web', replicas: 3 });
  const written = await until('one is done', () => inputs.find((one) => one.kind === 'written'));
  expect(written).toMatchObject({ outcome: 'done' });
  const failed = await until('one has failed', () => inputs.find((one) => one.kind === 'failed'));
  expect(failed).toMatchObject({
    what: 'scale service/web to 3',
    error: expect.stringContaining('somebody else did'),
  });
});

test('the version of one cluster means nothing to another one that answers at the same addresses', async () => {
  const [alone, other] = [await fakePeer(telling(lost)), await fakePeer(telling(led))];
  const { inputs } = feedOf(alone, other);
  const clusters = (peer: FakePeer): readonly (string | null)[] =>
    peer.seen
      .filter(({ url }) => url.startsWith('/api/watch'))
      .map(({ url }) => new URL(url, 'http://peer').searchParams.get('cluster'));
  await until('figures come', () => kinds(inputs).includes('stats'));
  other.view = { clusterId: 'of others', appliedIndex: 3, peers: [] };
  await until('the other peer is watched', () => clusters(other).length > 0);
  expect([clusters(alone)[0], clusters(other)[0]]).toEqual(['c', 'c']);
});
