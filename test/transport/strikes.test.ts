// Links under faults drawn at random: connections that end one by one or all at once, processes that follow each other. The
// simulations do not reach the transport itself (docs/raft.md): here its parts meet in orders that nobody wrote down.

import { expect, test } from 'vitest';
import { Prng } from '../../src/lib/prng.ts';
import { allUp, heartbeat, portsFor, Proxy, received, TestPeer } from './rig.ts';

const strikes = 25;
/** Each dials those behind it, through a proxy of its own. */
const ids = ['a', 'b', 'c'] as const;

class Struck {
  readonly #prng: Prng;
  readonly #listening: ReadonlyMap<string, number>;
  /** Where each expects the others. */
  readonly #ports = new Map<string, ReadonlyMap<string, number>>();
  readonly #proxies: { readonly by: string; readonly proxy: Proxy }[] = [];
  readonly peers = new Map<string, TestPeer>();
  /** Every process there was. */
  readonly all: TestPeer[] = [];
  readonly dead = new Set<TestPeer>();

  private constructor(seed: number, listening: ReadonlyMap<string, number>) {
    this.#prng = new Prng(seed);
    this.#listening = listening;
  }

  static async open(seed: number): Promise<Struck> {
    const struck = new Struck(seed, await portsFor(...ids));
    for (const id of ids) await struck.#findWays(id);
    for (const id of ids) await struck.#start(id, 1);
    await allUp(...struck.peers.values());
    return struck;
  }

  async #findWays(id: string): Promise<void> {
    const ports = new Map(this.#listening);
    for (const [other, to] of this.#listening) {
      if (other <= id) continue;
      const from = (await portsFor(other)).get(other) ?? 0;
      this.#proxies.push({ by: id, proxy: await Proxy.open({ from, to }) });
      ports.set(other, from);
    }
    this.#ports.set(id, ports);
  }

  async #start(id: string, incarnation: number): Promise<void> {
    const peer = new TestPeer({ id, ports: this.#ports.get(id) ?? new Map(), identity: { incarnation } });
    this.all.push(peer);
    this.peers.set(id, peer);
    await peer.start();
  }

  /** Strikes once, often before what the last strike ended stands again. */
  async strike(): Promise<void> {
    if (this.#prng.chance(0.5)) await allUp(...this.peers.values());
    const draw = <T>(list: readonly T[]): T => list[this.#prng.int({ from: 0, to: list.length })] as T;
    const peer = draw([...this.peers.values()]);
    const { by, proxy } = draw(this.#proxies);
    const kind = this.#prng.int({ from: 0, to: 5 });
    if (kind === 0) return proxy.cut();
    if (kind === 1) return proxy.cut(this.#prng.int({ from: 0, to: 3 }));
    if (kind === 2) return peer.transport.reconnect();
    if (kind === 3) return this.#succeed(peer);
    proxy.freeze(); // who is dialled does not see that the link ends, and hears of the next one
    this.peers.get(by)?.transport.reconnect();
  }

  async #succeed(peer: TestPeer): Promise<void> {
    this.dead.add(peer);
    await peer.transport.stop();
    await this.#start(peer.id, peer.identity.incarnation + 1);
  }
}

test.each([1, 2, 3])(
  'whatever ends its connections, links stand again, come and go by turns, and only the dead are lost (seed %i)',
  async (seed) => {
    const struck = await Struck.open(seed);
    for (let i = 0; i < strikes; i += 1) await struck.strike();
    const peers = [...struck.peers.values()];
    await allUp(...peers);
    for (const peer of peers) {
      for (const other of peers) {
        if (other === peer) continue;
        const isHeard = (): boolean =>
          received(other, 'heartbeatRequest').some(({ from }) => from === peer.storeId);
        // What the last strike ended may fall only now, and a message with it.
        while (!isHeard()) {
          peer.send(other, heartbeat(peer, other, 1));
          await new Promise((resolve) => void setTimeout(resolve, 10));
        }
      }
    }
    const dead = [...struck.dead].map(({ id, identity }) => `${id} ${identity.incarnation}`);
    for (const { id, events } of struck.all) {
      for (const other of ids) {
        const turns = events.flatMap((event) => {
          if (event.kind === 'up' && event.identity.peerId === other) return [event.identity.incarnation];
          return event.kind === 'down' && event.peerId === other ? [-event.incarnation] : [];
        });
        const byTurns = turns
          .flatMap((turn, at) => (at % 2 === 0 ? [turn, -turn] : []))
          .slice(0, turns.length);
        expect(turns, `links of ${id} to ${other}`).toEqual(byTurns);
      }
      const lost = events.flatMap((event) =>
        event.kind === 'lost' ? [`${event.peerId} ${event.incarnation}`] : [],
      );
      expect(dead).toEqual(expect.arrayContaining(lost));
      expect(new Set(lost).size).toBe(lost.length);
    }
  },
);
