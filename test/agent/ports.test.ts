// Ports of replicas: each its own, kept while it can be.

import { createServer, type AddressInfo, type Server } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { PortBook } from '../../agent/ports.ts';

const http = [{ name: 'http' }];

function listen(port: number, host: string): Promise<Server> {
  const server = createServer();
  onTestFinished(() => void server.close());
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

async function portOf(
  book: PortBook,
  assignmentId: string,
  held: Record<string, number> = {},
): Promise<number> {
  const result = await book.reserve({ assignmentId, wanted: http, held });
  if (result.kind !== 'reserved') throw new Error(result.message);
  return result.ports['http'] ?? 0;
}

test('replicas that start at the same moment never get the same port', async () => {
  const book = new PortBook();
  const ports = await Promise.all(Array.from({ length: 100 }, (_, i) => portOf(book, `a-${i}`)));
  expect(new Set(ports).size).toBe(100);
  for (const port of ports) expect(port >= 20_000 && port < 32_768).toBe(true);
});

test('a replica keeps its port over restarts, and gets another one when somebody took it', async () => {
  const book = new PortBook();
  const port = await portOf(book, 'a');
  expect(await portOf(book, 'a', { http: port })).toBe(port);
  await listen(port, '127.0.0.1');
  expect(await portOf(book, 'a', { http: port })).not.toBe(port);
});

test.each(['127.0.0.1', '0.0.0.0'])('a fixed port on which somebody listens (%s) is in use', async (host) => {
  const { port } = (await listen(0, host)).address() as AddressInfo;
  const result = await new PortBook().reserve({
    assignmentId: 'a',
    wanted: [{ name: 'http', port }],
    held: {},
  });
  expect(result).toMatchObject({ kind: 'inUse', message: expect.stringContaining(String(port)) });
});

test('a port of a replica is not given to another one while it is held, adopted ones included', async () => {
  const book = new PortBook();
  const port = await portOf(new PortBook(), 'a');
  book.adopt('a', { http: port });
  const ask = () => book.reserve({ assignmentId: 'b', wanted: [{ name: 'http', port }], held: {} });
  expect((await ask()).kind).toBe('inUse');
  book.release('a');
  expect(await ask()).toEqual({ kind: 'reserved', ports: { http: port } });
});

test('a workload gets all of its ports or none', async () => {
  const book = new PortBook();
  const free = await portOf(new PortBook(), 'x');
  const { port: taken } = (await listen(0, '127.0.0.1')).address() as AddressInfo;
  const wanted = [
    { name: 'a', port: free },
    { name: 'b', port: taken },
  ];
  expect((await book.reserve({ assignmentId: 'a', wanted, held: {} })).kind).toBe('inUse');
  const other = await book.reserve({ assignmentId: 'b', wanted: wanted.slice(0, 1), held: {} });
  expect(other).toEqual({ kind: 'reserved', ports: { a: free } });
});
