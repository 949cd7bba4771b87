import { describe, expect, test } from 'vitest';
import { app, peer, problemIn } from './harness.ts';

const added = { id: 'pi-4', api: 'http://10.0.0.4:6060', raft: '10.0.0.4:7060' };

describe('members', () => {
  test('POST adds a peer as a voter unless it says otherwise, with 202 and the numbers before and after', async () => {
    const answer = await app.inject({ method: 'POST', url: '/api/cluster/peers', payload: added });
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toMatchObject({
      voters: { before: 3, after: 4 },
      tolerance: { before: 1, after: 1 },
    });
    await app.inject({
      method: 'POST',
      url: '/api/cluster/peers',
      payload: { ...added, as: 'learner', replace: true },
    });
    expect(peer.changes).toEqual([
      { kind: 'add', ...added, as: 'voter', replace: false },
      { kind: 'add', ...added, as: 'learner', replace: true },
    ]);
  });

  test('a promotion takes an empty object, or nothing', async () => {
    const url = '/api/cluster/peers/pi-4/promote';
    expect(problemIn(await app.inject({ method: 'POST', url, payload: { to: 'voter' } }))).toEqual([
      422,
      'INVALID',
    ]);
    expect((await app.inject({ method: 'POST', url, payload: {} })).statusCode).toBe(200);
  });

  test('DELETE removes, and POST promotes, with 200', async () => {
    const removed = await app.inject({ method: 'DELETE', url: '/api/cluster/peers/pi-4' });
    const promoted = await app.inject({ method: 'POST', url: '/api/cluster/peers/pi-4/promote' });
    expect([removed.statusCode, promoted.statusCode]).toEqual([200, 200]);
    expect(peer.changes).toEqual([
      { kind: 'remove', id: 'pi-4' },
      { kind: 'promote', id: 'pi-4' },
    ]);
  });

  test('every problem of a request is told at once, and nothing is asked of the leader', async () => {
    const payload = { id: 'Pi 4', api: 'ftp://x', raft: 'x', as: 'king', extra: true };
    const answer = await app.inject({ method: 'POST', url: '/api/cluster/peers', payload });
    expect(problemIn(answer)).toEqual([422, 'INVALID']);
    const paths = answer.json<{ errors: { path: string }[] }>().errors.map(({ path }) => path);
    expect(paths.toSorted()).toEqual(['api', 'as', 'extra', 'id', 'raft']);
    expect(peer.changes).toEqual([]);
  });

  test.each([
    ['NOT_FOUND', 404],
    ['ALREADY_MEMBER', 409],
    ['CHANGE_IN_PROGRESS', 409],
    ['LAGGING', 409],
    ['LAST_VOTER', 409],
    ['QUORUM_AT_RISK', 409],
    ['REMOVED', 409],
    ['NO_LEADER', 503],
    ['OUTCOME_UNKNOWN', 504],
  ] as const)('a refusal as %s is %i', async (code, status) => {
    peer.failures.push(code);
    const answer = await app.inject({ method: 'DELETE', url: '/api/cluster/peers/pi-4' });
    expect(problemIn(answer)).toEqual([status, code]);
  });
});
