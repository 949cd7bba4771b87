// The screen while peers die, stand still, and are cut off: it says how old it is, and is live again without a restart.

import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import { Cluster } from './cluster.ts';
import type { Peer } from './peer.ts';
import { mainFile } from './program.ts';
import { canDraw, Pane } from './tmux.ts';

describe.skipIf(!canDraw)('the screen', () => {
  let cluster: Cluster;
  let pane: Pane | undefined;

  beforeAll(async () => {
    cluster = await Cluster.start({ peers: 3, agents: 1 });
  });

  afterEach(async () => {
    pane?.stop();
    for (const peer of cluster.peers) if (peer.running) peer.resume();
    for (const peer of cluster.peers) if (!peer.running) peer.start();
    await cluster.ready();
  });
  afterAll(() => cluster.stop());

  /** A screen that hears `peer`, with the node selected in its place. */
  const openAt = async (peer: Peer): Promise<Pane> => {
    const urls = [peer, ...cluster.peers.filter((one) => one !== peer)].map((one) => one.api);
    pane = new Pane({
      command: `node ${mainFile} tui --peers ${urls.join(',')}; exec cat`,
      env: { XDG_STATE_HOME: join(cluster.folder, 'state') },
    });
    await pane.shows(`via ${peer.id} ● live`);
    pane.keys('3', 'd');
    await pane.shows('Describe node/node-1');
    return pane;
  };

  const others = (peer: Peer): readonly Peer[] => cluster.peers.filter((one) => one !== peer);

  test('goes on with another peer and its place when the leader that it hears is killed', async () => {
    const leader = await cluster.leader();
    const screen = await openAt(leader);
    await leader.kill();
    await screen.shows(new RegExp(`now with peer-\\d; ${leader.id} is gone or silent`));
    await screen.shows(new RegExp(`leader (?!${leader.id})peer-\\d · 2/3 voters, can lose 0`));
    await screen.shows(/via peer-\d ● live/);
    expect(screen.text()).toContain('Describe node/node-1');
  });

  test('calls itself stale while the leader that it hears stands still, and then hears another one', async () => {
    const leader = await cluster.leader();
    const screen = await openAt(leader);
    leader.pause();
    expect(await screen.shows('STALE')).toMatch(/STALE \d+ s: peer-\d says nothing/);
    await screen.shows(new RegExp(`via (?!${leader.id})peer-\\d ● live`));
    await screen.hides('STALE');
    expect(screen.text()).toContain('Describe node/node-1');
  });

  test('a follower that stands still is left, too; one that nobody hears is seen in the table of peers', async () => {
    const follower = present((await cluster.followers())[0], 'a follower');
    const screen = await openAt(follower);
    follower.pause();
    await screen.shows(new RegExp(`via (?!${follower.id})peer-\\d ● live`));
    screen.keys('4');
    await screen.shows(new RegExp(`${follower.id} .* \\d+(\\.\\d)? s `));
    screen.keys('0');
    await screen.shows(`peer/${follower.id} was heard`);
  });

  test('of a minority it says that nothing can be written, and is live again with the majority', async () => {
    const peer = present((await cluster.followers())[0], 'a follower');
    const screen = await openAt(peer);
    for (const other of others(peer)) other.pause();
    await screen.shows(/NO LEADER: peer-\d hears none; nothing can be written|STALE \d+ s/);
    await screen.shows(/NO LEADER: peer-\d hears none; nothing can be written/);
    for (const other of others(peer)) other.resume();
    await screen.shows(/via peer-\d ● live/);
    await screen.hides('NO LEADER');
    expect(screen.text()).toContain('Describe node/node-1');
  });

  test('with all peers dead it counts, names whom it tries, and is live again once they are', async () => {
    const screen = await openAt(await cluster.leader());
    await Promise.all(cluster.peers.map((peer) => peer.kill()));
    expect(await screen.shows('STALE')).toMatch(/STALE \d+ s, trying peer-\d/);
    screen.keys('Escape');
    await screen.shows(/node-1 +ready/);
    for (const peer of cluster.peers) peer.start();
    await screen.shows(/via peer-\d ● live/);
    await screen.hides('STALE');
  });

  test('the first screen does not wait for a peer that never answers', async () => {
    const leader = await cluster.leader();
    leader.pause();
    pane = new Pane({
      command: `node ${mainFile} tui --peers ${leader.api}; exec cat`,
      env: { XDG_STATE_HOME: join(cluster.folder, 'other') },
    });
    await pane.shows('waiting for the first answer of a peer');
    await pane.shows(/NOT CONNECTED \d+ s, trying 127\.0\.0\.1:/);
    leader.resume();
    await pane.shows(/via peer-\d ● live/);
  });
});
