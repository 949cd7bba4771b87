// The screen in a real terminal, against a real cluster: every view and every key, as a person presses them.

import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { present } from '../../src/lib/assert.ts';
import type { Service } from '../../src/protocol/objects.ts';
import { Cluster } from './cluster.ts';
import { request } from './http.ts';
import { mainFile } from './program.ts';
import { echoScript } from './services.ts';
import { canDraw, Pane } from './tmux.ts';

/** Says a line a second, and one that stands out at its start. */
const talker = `console.log('hello from ' + process.env.ORION_REPLICA_INDEX);
console.error('warning: 世界 is wide');
setInterval(() => console.log('tick'), 1_000);`;

describe.skipIf(!canDraw)('the screen', () => {
  let cluster: Cluster;
  let pane: Pane | undefined;
  let states = 0;

  beforeAll(async () => {
    cluster = await Cluster.start({ peers: 3, agents: 1 });
    const services = [
      { name: 'echo', script: echoScript(), replicas: 2, ports: ['http'] },
      { name: 'talker', script: talker },
    ];
    await send('POST', '/api/apply', cluster.manifest('demo', services));
    await send('PUT', '/api/settings/motd', { data: 'a good day\n' });
    await cluster.untilRuns('echo', 2);
    await cluster.untilRuns('talker', 1);
  });

  afterEach(() => pane?.stop());
  afterAll(() => cluster.stop());

  const send = async (method: 'PUT' | 'POST', path: string, body: object): Promise<void> => {
    const { api } = await cluster.leader();
    const { status } = await request(`${api}${path}`, { method, body });
    expect(status).toBeLessThan(300);
  };

  const open = (
    more: {
      readonly args?: string;
      readonly env?: Readonly<Record<string, string>>;
      readonly width?: number;
      readonly state?: string;
    } = {},
  ): Pane => {
    const { args = '', env = {}, width = 80, state = `state-${(states += 1)}` } = more;
    const command = `node ${mainFile} tui --peers ${cluster.peerUrls().join(',')} ${args}; echo left with $?; exec cat`;
    pane = new Pane({ command, width, env: { XDG_STATE_HOME: join(cluster.folder, state), ...env } });
    return pane;
  };

  const service = async (name: string): Promise<Service> =>
    (await cluster.get<Service>(`/api/services/${name}`)).body;

  test('every view shows what is there', async () => {
    const screen = open();
    await screen.shows(/leader peer-\d · 3\/3 voters, can lose 1 · fsync p99 [\d.]+ ms/);
    await screen.shows(/via peer-\d ● live/);
    screen.keys('0');
    await screen.shows(/Replicas +█+ +3\/3 ready/);
    screen.keys('1');
    await screen.shows(/echo +2\/2 +█+ +ready/);
    screen.keys('Enter');
    await screen.shows(/├─ echo\/0 +running +→ node-1/);
    screen.keys('2');
    await screen.shows(/talker\/0 +running +node-1/);
    screen.keys('3');
    await screen.shows(/node-1 +ready +3/);
    screen.keys('4');
    await screen.shows(/peer-\d +leader +yes/);
    screen.keys('5');
    await screen.shows(/Normal +service\/echo +Created/);
    screen.keys('6');
    await screen.shows(/echo\/0 .*●/);
    screen.keys('7');
    await screen.shows(/motd +11B/);
    screen.keys('d');
    await screen.shows('a good day');
    screen.keys('Escape', 'y');
    await screen.shows('kind: Setting');
    screen.keys('8');
    await screen.shows(/▾ talker +1\/1 ready/);
    screen.keys('9');
    await screen.shows(':describe');
    screen.keys(':');
    screen.type('why talker');
    await screen.shows('One more replica would fit 1 of 1 node');
    screen.keys(':');
    screen.type('revisions echo');
    await screen.shows(/1 ● now +complete/);
    screen.keys(':');
    screen.type('describe node/node-1');
    await screen.shows(/Used +cpu [\d.]+\/[\d.]+/);
  });

  test('logs follow, hold, filter and find', async () => {
    const screen = open();
    screen.keys('1');
    await screen.shows('talker');
    screen.keys('G', 'l');
    await screen.shows(/\d\d:\d\d:\d\d 0 tick$/);
    screen.keys('g');
    await screen.shows('hello from 0');
    screen.keys('G');
    screen.keys('f');
    await screen.shows('lines, held');
    screen.keys('f', '/');
    screen.type('!tick');
    await screen.hides(' tick');
    await screen.shows('warning: 世界 is wide');
    screen.keys('Escape', 'w');
    await screen.shows('following, wrapped');
    screen.keys('Escape', '2', 'G', 'p');
    await screen.shows('before its last start, 0 lines, ended');
  });

  test('services are scaled, restarted, undone, edited and deleted, and each that destroys asks', async () => {
    const editor = join(cluster.folder, 'editor.sh');
    writeFileSync(editor, '#!/bin/sh\nsed -i "s/replicas: 3/replicas: 1/; s/args: .*/args: [again]/" "$1"\n');
    chmodSync(editor, 0o755);
    const screen = open({ env: { EDITOR: editor, VISUAL: editor } });
    screen.keys('1');
    await screen.shows('echo');
    screen.keys('S', 'BSpace', '3', 'Enter');
    await screen.shows(/echo +3\/3 +█+ +ready/);
    screen.keys('R');
    await screen.shows('service/echo: 3 replicas replaced');
    screen.keys('y');
    await screen.shows(/echo +3\/3 +█+ +ready +2/);
    screen.keys('e');
    await screen.shows(/echo +1\/1 +█+ +ready +3/);
    expect((await service('echo')).spec.args).toEqual(['again']);
    screen.keys('U');
    await screen.shows('service/echo: from revision 3 back to the revision before it');
    screen.keys('y');
    await screen.shows(/echo +1\/1 +█+ +ready +4/);
    expect((await service('echo')).spec.args).toEqual([]);
    screen.keys('Down', 'C-d');
    await screen.shows('service/talker: 1 running replica will stop');
    screen.keys('n');
    await screen.shows('left as it was');
    expect((await service('talker')).spec.replicas).toBe(1);
    screen.keys('C-d', 'y');
    await screen.shows('delete service/talker: done');
    await screen.shows('Services [1]');
  });

  test('leadership is handed over by T, and the strip says who leads', async () => {
    const screen = open();
    const before = await cluster.leader();
    screen.keys('4');
    await screen.shows(`leader ${before.id} `);
    const to = present((await cluster.followers())[0], 'a follower');
    screen.keys('g', ...Array.from({ length: cluster.peers.indexOf(to) }, () => 'Down'), 'T');
    await screen.shows(`${before.id} hands leadership to ${to.id}`);
    await screen.shows('voters 3 to 3, can lose 1 before, 1 after');
    screen.keys('y');
    await screen.shows(`leader ${to.id} `);
    expect((await cluster.leader()).id).toBe(to.id);
  });

  test('a learner is promoted by P and taken out by Ctrl-d, each told with how many may be lost', async () => {
    const joiner = await cluster.addPeer();
    const { id, api, raft } = joiner;
    joiner.start();
    await cluster.until('the learner is added', async () => {
      const leader = await cluster.leader();
      const body = { id, api, raft, as: 'learner' };
      const { status } = await request(`${leader.api}/api/cluster/peers`, { method: 'POST', body });
      if (status !== 202) throw new Error(`status ${status}`);
      return true;
    });
    const screen = open();
    screen.keys('4');
    await screen.shows(new RegExp(`${id} +learner +no`));
    screen.keys('G', 'P');
    await screen.shows('voters 3 to 4, can lose 1 before, 1 after');
    screen.keys('n');
    await screen.shows('left as it was');
    screen.keys('P', 'y');
    await screen.shows(new RegExp(`promote peer/${id}: done, can lose 1`));
    await screen.shows(new RegExp(`${id} +follower +yes`));
    await screen.shows('4/4 voters');
    screen.keys('C-d');
    await screen.shows(`peer/${id} leaves the cluster for good`);
    await screen.shows('voters 4 to 3, can lose 1 before, 1 after');
    screen.keys('y');
    await screen.shows(`remove peer/${id}: done, can lose 1; stop it now`);
    await screen.hides(`${id} `);
    await screen.shows('3/3 voters');
    expect(screen.text()).toContain('Raft [3]');
    await joiner.kill();
    cluster.peers.splice(cluster.peers.indexOf(joiner), 1);
  });

  test('the terminal may change its size, and wide ones show more', async () => {
    const screen = open({ width: 80 });
    screen.keys('3');
    await screen.shows('node-1');
    const instance = present(pane, 'it is open');
    instance.resize(160, 40);
    await screen.shows('9 Help');
    await screen.shows('│ Node         node-1');
    instance.resize(60, 12);
    await screen.hides('│');
    await screen.shows('node-1');
    instance.resize(80, 24);
    await screen.shows('CPU USED');
  });

  test('a click selects and sorts; read-only writes nothing; ASCII and no colours draw as much', async () => {
    const screen = open({ args: '--read-only --ascii', env: { NO_COLOR: '1' } });
    await screen.shows('read-only');
    screen.keys('4');
    const row = await screen.shows('PEER');
    screen.click({ x: row.indexOf('ROLE'), y: screen.text().split('\n').indexOf(row) });
    await screen.shows('ROLE^');
    screen.keys('T');
    await screen.shows('transfer: this screen is read-only');
    expect(screen.styledText()).not.toMatch(/\[(?:\d+;)*(?:3[0-8]|4[0-8])[;m]/);
    expect(screen.text()).toMatch(/^[\x20-\x7e\n]*$/);
  });

  test.each([
    ['q', 'left with 0'],
    ['C-c', 'left with 0'],
    ['SIGTERM', 'left with'],
    ['SIGHUP', 'left with'],
    ['a crash', 'left with'],
  ])('after %s the terminal is as it was', async (end, said) => {
    const crash = join(cluster.folder, 'crash.mjs');
    writeFileSync(
      crash,
      `process.on('SIGUSR2', () => { throw new Error('boom'); });
      setInterval(() => process.emitWarning('a scribble'), 100);`,
    );
    const screen = open({ env: { NODE_OPTIONS: `--import=${crash}` } });
    await screen.shows('● live');
    expect(screen.modes).toEqual({ otherBuffer: true, cursor: false, mouse: true });
    screen.keys('4');
    await screen.shows('PEER');
    expect(screen.text()).not.toContain('scribble');
    if (end.startsWith('SIG')) process.kill(screen.childPid, end);
    else if (end === 'a crash') process.kill(screen.childPid, 'SIGUSR2');
    else screen.keys(end);
    await screen.shows(said);
    expect(screen.modes).toEqual({ otherBuffer: false, cursor: true, mouse: false });
    if (end === 'a crash') await screen.shows('boom');
    screen.type('a line');
    await screen.shows(/^a line$/);
  });

  test('it comes back to the view that was left', async () => {
    const first = open({ state: 'kept' });
    first.keys('4', '>', '>');
    await first.shows('ROLE↑');
    first.keys('q');
    await first.shows('left with 0');
    first.stop();
    const second = open({ state: 'kept' });
    await second.shows('ROLE↑');
  });
});
