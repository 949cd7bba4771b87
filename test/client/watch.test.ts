import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import type { ServerResponse } from 'node:http';
import { OrionClient } from '../../src/client/index.ts';
import type { WatchPeer, WatchUpdate } from '../../src/client/watch.ts';
import {
  answers,
  type Behaviour,
  dies,
  failure,
  type FakePeer,
  fakePeer,
  hangs,
  problem,
  stopFakePeers,
} from './fake-peer.ts';

afterEach(stopFakePeers);

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const node = (name: string, version: number): object => ({
  kind: 'Node',
  metadata: { name, resourceVersion: String(version) },
});

function send(response: ServerResponse, event: string, data: object, id?: number): void {
  response.write(
    `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`,
  );
}

const change = (response: ServerResponse, version: number): void =>
  send(
    response,
    'change',
    { resourceVersion: String(version), changes: [{ type: 'MODIFIED', object: node('a', version) }] },
    version,
  );

/** Answers lists with `items` as of `version`, and each watch by the next of `streams`. */
function watched(version: number, items: readonly object[], streams: Behaviour[]): Behaviour {
  return (seen, response) => {
    if (!seen.url.startsWith('/api/watch')) {
      return answers(200, { items, resourceVersion: String(version) })(seen, response);
    }
    (streams.shift() ?? ((): void => {}))(seen, response);
  };
}

/** The first `count` updates of a watch at `peers`. */
async function updates(
  peers: readonly FakePeer[],
  count: number,
  options: Parameters<OrionClient['watch']>[0] = {},
): Promise<WatchUpdate[]> {
  const got: WatchUpdate[] = [];
  const client = new OrionClient({ peers: peers.map(({ url }) => url), timeoutMs: 1_000 });
  for await (const update of client.watch({ kinds: ['Node'], ...options })) {
    got.push(update);
    if (got.length === count) break;
  }
  return got;
}

const versions = (all: readonly WatchUpdate[]): string[] =>
  all.map((one) => (one.type === 'STATS' ? 'STATS' : `${one.type} ${one.resourceVersion}`));

const queries = ({ seen }: FakePeer): (string | null)[] =>
  seen
    .filter(({ url }) => url.startsWith('/api/watch'))
    .map(({ url }) => new URL(url, 'http://x').searchParams.get('from'));

test('a watch begins with what there is, and goes on behind it', async () => {
  const peer = await fakePeer(
    watched(
      7,
      [node('a', 5)],
      [
        (_, response) => {
          change(response, 8);
          send(response, 'bookmark', { resourceVersion: '9' }, 9);
          send(response, 'later', {});
          send(response, 'stats', { at: 1 });
        },
      ],
    ),
  );
  const got = await updates([peer], 4, { stats: true });
  expect(versions(got)).toEqual(['RESET 7', 'CHANGE 8', 'BOOKMARK 9', 'STATS']);
  expect(got[0]).toMatchObject({ items: [node('a', 5)] });
  expect(got[1]).toMatchObject({ changes: [{ type: 'MODIFIED', object: node('a', 8) }] });
  expect(peer.seen[0]?.url).toMatch(/^\/api\/nodes\?consistency=stale/);
  expect(peer.seen[1]?.url).toBe('/api/watch?stats=true&kind=Node&from=7&cluster=c');
});

test('a stream that breaks off or ends is taken up on another peer, behind the last version', async () => {
  const first = await fakePeer(
    watched(
      7,
      [],
      [
        (_, response) => {
          change(response, 8);
          response.write('event: change\ndata: {"resour', () => response.destroy());
        },
      ],
    ),
  );
  const second = await fakePeer(
    watched(
      7,
      [],
      [
        (_, response) => {
          change(response, 9);
          response.end();
        },
        (_, response) => change(response, 10),
      ],
    ),
  );
  const told: WatchPeer[] = [];
  const client = new OrionClient({ peers: [first.url, second.url] });
  const got: WatchUpdate[] = [];
  for await (const update of client.watch({ kinds: ['Node'], from: '7', onPeer: (one) => told.push(one) })) {
    got.push(update);
    if (got.length === 1) first.stop();
    if (got.length === 3) break;
  }
  expect(versions(got)).toEqual(['CHANGE 8', 'CHANGE 9', 'CHANGE 10']);
  expect([...queries(first), ...queries(second)]).toEqual(['7', '8', '9']);
  expect(told[0]).toEqual({ kind: 'trying', peer: first.url });
  expect(told).toContainEqual({ kind: 'open', peer: second.url });
  expect(told.at(-2)).toMatchObject({ kind: 'trying', reason: 'the stream ended' });
});

test.each<[string, Behaviour]>([
  ['at once', problem(410, 'EXPIRED')],
  ['later', (_, response) => send(response, 'error', { code: 'EXPIRED', status: 410, detail: 'too old' })],
])('what the cluster has forgotten, told %s, becomes a reset', async (_, expired) => {
  const peer = await fakePeer(watched(20, [node('b', 20)], [expired, (_, response) => change(response, 21)]));
  const got = await updates([peer], 2, { from: '7' });
  expect(versions(got)).toEqual(['RESET 20', 'CHANGE 21']);
  expect(queries(peer)).toEqual(['7', '20']);
});

