// A link: the two connections to one peer, from the moment both stand until either ends.
// Owns: what travels on which connection, and the pings that find out a silent peer.
// L1. Control carries small Raft messages only; appends keep their order among themselves, as all go on data.
// L2. `onEnd` is called exactly once, with both connections closed; no message is handed over after it.
// L3. Silence is counted in own pings, not in time: a process that was paused itself reads before it judges.
// L4. A Raft message is handed over only if its sender and its receiver are the two ends of the link.

import type { StoreId } from '../../raft/types.ts';
import type { Clock } from '../lib/clock.ts';
import { limits } from '../lib/limits.ts';
import type { PeerIdentity, PeerMessage } from '../peer/ports.ts';
import type { Connection, EndedBy } from './connection.ts';
import { encodeFrame } from './frames.ts';
import { queueBytesMax, type Purpose } from './handshake.ts';
import { asFields, parsePeerMessage } from './wire.ts';

export interface LinkOptions {
  readonly clock: Clock;
  /** The store of this side. */
  readonly self: StoreId;
  /** What the other side said of itself. */
  readonly identity: PeerIdentity;
  readonly attempt: number;
  readonly connections: Readonly<Record<Purpose, Connection>>;
  readonly onMessage: (message: PeerMessage) => void;
  readonly onEnd: (reason: string, by: EndedBy) => void;
}

const ping = encodeFrame({ kind: 'ping' });

export class Link {
  readonly identity: PeerIdentity;
  readonly attempt: number;
  /** Monotonic milliseconds. */
  readonly sinceMs: number;
  readonly #options: LinkOptions;
  readonly #silentPings: Record<Purpose, number> = { control: 0, data: 0 };
  #cancelPing: () => void = () => {};
  #ended = false;

  constructor(options: LinkOptions) {
    this.identity = options.identity;
    this.attempt = options.attempt;
    this.sinceMs = options.clock.monotonicMs();
    this.#options = options;
  }

  /** Begins to hand over messages, those first that came since the handshake. */
  start(): void {
    if (this.#ended) return;
    const { connections } = this.#options;
    this.#pingLater();
    for (const connection of [connections.control, connections.data]) {
      connection.establish({
        onFrame: (value) => this.#onFrame(value),
        onEnd: (reason, by) => this.#close(reason, by),
      });
    }
  }

  /** Queued, or dropped and false. */
  send(message: PeerMessage): boolean {
    const purpose = purposeOf(message);
    return this.#options.connections[purpose].send(encodeFrame(message), queueBytesMax[purpose]);
  }

  close(reason: string): void {
    this.#close(reason, 'us');
  }

  #close(reason: string, by: EndedBy): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelPing();
    this.#options.connections.control.close(reason);
    this.#options.connections.data.close(reason);
    this.#options.onEnd(reason, by);
  }

  #onFrame(value: unknown): void {
    if (asFields(value)?.['kind'] === 'ping') return;
    const message = parsePeerMessage(value);
    if (message === undefined) return this.close('sent something that is no message');
    if (message.kind === 'raft') {
      const { from, to } = message.message;
      if (from !== this.identity.storeId || to !== this.#options.self) {
        return this.close('sent a message of or for somebody else');
      }
    }
    this.#options.onMessage(message);
  }

  #pingLater(): void {
    this.#cancelPing = this.#options.clock.after(limits.linkPingMs, () => this.#ping());
  }

  #ping(): void {
    for (const purpose of ['control', 'data'] as const) {
      const connection = this.#options.connections[purpose];
      const silent = connection.takeHeard() ? 0 : this.#silentPings[purpose] + 1;
      if (silent >= limits.linkSilentPingsMax) return this.close('silent for too long');
      this.#silentPings[purpose] = silent;
      connection.send(ping, queueBytesMax[purpose]);
    }
    this.#pingLater();
  }
}

/** L1 */
function purposeOf(message: PeerMessage): Purpose {
  return message.kind === 'raft' && message.message.kind !== 'appendRequest' ? 'control' : 'data';
}
