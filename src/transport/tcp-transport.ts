// The transport between peers over TCP: listens, dials, and routes messages by store id.
// Of two peers the one with the smaller id dials, so that there is one pair of connections and no race about it. A peer
// that may not know the other yet is dialled whatever the ids, and takes such a connection only while it does not know it.
// T1. `onDown` follows each `onUp` exactly once, also on `stop`; no event comes after `stop` has resolved.
// T2. Whoever connects is nobody until the handshake says who it is, and at most `limits.linkConnectionsMax` may.
// T3. One store id has at most one link, whatever peer id claims it.
// T4. Who came through the handshake is judged once more when its link comes up: of two copies of a disk that shook hands at
//     the same moment, the one whose link is up first is remembered, and the other refused.

import { connect, createServer, type Server, type Socket } from 'node:net';
import { asPeerId, type PeerId, type StoreId } from '../../raft/types.ts';
import { parseAddress, type Address } from '../lib/address.ts';
import { assert, present } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf, OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { PeerAddress, PeerIdentity, PeerMessage, Transport } from '../peer/ports.ts';
import { purposes } from './handshake.ts';
import type { Link } from './link.ts';
import { probe } from './probe.ts';
import { Opening, type Dial } from './opening.ts';
import { Refusals } from './refusals.ts';
import { Remote } from './remote.ts';

export interface TcpTransportOptions {
  /** `host:port` to listen on. */
  readonly listen: string;
  readonly peerId: string;
  readonly clock: Clock;
  /** A number in `[0, 1)`, for jitter. */
  readonly random: () => number;
  readonly log?: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

/** Counters since the start. */
interface TransportStats {
  /** Handshakes that this or the other side refused. */
  readonly refusals: number;
  /** Messages dropped for want of a link or of room. */
  readonly drops: number;
}

export interface TcpTransport extends Transport {
  stats(): TransportStats;
}

type StartOptions = Parameters<Transport['start']>[0];

/**
 * A transport that is not started yet. `start` throws `CONFIG_INVALID` when the address cannot be listened on. After
 * `stop` it cannot be started again.
 */
export function createTcpTransport(options: TcpTransportOptions): TcpTransport {
  return new TcpPeerTransport(options);
}

class TcpPeerTransport implements TcpTransport {
  readonly #options: TcpTransportOptions;
  readonly #peerId: PeerId;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #inbound = new Set<Opening>();
  /** The peers that are listed, and strangers that were let in. */
  readonly #remotes = new Map<PeerId, Remote>();
  #listed: ReadonlySet<PeerId> = new Set();
  readonly #links = new Map<StoreId, Link>();
  readonly #refusals = new Refusals();
  readonly #failures = new Refusals();
  #started: StartOptions | undefined;
  #stopped = false;
  #attempts = 0;
  #drops = 0;

  constructor(options: TcpTransportOptions) {
    this.#options = options;
    this.#peerId = asPeerId(options.peerId);
    this.#server = createServer((socket) => this.#accept(socket));
    this.#server.maxConnections = limits.linkConnectionsMax;
  }

