// A link: the connections to one peer, one for each purpose, from the moment all stand until one ends.
// Owns: what travels on which connection, and the pings that find out a silent peer.
// L1. Control carries small messages only; appends keep their order among themselves, as all go on data, and so do the
//     messages of a transfer, as all go on snapshot.
// L2. `onEnd` is called exactly once, with every connection closed; no message is handed over after it.
// L3. Silence is counted in own pings, not in time: a process that was paused itself reads before it judges.
// L4. A Raft message is handed over only if its sender and its receiver are the two ends of the link.

import type { StoreId } from '../../raft/types.ts';
import { unreachable } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { limits } from '../lib/limits.ts';
import type { PeerIdentity, PeerMessage } from '../peer/ports.ts';
import type { Connection, EndedBy } from './connection.ts';
import { encodeFrame } from './frames.ts';
import { purposes, queueBytesMax, type Purpose } from './handshake.ts';
import { asFields } from './shapes.ts';
import { parsePeerMessage } from './wire.ts';

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
  readonly #silentPings: Record<Purpose, number> = { control: 0, data: 0, snapshot: 0 };
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
    for (const purpose of purposes) {
      connections[purpose].establish({
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
    for (const purpose of purposes) this.#options.connections[purpose].close(reason);
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
    for (const purpose of purposes) {
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
  switch (message.kind) {
    case 'raft':
      return message.message.kind === 'appendRequest' ? 'data' : 'control';
    case 'forward':
    case 'forwardAnswer':
    case 'call':
    case 'callAnswer':
      return 'data';
    case 'stateHash':
    case 'alarms':
    case 'figures':
      return 'control';
    case 'snapshotOffer':
    case 'snapshotAccept':
    case 'snapshotChunk':
    case 'snapshotChunkTaken':
    case 'snapshotEnd':
    case 'snapshotTaken':
    case 'snapshotFailed':
    case 'snapshotCancelled':
      return 'snapshot';
    default:
      return unreachable(message);
  }
}
