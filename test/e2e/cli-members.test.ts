// `orion cluster add|promote|remove` against real peers: what they print, their JSON, their exit codes, a failure of each.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MembersAnswer } from '../../src/protocol/api.ts';
import { orion, type Outcome } from '../cli/terminal.ts';
import { Cluster } from './cluster.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ peers: 1, agents: 0 });
});
afterAll(() => cluster.stop());

test('a peer is added as a learner, promoted, and removed again', async () => {
  const joiner = await cluster.addPeer();
  const address = ['--api', joiner.api, '--raft', joiner.raft, '--yes'];
  const [founder] = cluster.peers;
  const run = (...args: string[]): Promise<Outcome> =>
    orion(['cluster', ...args, '--peers', founder?.api ?? '']);

  const early = await run('add', joiner.id, ...address);
  expect(early).toMatchObject({ exitCode: 5, stdout: '' });
  expect(early.stderr).toContain(joiner.raft);

  joiner.start();
  const added = await cluster.until('it is added', async () => {
    const outcome = await run('add', joiner.id, ...address, '--learner');
    if (outcome.exitCode === 0) return outcome;
    throw new Error(outcome.stderr);
  });
  expect(added.stdout).toBe(`${joiner.id} added as a learner\nvoters 1 -> 1, can lose 0 -> 0\n`);
  expect((await run('add', joiner.id, ...address)).exitCode).toBe(5);

  const promoted = await cluster.until('it is promoted', async () => {
    const outcome = await run('promote', joiner.id, '--yes', '-o', 'json');
    if (outcome.exitCode === 0) return JSON.parse(outcome.stdout) as MembersAnswer;
    throw new Error(outcome.stderr);
  });
  expect(promoted.voters).toEqual({ before: 1, after: 2 });
  const learners = await run('promote', 'nobody', '--yes');
  expect(learners.exitCode).toBe(1);

  expect((await run('remove', joiner.id)).exitCode).toBe(2); // nobody is there to confirm it
  expect((await run('remove', 'nobody', '--yes')).exitCode).toBe(1);
  expect(await run('remove', joiner.id, '--yes', '-o', 'name')).toMatchObject({
    stdout: `peer/${joiner.id}\n`,
  });
  expect((await run('remove', founder?.id ?? '', '--yes')).exitCode).toBe(5);
});
