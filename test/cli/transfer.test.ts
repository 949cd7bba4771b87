// `orion cluster transfer`: what is asked first, what is sent, and what is said afterwards.

import { afterEach, expect, test } from 'vitest';
import { FakeApi, problem, type Canned } from './fake-api.ts';
import { orion, type Outcome } from './terminal.ts';

const apis: FakeApi[] = [];
afterEach(() => {
  for (const api of apis.splice(0)) api.stop();
});

async function transfer(answer: Canned, args: readonly string[]): Promise<Outcome & { api: FakeApi }> {
  const api = await FakeApi.start({
    'GET /api/cluster': { body: { leader: 'pi-1', peers: [{ id: 'pi-1' }, { id: 'pi-2' }] } },
    'POST /api/cluster/transfer': answer,
  });
  apis.push(api);
  return { api, ...(await orion(['cluster', 'transfer', ...args, '--peers', api.url])) };
}

test('a transfer says who leads now', async () => {
  const { stdout, exitCode, api } = await transfer({ body: { leader: 'pi-2' } }, ['pi-2', '--yes']);
  expect([exitCode, stdout]).toEqual([0, 'pi-2 leads\n']);
  expect(api.asked.at(-1)).toMatchObject({ method: 'POST', body: '{"to":"pi-2"}' });
});

test('a transfer to nobody in particular leaves the choice to the leader', async () => {
  const { stdout, api } = await transfer({ body: { leader: 'pi-3' } }, ['--yes']);
  expect(stdout).toBe('pi-3 leads\n');
  expect(api.asked.at(-1)?.body).toBe('{}');
});

test('without a terminal and without --yes nothing is handed over', async () => {
  const { stderr, exitCode, api } = await transfer({}, ['pi-2']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('pi-1 hands leadership to pi-2');
  expect(api.asked).toEqual([]);
});

test('a target that lags is a conflict, with its reason', async () => {
  const { stderr, exitCode } = await transfer(problem(409, 'LAGGING', 'pi-2 did not catch up'), [
    'pi-2',
    '--yes',
  ]);
  expect(exitCode).toBe(5);
  expect(stderr).toContain('pi-2 did not catch up');
});
