// `orion cluster add|remove|promote`: what is asked first, what is sent, and what is said afterwards.

import { PassThrough } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { confirm } from '../../src/cli/confirm.ts';
import { FakeApi, type Canned } from './fake-api.ts';
import { orion, type Outcome } from './terminal.ts';

const apis: FakeApi[] = [];
afterEach(() => {
  for (const api of apis.splice(0)) api.stop();
});

const peerView = (id: string, voter: boolean): object => ({ id, voter });
const view: Canned = {
  body: {
    quorum: { need: 2, have: 3, voters: 3 },
    peers: [peerView('pi-1', true), peerView('pi-2', true), peerView('pi-3', true), peerView('pi-4', false)],
  },
};
const answer = (before: number, after: number): Canned => ({
  body: {
    configuration: { index: 7, voters: [], learners: [] },
    voters: { before, after },
    tolerance: { before: Math.floor((before - 1) / 2), after: Math.floor((after - 1) / 2) },
  },
});

async function against(
  answers: Readonly<Record<string, Canned>>,
  args: readonly string[],
): Promise<Outcome & { api: FakeApi }> {
  const api = await FakeApi.start({ 'GET /api/cluster': view, ...answers });
  apis.push(api);
  return { api, ...(await orion(['cluster', ...args, '--peers', api.url])) };
}

test('remove says how much may be lost afterwards', async () => {
  const { stdout, exitCode, api } = await against({ 'DELETE /api/cluster/peers/pi-3': answer(3, 2) }, [
    'remove',
    'pi-3',
    '--yes',
  ]);
  expect([exitCode, stdout]).toEqual([0, 'pi-3 removed; stop it now\nvoters 3 -> 2, can lose 1 -> 0\n']);
  expect(api.asked.map(({ method, url }) => `${method} ${url}`)).toEqual(['DELETE /api/cluster/peers/pi-3']);
});

test.each([
  [['remove', 'pi-3'], 'voters 3 -> 2, can lose 1 -> 0'],
  [['remove', 'pi-4'], 'voters 3 -> 3, can lose 1 -> 1'],
  [['promote', 'pi-4'], 'voters 3 -> 4, can lose 1 -> 1'],
  [['add', 'pi-5', '--api', 'http://x:1', '--raft', 'x:2'], 'voters 3 -> 4, can lose 1 -> 1'],
  [['add', 'pi-5', '--api', 'http://x:1', '--raft', 'x:2', '--learner'], 'voters 3 -> 3, can lose 1 -> 1'],
])(
  'without a terminal and without --yes %j does nothing, and says what it would do',
  async (args, consequence) => {
    const { stderr, exitCode, api } = await against({}, args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${consequence}: nobody is here to confirm it; give --yes`);
    expect(api.asked).toEqual([]);
  },
);

test.each([[['remove', 'pi-9']], [['promote', 'pi-9']], [['transfer', 'pi-9']]])(
  '%j names a peer that there is not: nobody is asked, nothing is sent',
  async (args) => {
    const { stderr, exitCode, api } = await against({}, args);
    expect([exitCode, stderr]).toEqual([
      1,
      'error: There is no peer pi-9: there are pi-1, pi-2, pi-3, pi-4.\n',
    ]);
    expect(api.asked).toEqual([]);
  },
);

test('add sends what it was told', async () => {
  const { stdout, api } = await against({ 'POST /api/cluster/peers': { ...answer(3, 3), status: 202 } }, [
    'add',
    'pi-3',
    '--api',
    'http://10.0.0.3:6060',
    '--raft',
    '10.0.0.3:7060',
    '--replace',
    '--yes',
  ]);
  expect(JSON.parse(api.asked[0]?.body ?? '')).toEqual({
    id: 'pi-3',
    api: 'http://10.0.0.3:6060',
    raft: '10.0.0.3:7060',
    as: 'voter',
    replace: true,
  });
  expect(stdout).toBe('pi-3 added; it votes once it has caught up\nvoters 3 -> 3, can lose 1 -> 1\n');
});

test('promote asks the peer that was named, and -o json gives the whole answer', async () => {
  const { stdout } = await against({ 'POST /api/cluster/peers/pi-4/promote': answer(3, 4) }, [
    'promote',
    'pi-4',
    '--yes',
    '-o',
    'json',
  ]);
  expect(JSON.parse(stdout)).toMatchObject({ voters: { before: 3, after: 4 } });
});

test('at a terminal only a yes goes on', async () => {
  const ask = (typed: string): Promise<void> => {
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    stdin.end(`${typed}\n`);
    return confirm({ stdin, stderr: new PassThrough() }, 'voters 3 -> 2');
  };
  await expect(ask('y')).resolves.toBeUndefined();
  await expect(ask('Yes')).resolves.toBeUndefined();
  await expect(ask('')).rejects.toThrow('nothing was changed');
  await expect(ask('no')).rejects.toThrow('nothing was changed');
});

test.each([
  ['Ctrl-C', '\u0003'],
  ['Ctrl-D', '\u0004'],
])('%s in place of an answer is a no', async (_, key) => {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const stderr = Object.assign(new PassThrough(), { isTTY: true });
  stdin.write(key);
  const asked = confirm({ stdin, stderr }, 'voters 3 -> 2');
  await expect(asked).rejects.toMatchObject({ code: 'USAGE', message: 'not confirmed: nothing was changed' });
});
