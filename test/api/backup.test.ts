import type { AddressInfo } from 'node:net';
import { expect, test, vi } from 'vitest';
import { readBackup } from '../../src/protocol/backup.ts';
import { backupHeader } from './fake-backup.ts';
import { app, peer, problemIn } from './harness.ts';

async function* texts(...contents: readonly string[]): AsyncGenerator<string> {
  yield* contents;
}

const ask = (query = '') => app.inject({ method: 'GET', url: `/api/backup${query}` });

test('a backup holds what the state held once reading it was linearizable', async () => {
  peer.backups.contents = texts('first', 'second');
  const answer = await ask();
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toBe('application/octet-stream');
  const parts: unknown[] = [];
  for await (const part of readBackup(piece(answer.rawPayload))) {
    parts.push(part.kind === 'chunk' ? Buffer.from(part.chunk.bytes).toString() : part);
  }
  expect(parts).toEqual([
    { kind: 'header', header: backupHeader },
    'first',
    'second',
    { kind: 'end', bytes: answer.rawPayload.length },
  ]);
  expect(peer.barriers).toBe(1);
  await vi.waitUntil(() => peer.backups.openCount === 0);
});

async function* piece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

test('a stale one asks nobody', async () => {
  peer.barrierFailure = 'NO_QUORUM';
  peer.backups.contents = texts();
  expect(problemIn(await ask())).toEqual([503, 'NO_QUORUM']);
  expect((await ask('?consistency=stale')).statusCode).toBe(200);
});

test('HEAD answers without one', async () => {
  const answer = await app.inject({ method: 'HEAD', url: '/api/backup' });
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/octet-stream']);
});

test('one that cannot be opened leaves the next one its place', async () => {
  expect(problemIn(await ask())).toEqual([503, 'NO_LEADER']);
  peer.backups.contents = texts('x');
  expect((await ask()).statusCode).toBe(200);
  expect((await ask()).statusCode).toBe(200);
});

test('a second one at a time is BUSY, and whoever goes away makes room', async () => {
  const held = new AbortController();
  peer.backups.contents = (async function* endless() {
    while (!held.signal.aborted) yield 'x'.repeat(100_000);
  })();
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const leave = new AbortController();
  const answer = await fetch(`http://127.0.0.1:${port}/api/backup`, { signal: leave.signal });
  const reader = answer.body?.getReader();
  await reader?.read();
  expect(problemIn(await ask())).toEqual([503, 'BUSY']);
  leave.abort();
  await vi.waitUntil(() => peer.backups.openCount === 0);
  held.abort();
  peer.backups.contents = texts('x');
  expect((await ask()).statusCode).toBe(200);
});