  async start(options: StartOptions): Promise<void> {
    assert(this.#started === undefined, 'a transport is started once');
    this.#started = options;
    await this.#listen();
    this.setPeers(options.peers);
  }

  setPeers(peers: readonly PeerAddress[]): void {
    if (this.#stopped) return;
    const others = peers.filter(({ peerId }) => peerId !== this.#peerId);
    this.#listed = new Set(others.map(({ peerId }) => peerId));
    for (const peerId of this.#listed) {
      const addresses = others
        .filter((peer) => peer.peerId === peerId && (peer.isNew === true || dials(this.#peerId, peerId)))
        .map(({ raft }) => addressOf(raft));
      this.#remote(peerId).reach(addresses);
    }
    for (const [peerId, remote] of this.#remotes) {
      if (this.#listed.has(peerId)) continue;
      remote.reach([]);
      this.#maybeForget(remote);
    }
  }

  send(to: StoreId, message: PeerMessage): boolean {
    const sent = this.#links.get(to)?.send(message) ?? false;
    if (!sent) this.#drops += 1;
    return sent;
  }

  reconnect(): void {
    for (const opening of this.#inbound) opening.connection.close('reconnecting');
    for (const remote of this.#remotes.values()) remote.reconnect();
  }

  stats(): TransportStats {
    return { refusals: this.#refusals.count, drops: this.#drops };
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve()); // not listening is fine, too
    });
    for (const opening of this.#inbound) opening.connection.close('stopping');
    for (const remote of this.#remotes.values()) remote.stop('stopping');
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #listen(): Promise<void> {
    const { listen } = this.#options;
    const { host, port } = addressOf(listen);
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => {
        const remedy = 'end what listens there, or give this peer another raft address';
        const message = `cannot listen on ${listen}: ${error.message}; ${remedy}`;
        reject(new OrionError('CONFIG_INVALID', message, { cause: error }));
      });
      this.#server.listen({ host, port }, resolve);
    });
    this.#server.removeAllListeners('error');
    this.#server.on('error', (error) => this.#log({ reason: messageOf(error) }, 'peer listener failed'));
  }

  /** The remote of that name, made if there is none. */
  #remote(peerId: PeerId): Remote {
    const known = this.#remotes.get(peerId);
    if (known !== undefined) return known;
    const { self, events } = present(this.#started, 'peers come after the start');
    const { clock, random } = this.#options;
    const remote: Remote = new Remote(peerId, {
      clock,
      random,
      self,
      open: (address, onEnd) => this.#open(remote, address, onEnd),
      onUp: (link) => this.#onUp(link),
      onDown: (link, reason) => {
        this.#onDown(link, reason);
        this.#maybeForget(remote);
      },
      probe: ({ raft }, onDead) => {
        const address = parseAddress(raft);
        return address === undefined ? () => undefined : probe({ address, clock, onDead });
      },
      onLost: ({ storeId, incarnation }) => events.onLost({ peerId, storeId, incarnation }),
      onMessage: (from, message) => events.onMessage(from, message),
      onFailed: (reason) => {
        if (this.#failures.add(peerId, reason)) this.#log({ peerId, reason }, 'peer not reached');
      },
    });
    this.#remotes.set(peerId, remote);
    return remote;
  }

  /** A stranger without a connection leaves no trace. */
  #maybeForget(remote: Remote): void {
    if (!this.#listed.has(remote.peerId) && remote.isIdle) this.#remotes.delete(remote.peerId);
  }

  #open(remote: Remote, address: Address, onEnd: (reason: string) => void): readonly Opening[] {
    this.#attempts += 1;
    const attempt = this.#attempts;
    return purposes.map((purpose) =>
      this.#opening(connect(address), { peerId: remote.peerId, purpose, attempt }, onEnd),
    );
  }

  #accept(socket: Socket): void {
    if (this.#stopped) return void socket.destroy();
    this.#inbound.add(
      this.#opening(socket, undefined, (reason) => {
        if (this.#failures.add(undefined, reason)) this.#log({ reason }, 'inbound connection ended early');
      }),
    );
  }

  #opening(socket: Socket, dial: Dial | undefined, onEnd: (reason: string) => void): Opening {
    const { self } = present(this.#started, 'connections come after the start');
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#inbound.delete(opening);
    });
    const opening: Opening = new Opening({
      socket,
      clock: this.#options.clock,
      dial,
      self,
      admit: (identity) => this.#admit(identity, dial === undefined),
      onJoined: (joined) => this.#remote(joined.identity.peerId).offer(joined),
      onRefused: (...refusal) => this.#onRefused(...refusal),
      onEnd: (reason) => {
        for (const remote of this.#remotes.values()) {
          remote.onOpeningEnd(opening);
          this.#maybeForget(remote);
        }
        onEnd(reason);
      },
    });
    return opening;
  }

  /** A reason to refuse whoever says this of itself, or undefined. */
  #admit(identity: PeerIdentity, inbound: boolean): string | undefined {
    const { self, refuse, isWelcome } = present(this.#started, 'handshakes come after the start');
    const { peerId, storeId, clusterName } = identity;
    const own = self();
    if (clusterName !== own.clusterName) {
      return `cluster ${clusterName} is not cluster ${own.clusterName}: check [cluster] name in cluster.toml`;
    }
    if (peerId === this.#peerId) return `${peerId} met itself: check ids and raft addresses in cluster.toml`;
    const isListed = this.#listed.has(peerId);
    if (!isListed && isWelcome?.(identity) !== true) {
      return `${peerId} is not in the configuration of ${this.#peerId}`;
    }
    if (inbound && isListed && dials(this.#peerId, peerId)) {
      return `${this.#peerId} dials ${peerId}, not the reverse`;
    }
    const holder = storeId === own.storeId ? this.#peerId : this.#links.get(storeId)?.identity.peerId;
    if (holder !== undefined && holder !== peerId) {
      return `${peerId} has the store of ${holder}: one data directory is a copy of the other`;
    }
    return refuse(identity) ?? this.#remotes.get(peerId)?.refuse(identity);
  }

  #onRefused(peerId: PeerId | undefined, reason: string, identity?: PeerIdentity): void {
    if (!this.#refusals.add(peerId, reason)) return;
    present(this.#started, 'handshakes come after the start').events.onRefused(peerId, reason, identity);
  }

  #onUp(link: Link): void {
    const { peerId, storeId } = link.identity;
    // T3: both came through the handshake at the same moment; the next handshake refuses the later one.
    if (this.#links.has(storeId)) return link.close('another peer has the same store');
    const { refuse, events } = present(this.#started, 'links come after the start');
    const refusal = refuse(link.identity); // T4
    if (refusal !== undefined) return link.close(refusal);
    this.#links.set(storeId, link);
    this.#refusals.forget(peerId);
    this.#failures.forget(peerId);
    this.#log({ peerId }, 'peer link up');
    events.onUp(link.identity);
  }

  #onDown(link: Link, reason: string): void {
    const { peerId, storeId, incarnation } = link.identity;
    if (this.#links.get(storeId) !== link) return; // T3: it never was up
    this.#links.delete(storeId);
    this.#log({ peerId, reason }, 'peer link down');
    present(this.#started, 'links come after the start').events.onDown({ peerId, storeId, incarnation });
  }

  #log(fields: Readonly<Record<string, unknown>>, message: string): void {
    this.#options.log?.(fields, message);
  }
}

/** True when `a` is the one that dials `b`. Ids are compared by code units. */
const dials = (a: PeerId, b: PeerId): boolean => a < b;

const addressOf = (text: string): Address =>
  present(parseAddress(text), 'the configuration holds addresses of the form host:port');