test('a watch that has to begin anew while nobody can list, or while lists hang, begins anew once somebody can', async () => {
  const lists: Behaviour[] = [problem(503, 'NO_LEADER'), problem(503, 'BUSY'), hangs, dies];
  const expired = problem(410, 'EXPIRED');
  const watch = watched(20, [node('b', 20)], [expired, (_, response) => change(response, 21)]);
  const peer = await fakePeer((seen, response) => {
    const trouble = seen.url.startsWith('/api/watch') ? undefined : lists.shift();
    (trouble ?? watch)(seen, response);
  });
  const client = new OrionClient({ peers: [peer.url], timeoutMs: 300, deadlineMs: 10 });
  const got: WatchUpdate[] = [];
  for await (const update of client.watch({ kinds: ['Node'], from: '7' })) {
    got.push(update);
    if (got.length === 2) break;
  }
  expect(versions(got)).toEqual(['RESET 20', 'CHANGE 21']);
  expect(lists).toEqual([]);
});

test('a watch comes back when all peers hung for a while, whatever was collected as garbage meanwhile', async () => {
  let hangs = 3; // of the questions about the cluster
  const peer = await fakePeer(
    (seen, response) => change(response, Number(new URL(seen.url, 'http://x').searchParams.get('from')) + 1),
    (seen, response) => {
      if (hangs === 0) answers(200, { clusterId: 'c', appliedIndex: 7, peers: [] })(seen, response);
      else hangs -= 1;
    },
  );
  const collecting = setInterval(collectGarbage, 20);
  onTestFinished(() => clearInterval(collecting));
  const client = new OrionClient({ peers: [peer.url], timeoutMs: 500, deadlineMs: 700 });
  const { value } = await client.watch({ kinds: ['Node'], from: '7' }).next();
  expect(value).toMatchObject({ type: 'CHANGE', resourceVersion: '8' });
  expect(hangs).toBe(0);
});

test('a watcher that was too slow goes on from where it was', async () => {
  const slow: Behaviour = (_, response) => {
    change(response, 8);
    send(response, 'error', { code: 'SLOW_WATCHER', status: 429, detail: 'too slow' });
  };
  const peer = await fakePeer(watched(7, [], [slow, (_, response) => change(response, 9)]));
  expect(versions(await updates([peer], 2, { from: '7' }))).toEqual(['CHANGE 8', 'CHANGE 9']);
});

test('a stream that says nothing is given up, though it stands', async () => {
  const peer = await fakePeer(
    watched(
      7,
      [],
      [(_, response) => response.writeHead(200).flushHeaders(), (_, response) => change(response, 8)],
    ),
  );
  expect(versions(await updates([peer], 1, { from: '7', silenceMs: 100 }))).toEqual(['CHANGE 8']);
});

test('while nobody is there the watch goes on trying', async () => {
  const peer = await fakePeer(
    watched(
      7,
      [],
      [
        problem(503, 'NO_LEADER'),
        (_, response) => response.socket?.destroy(),
        (_, response) => change(response, 8),
      ],
    ),
  );
  expect(versions(await updates([peer], 1, { from: '7' }))).toEqual(['CHANGE 8']);
});

test('a refusal of what is asked ends the watch', async () => {
  const peer = await fakePeer(problem(400, 'MALFORMED'));
  expect((await failure(updates([peer], 1, { labelSelector: '=' }))).code).toBe('MALFORMED');
});

test('the signal ends it, whatever it is doing', async () => {
  const peer = await fakePeer(watched(7, [], []));
  const stop = new AbortController();
  const got = updates([peer], 2, { signal: stop.signal, onPeer: () => stop.abort() });
  expect(versions(await got)).toEqual(['RESET 7']);
});

test('changes that a reset of several kinds holds already do not come again', async () => {
  const peer = await fakePeer((seen, response) => {
    if (seen.url.startsWith('/api/nodes'))
      return answers(200, { items: [], resourceVersion: '5' })(seen, response);
    if (seen.url.startsWith('/api/events'))
      return answers(200, { items: [], resourceVersion: '7' })(seen, response);
    const both = (version: number): void =>
      send(response, 'change', {
        resourceVersion: String(version),
        changes: ['Node', 'Event'].map((kind) => ({ type: 'ADDED', object: { kind, metadata: {} } })),
      });
    both(6);
    both(8);
  });
  const got = await updates([peer], 3, { kinds: ['Node', 'Event'] });
  const kinds = got.map((one) =>
    one.type === 'CHANGE' ? one.changes.map(({ object }) => object.kind) : one.type,
  );
  expect(kinds).toEqual(['RESET', ['Node'], ['Node', 'Event']]);
});
