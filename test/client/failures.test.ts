import { expect, test } from 'vitest';
import { OrionClient } from '../../src/client/index.ts';
import { failure } from './fake-peer.ts';

test('a port that fetch refuses to call, as 6000, is told as that', async () => {
  const { code, message } = await failure(new OrionClient({ peers: ['http://127.0.0.1:6000'] }).cluster());
  expect([code, message]).toEqual([
    'UNREACHABLE',
    expect.stringContaining('http://127.0.0.1:6000 (Node calls no such port: choose another)'),
  ]);
});
