// `orion dev`, as a user sees it: the built binary in a folder of its own.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readDevState, type DevState } from '../../src/cli/dev/dev-state.ts';
import { isAlive as lives } from '../../src/cli/dev/process-identity.ts';
import { present } from '../../src/lib/assert.ts';
import type { Assignment } from '../../src/protocol/objects.ts';
import { killHard, pidsWritingBelow } from './leftovers.ts';
import { mainFile } from './program.ts';
import { echoScript } from './services.ts';
import { until } from './until.ts';

let folder = '';
let devs: Dev[] = [];

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'orion-dev-e2e-')));
  writeFileSync(join(folder, 'main.mjs'), echoScript());
  writeFileSync(
    join(folder, 'orion.yaml'),
    'apiVersion: orion/v1\nkind: Config\nmetadata: { name: app }\nspec:\n  services:\n' +
      '    - { name: echo, runtime: node, entry: main.mjs, replicas: 2, ports: [{ name: http }] }\n',
  );
});

afterEach(async () => {
  for (const dev of devs) dev.process.kill('SIGKILL');
  await until('nothing of it is left', () => {
    const pids = pidsWritingBelow(folder);
    for (const pid of pids) killHard(pid);
    return pids.length === 0;
  });
  devs = [];
  rmSync(folder, { recursive: true });
});

const isAlive = (pid: number): boolean => lives({ pid, started: '' });

/** One run of `orion dev` in the test's folder. */
class Dev {
  readonly process: ChildProcess;
  readonly exit: Promise<unknown[]>;
  output = '';

  constructor(...args: string[]) {
    this.process = spawn(process.execPath, [mainFile, 'dev', ...args], { cwd: folder });
    this.exit = once(this.process, 'exit');
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
    devs.push(this);
  }

  /** The first match of `pattern` in what it printed. */
  async printed(pattern: RegExp): Promise<string> {
    return until(
      `dev prints ${String(pattern)}`,
      () => {
        const match = pattern.exec(this.output);
        if (match !== null) return match[1] ?? match[0];
        throw new Error(this.output);
      },
      60_000,
    );
  }

  get state(): DevState {
    return present(readDevState(join(folder, '.orion/dev')), 'dev.json is there');
  }
}

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Any other command in the same folder: it finds the cluster by itself. */
async function orion(...args: string[]): Promise<Run> {
  const child = spawn(process.execPath, [mainFile, ...args], { cwd: folder });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout, stderr };
}

/** Pids of the replicas, in the order of their indexes. */
async function servicePids(): Promise<number[]> {
  const { stdout, stderr } = await orion('get', 'assignments', '-o', 'json');
  if (stdout === '') throw new Error(stderr);
  return (JSON.parse(stdout) as { items: Assignment[] }).items
    .sort((a, b) => a.spec.index - b.spec.index)
    .map((one) => one.status.pid ?? 0);
}

test('dev runs a service, prints how to break it, outlives its leader, and takes everything along at the end', async () => {
  const dev = new Dev('--apply', 'orion.yaml');
  const url = await dev.printed(/curl (http:\S+)\n/);
  expect((await fetch(url)).status).toBe(200);
  expect(dev.output).toContain('service/echo created');

  const leaderPid = Number(await dev.printed(/kill -9 (\d+)\n/));
  const leader = present(
    dev.state.peers.find((peer) => peer.pid === leaderPid),
    'dev.json names it',
  );
  process.kill(leaderPid, 'SIGKILL');
  const restart = await dev.printed(/ended: SIGKILL\. Start it again:\n {2}(.+)\n/);
  expect(dev.state.peers.find((peer) => peer.id === leader.id)).toEqual({ ...leader, running: false });
  const scaled = await until('the others take writes', async () => {
    const run = await orion('scale', 'echo', '3');
    if (run.code === 0) return run;
    throw new Error(run.stderr);
  });
  expect(scaled.stdout).toBe('service/echo scaled to 3\n');
  expect((await fetch(url)).status).toBe(200);

  const byHand = spawn('sh', ['-c', `exec ${restart}`], { cwd: folder, stdio: 'ignore' });
  await until('the peer started by hand leads or follows', async () => {
    const view = await orion('cluster', 'status', '--peers', leader.api, '-o', 'json');
    return (JSON.parse(view.stdout) as { leader: string | null }).leader !== null;
  });

  const pids = dev.state.peers.map((peer) => peer.pid).concat(dev.state.agents.map((agent) => agent.pid));
  dev.process.kill('SIGINT');
  expect(await dev.exit).toEqual([0, null]);
  expect(pids.filter(isAlive)).toEqual([]);
  expect(pidsWritingBelow(join(folder, '.orion/dev/node-1'))).toEqual([]);
  expect(isAlive(byHand.pid ?? 0)).toBe(true);
  byHand.kill('SIGTERM');
  await once(byHand, 'exit');
}, 120_000);

test('a dev that was killed takes its peers along, leaves services running, and finds them and its data again', async () => {
  const first = new Dev('--peer-count', '1', '--apply', 'orion.yaml');
  await first.printed(/Stop it all/);
  const { peers, agents } = first.state;
  const before = await servicePids();
  first.process.kill('SIGKILL');
  await until('its children have ended', () => ![...peers, ...agents].some(({ pid }) => isAlive(pid)));
  expect(before.filter(isAlive)).toEqual(before);

  const second = new Dev();
  await second.printed(/Stop it all/);
  expect(second.state.peers.map((peer) => peer.api)).toEqual(peers.map((peer) => peer.api));
  expect(await servicePids()).toEqual(before);
  expect(before.filter(isAlive)).toEqual(before);

  const third = new Dev();
  expect(await third.exit).toEqual([5, null]);
  expect(third.output).toContain('orion dev runs in .orion/dev already');
}, 120_000);

test('a dev whose peers and agents were all killed goes on, and ends in order', async () => {
  const dev = new Dev('--peer-count', '1');
  await dev.printed(/Stop it all/);
  const { peers, agents } = dev.state;
  const lost = [...peers, ...agents];
  for (const { pid } of lost) process.kill(pid, 'SIGKILL');
  for (const { pid } of lost) await dev.printed(new RegExp(`\\(pid ${pid}\\) ended: SIGKILL`));
  expect((await orion('get', 'services')).code).toBe(3);
  dev.process.kill('SIGINT');
  expect(await dev.exit).toEqual([0, null]);
  expect(dev.output).toContain('stopped; the data stays');
});

test('the services of a killed agent end with dev, too', async () => {
  const dev = new Dev('--peer-count', '1', '--apply', 'orion.yaml');
  await dev.printed(/Stop it all/);
  const services = await servicePids();
  process.kill(dev.state.agents[0]?.pid ?? 0, 'SIGKILL');
  await dev.printed(/node-1 \(pid \d+\) ended/);
  expect(services.filter(isAlive)).toEqual(services);
  dev.process.kill('SIGTERM');
  expect(await dev.exit).toEqual([0, null]);
  expect(services.filter(isAlive)).toEqual([]);
}, 120_000);
