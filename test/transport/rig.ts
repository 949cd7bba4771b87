// Peers of a test: real transports over loopback sockets, whose events are recorded and can be waited for.

import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { asIndex, asPeerId, asStoreId, asTerm, type Message, type StoreId } from '../../raft/types.ts';
import { systemClock, type Clock } from '../../src/lib/clock.ts';
import type { PeerIdentity, PeerMessage } from '../../src/peer/ports.ts';
import { freePort } from './free-port.ts';
import { createTcpTransport, type TcpTransport } from '../../src/transport/tcp-transport.ts';

export type RecordedEvent =
  | { readonly kind: 'up'; readonly identity: PeerIdentity }
  | { readonly kind: 'down'; readonly peerId: string; readonly incarnation: number }
  | { readonly kind: 'lost'; readonly peerId: string; readonly incarnation: number }
  | { readonly kind: 'message'; readonly from: StoreId; readonly message: PeerMessage }
  | { readonly kind: 'refused'; readonly peerId: string | undefined; readonly reason: string };

export const storeOf = (id: string): StoreId => asStoreId(id.padEnd(32, '0'));

export interface PeerOptions {
  readonly id: string;
  /** Port by peer id: the configuration that all share. */
  readonly ports: ReadonlyMap<string, number>;
  readonly identity?: Partial<PeerIdentity>;
  readonly refuse?: (identity: PeerIdentity) => string | undefined;
  readonly isWelcome?: (identity: PeerIdentity) => boolean;
  readonly clock?: Clock;
  readonly listen?: string;
}

/** One peer, started and stopped with its test. */
export class TestPeer {
  readonly id: string;
  /** Where the others expect it. */
  readonly port: number;
  readonly storeId: StoreId;
  readonly transport: TcpTransport;
  readonly events: RecordedEvent[] = [];
  readonly logs: string[] = [];
  identity: PeerIdentity;
  readonly #options: PeerOptions;
  readonly #waiting = new Set<() => void>();

  constructor(options: PeerOptions) {
    const { id, ports } = options;
    this.#options = options;
    this.id = id;
    this.port = ports.get(id) ?? 0;
    const raft = `127.0.0.1:${this.port}`;
    this.identity = {
      peerId: asPeerId(id),
      storeId: storeOf(id),
      incarnation: 1,
      runs: [],
      clusterName: 'home',
      founders: [...ports].map(([peerId, port]) => `${peerId}=127.0.0.1:${port}`),
      api: 'http://127.0.0.1:6060',
      raft,
      genesis: undefined,
      settled: false,
      epoch: 0,
      version: '0.0.0',
      ...options.identity,
    };
    this.storeId = this.identity.storeId;
    this.transport = createTcpTransport({
      listen: options.listen ?? raft,
      peerId: id,
      clock: options.clock ?? systemClock,
      random: Math.random,
      log: (fields, message) => void this.logs.push(`${message} ${JSON.stringify(fields)}`),
    });
  }

  async start(): Promise<this> {
    onTestFinished(() => this.transport.stop());
    await this.transport.start({
      self: () => this.identity,
      peers: [...this.#options.ports].map(([id, port]) => ({
        peerId: asPeerId(id),
        raft: `127.0.0.1:${port}`,
      })),
      refuse: this.#options.refuse ?? (() => undefined),
      isWelcome: this.#options.isWelcome ?? (() => false),
      events: {
        onUp: (identity) => this.#record({ kind: 'up', identity }),
        onDown: ({ peerId, incarnation }) => this.#record({ kind: 'down', peerId, incarnation }),
        onLost: ({ peerId, incarnation }) => this.#record({ kind: 'lost', peerId, incarnation }),
        onMessage: (from, message) => this.#record({ kind: 'message', from, message }),
        onRefused: (peerId, reason) => this.#record({ kind: 'refused', peerId, reason }),
      },
    });
    return this;
  }

  send(to: TestPeer, message: PeerMessage): boolean {
    return this.transport.send(to.storeId, message);
  }

  /** Resolves once `condition` holds; looked at again after each event. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  of<K extends RecordedEvent['kind']>(kind: K): Extract<RecordedEvent, { kind: K }>[] {
    return this.events.filter((event): event is Extract<RecordedEvent, { kind: K }> => event.kind === kind);
  }

  /** Links to `peer` by now: how often up, how often down. */
  turns(peer: TestPeer): { readonly up: number; readonly down: number } {
    return {
      up: this.of('up').filter(({ identity }) => identity.peerId === peer.id).length,
      down: this.of('down').filter(({ peerId }) => peerId === peer.id).length,
    };
  }

  isUp(peer: TestPeer): boolean {
    const { up, down } = this.turns(peer);
    return up > down;
  }

  #record(event: RecordedEvent): void {
    this.events.push(event);
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

