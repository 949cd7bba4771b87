import { describe, expect, test } from 'vitest';
import { app, peer, problemIn } from './harness.ts';

const url = '/api/cluster/transfer';

describe('a transfer of leadership', () => {
  test('names a peer or nobody, with a body or without, and answers who leads, with the configuration', async () => {
    const named = await app.inject({ method: 'POST', url, payload: { to: 'pi-3' } });
    expect(named.statusCode).toBe(200);
    expect(named.json()).toEqual({
      before: 'p1',
      leader: 'pi-3',
      configuration: { index: 7, voters: [], learners: [] },
      voters: { before: 3, after: 3 },
      tolerance: { before: 3, after: 3 },
    });
    expect((await app.inject({ method: 'POST', url, payload: {} })).statusCode).toBe(200);
    expect((await app.inject({ method: 'POST', url })).statusCode).toBe(200);
    expect(peer.transfers).toEqual(['pi-3', undefined, undefined]);
  });

  test.each([[{ to: 3 }], [{ to: '' }], [{ whom: 'pi-3' }], [{ to: 'pi-3', force: true }]])(
    'is asked of nobody when it is not valid: %j',
    async (payload) => {
      const answer = await app.inject({ method: 'POST', url, payload });
      expect(problemIn(answer)).toEqual([422, 'INVALID']);
      expect(peer.transfers).toEqual([]);
    },
  );

  test.each([
    ['NOT_FOUND', 404],
    ['CONFLICT', 409],
    ['LAGGING', 409],
    ['CHANGE_IN_PROGRESS', 409],
    ['NO_LEADER', 503],
    ['OUTCOME_UNKNOWN', 504],
  ] as const)('that fails as %s is %i', async (code, status) => {
    peer.failures.push(code);
    expect(problemIn(await app.inject({ method: 'POST', url, payload: {} }))).toEqual([status, code]);
  });
});
