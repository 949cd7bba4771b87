// The handshake, frame by frame, with a dialler driven by hand: what makes a link, and what waits for it.

import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { encodeFrame, FrameDecoder } from '../../src/transport/frames.ts';
import { protocol, purposes } from '../../src/transport/handshake.ts';
import type { PeerMessage } from '../../src/peer/ports.ts';
import { append, heartbeat, once, portsFor, received, TestPeer } from './rig.ts';

/** One connection of a dialler driven by hand. */
class Wire {
  readonly #socket: Socket;
  readonly #frames: unknown[] = [];
  #wake: () => void = () => {};
  #ended = false;

  constructor(peer: TestPeer) {
    this.#socket = connect({ host: '127.0.0.1', port: peer.port });
    const decoder = new FrameDecoder();
    this.#socket.on('error', () => {});
    this.#socket.on('data', (chunk: Buffer) => {
      decoder.push(chunk);
      for (let next = decoder.next(); next.kind === 'frame'; next = decoder.next())
        this.#frames.push(next.value);
      this.#wake();
    });
    this.#socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
    onTestFinished(() => void this.#socket.destroy());
  }

  send(...frames: readonly unknown[]): void {
    this.#socket.write(Buffer.concat(frames.map(encodeFrame)));
  }

  end(): void {
    this.#socket.destroy();
  }

  /** The next frame from the other side; undefined once it has ended the connection. */
  async next(): Promise<unknown> {
    while (this.#frames.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#frames.shift();
  }
}

/** A peer `b`, and the identity of an `a` that is driven by hand. */
async function listening(): Promise<{ a: TestPeer; b: TestPeer }> {
  const ports = await portsFor('a', 'b');
  const b = await new TestPeer({ id: 'b', ports }).start();
  return { a: new TestPeer({ id: 'a', ports }), b };
}

interface HelloFields {
  readonly purpose: string;
  readonly attempt?: number;
  readonly incarnation?: number;
}

/** Opens a connection up to where only the accept is missing. */
async function greet(
  a: TestPeer,
  b: TestPeer,
  { purpose, attempt, incarnation }: HelloFields,
): Promise<Wire> {
  const wire = new Wire(b);
  const identity = { ...a.identity, incarnation: incarnation ?? 1 };
  wire.send({ kind: 'hello', protocol, purpose, attempt: attempt ?? 1, identity });
  expect(await wire.next()).toMatchObject({ kind: 'hello', purpose, identity: { peerId: 'b' } });
  return wire;
}

const accept = { kind: 'accept' };

test('a message that comes before the other connections stand waits for them, and is not lost', async () => {
  const { a, b } = await listening();
  const control = await greet(a, b, { purpose: 'control' });
  const data = await greet(a, b, { purpose: 'data' });
  const snapshot = await greet(a, b, { purpose: 'snapshot' });
  snapshot.send(accept);
  control.send(accept, heartbeat(a, b, 1));
  control.send(heartbeat(a, b, 2));
  // A round trip through the listener: whatever it read of the control connection by now, it has dealt with.
  await greet(a, b, { purpose: 'control', attempt: 2 });
  expect(b.events).toEqual([]);
  data.send(accept);
  await b.until(() => b.of('message').length === 2);
  expect(b.events.map((event) => event.kind)).toEqual(['up', 'message', 'message']);
  expect(received(b, 'heartbeatRequest')).toMatchObject([{ round: 1 }, { round: 2 }]);
});

test.each([
  [['control', 'data', 'snapshot']],
  [['data', 'snapshot', 'control']],
  [['snapshot', 'control', 'data']],
])('each message travels on its connection, in whatever order they joined: %j', async (order) => {
  const { a, b } = await listening();
  const wires = new Map<string, Wire>();
  for (const purpose of order) {
    const wire = await greet(a, b, { purpose });
    wires.set(purpose, wire);
    wire.send(accept);
  }
  await b.until(() => b.isUp(a));
  b.send(a, heartbeat(b, a, 5));
  expect(await wires.get('control')?.next()).toEqual(heartbeat(b, a, 5));
  b.send(a, append(b, a, 1, 10));
  expect(await wires.get('data')?.next()).toEqual(append(b, a, 1, 10));
  const chunk: PeerMessage = {
    kind: 'snapshotChunk',
    transfer: 1,
    number: 0,
    bytes: new Uint8Array([7]),
    checksum: 1,
  };
  b.send(a, chunk);
  expect(await wires.get('snapshot')?.next()).toEqual(chunk);
});

test('a second connection of one purpose is closed: the link still waits for the others', async () => {
  const { a, b } = await listening();
  const first = await greet(a, b, { purpose: 'control' });
  first.send(accept);
  const second = await greet(a, b, { purpose: 'control' });
  second.send(accept);
  expect(await second.next()).toBeUndefined();
  for (const purpose of ['data', 'snapshot']) (await greet(a, b, { purpose })).send(accept);
  await b.until(() => b.isUp(a));
  b.send(a, heartbeat(b, a, 5));
  expect(await first.next()).toEqual(heartbeat(b, a, 5));
});

test('when one part of a link to be ends, the others of its try end with it', async () => {
  const { a, b } = await listening();
  const control = await greet(a, b, { purpose: 'control' });
  const data = await greet(a, b, { purpose: 'data' });
  control.send(accept);
  data.send(accept);
  control.end();
  expect(await data.next()).toBeUndefined();
  expect(b.of('up')).toEqual([]);
});

test('parts of two attempts make no link: the later one ends the earlier', async () => {
  const { a, b } = await listening();
  const earlier = await greet(a, b, { purpose: 'data', attempt: 1 });
  earlier.send(accept);
  const later = await greet(a, b, { purpose: 'control', attempt: 2 });
  later.send(accept);
  expect(await earlier.next()).toBeUndefined();
  for (const purpose of ['data', 'snapshot']) {
    const next = await greet(a, b, { purpose, attempt: 2 });
    expect(b.of('up')).toEqual([]);
    next.send(accept);
  }
  await b.until(() => b.isUp(a));
});

test('a connection of an earlier attempt or run does not disturb the link that stands', async () => {
  const { a, b } = await listening();
  for (const purpose of purposes) (await greet(a, b, { purpose, attempt: 7 })).send(accept);
  await b.until(() => b.isUp(a));
  const late = await greet(a, b, { purpose: 'control', attempt: 6 });
  late.send(accept);
  expect(await late.next()).toBeUndefined();
  expect(b.turns(a)).toEqual(once);
});

test('a connection of the next run ends the link of the one before, though its attempts count anew', async () => {
  const { a, b } = await listening();
  for (const purpose of purposes) (await greet(a, b, { purpose, attempt: 7 })).send(accept);
  await b.until(() => b.isUp(a));
  for (const purpose of purposes) {
    (await greet(a, b, { purpose, attempt: 1, incarnation: 2 })).send(accept);
  }
  await b.until(() => b.of('up').length === 2);
  expect(b.events.map((event) => event.kind)).toEqual(['up', 'down', 'lost', 'up']);
});

test('a dialler with the larger id is refused, by a peer that says who it is: of two peers only one dials', async () => {
  const ports = await portsFor('a', 'b');
  const a = await new TestPeer({ id: 'a', ports }).start();
  const b = new TestPeer({ id: 'b', ports });
  const wire = new Wire(a);
  wire.send({
    kind: 'hello',
    protocol,
    purpose: 'data',
    attempt: 1,
    identity: b.identity,
  });
  const reason = 'a dials b, not the reverse';
  expect(await wire.next()).toMatchObject({ kind: 'refused', reason, identity: { peerId: 'a' } });
});