export async function portsFor(...ids: readonly string[]): Promise<Map<string, number>> {
  const ports = new Map<string, number>();
  for (const id of ids) ports.set(id, await freePort());
  return ports;
}

/** Peers of one configuration, all started and linked with each other. */
export async function linked(...ids: readonly string[]): Promise<TestPeer[]> {
  const ports = await portsFor(...ids);
  const peers = await Promise.all(ids.map((id) => new TestPeer({ id, ports }).start()));
  await allUp(...peers);
  return peers;
}

export async function allUp(...peers: readonly TestPeer[]): Promise<void> {
  for (const peer of peers) {
    await peer.until(() => peers.every((other) => other === peer || peer.isUp(other)));
  }
}

/** What {@link TestPeer.turns} answers for a link that came up and stayed. */
export const once = { up: 1, down: 0 };

/** Two peers, `a` dialling `b` through a proxy that stands where `a` expects `b`; linked. */
export async function throughProxy(
  clock: Clock = systemClock,
): Promise<{ a: TestPeer; b: TestPeer; proxy: Proxy }> {
  const ports = await portsFor('a', 'b');
  const behind = await freePort();
  const proxy = await Proxy.open({ from: ports.get('b') ?? 0, to: behind });
  const b = await new TestPeer({ id: 'b', ports, listen: `127.0.0.1:${behind}`, clock }).start();
  const a = await new TestPeer({ id: 'a', ports, clock }).start();
  await allUp(a, b);
  return { a, b, proxy };
}

/** A small Raft message; `round` tells one from another. */
export const heartbeat = (from: TestPeer, to: TestPeer, round: number): PeerMessage => ({
  kind: 'raft',
  message: {
    kind: 'heartbeatRequest',
    from: from.storeId,
    to: to.storeId,
    term: asTerm(1),
    round,
    commit: asIndex(0),
  },
});

/** An append of one command of `size` bytes at `index`. */
export const append = (from: TestPeer, to: TestPeer, index: number, size: number): PeerMessage => ({
  kind: 'raft',
  message: {
    kind: 'appendRequest',
    from: from.storeId,
    to: to.storeId,
    term: asTerm(1),
    previousIndex: asIndex(index - 1),
    previousTerm: asTerm(1),
    entries: [
      {
        index: asIndex(index),
        term: asTerm(1),
        time: 0,
        payload: { kind: 'command', data: new Uint8Array(size).fill(index % 256) },
      },
    ],
    commit: asIndex(0),
  },
});

/** The Raft messages that `peer` received of one kind, in order. */
export const received = (peer: TestPeer, kind: Message['kind']): Message[] =>
  peer
    .of('message')
    .flatMap(({ message }) =>
      message.kind === 'raft' && message.message.kind === kind ? [message.message] : [],
    );

/** A proxy in front of a port: what goes through can be frozen, cut and damaged, as a network would. */
export class Proxy {
  readonly #server = createServer();
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #damage = false;

  static async open(ports: { readonly from: number; readonly to: number }): Promise<Proxy> {
    const proxy = new Proxy();
    const server = proxy.#server;
    server.on('connection', (inner) => proxy.#join(inner, connect({ host: '127.0.0.1', port: ports.to })));
    await new Promise<void>((resolve) => {
      server.listen({ host: '127.0.0.1', port: ports.from }, resolve);
    });
    onTestFinished(() => {
      proxy.cut();
      server.close();
    });
    return proxy;
  }

  /** Nothing passes any more on what stands now, in either direction, and nobody is told. */
  freeze(): void {
    for (const socket of [...this.#pairs].flat()) socket.pause();
  }

  /** The next chunk that passes has one bit flipped. */
  damage(): void {
    this.#damage = true;
  }

  /** Ends the `at`-th connection (all, when not given), at both ends. */
  cut(at?: number): void {
    const pairs = [...this.#pairs];
    for (const pair of at === undefined ? pairs : pairs.slice(at, at + 1)) {
      for (const socket of pair) socket.destroy();
    }
  }

  #join(inner: Socket, outer: Socket): void {
    const pair = [inner, outer] as const;
    this.#pairs.add(pair);
    for (const [from, to] of [pair, pair.toReversed()] as [Socket, Socket][]) {
      from.on('data', (chunk: Buffer) => to.write(this.#pass(chunk)));
      from.on('error', () => {});
      from.on('close', () => {
        this.#pairs.delete(pair);
        to.destroy();
      });
    }
  }

  #pass(chunk: Buffer): Buffer {
    if (this.#damage) chunk[chunk.length - 1] = (chunk.at(-1) ?? 0) ^ 1;
    this.#damage = false;
    return chunk;
  }
}
