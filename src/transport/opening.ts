// An opening: one connection from its first byte until both sides have accepted it.
// Owns: the order of the handshake's frames. Does not own: the judgement, or what becomes of the connection.
// O1. `onJoined` is called at most once, and the connection is held from then on: it waits for the others of its try.
// O2. A refusal is told to the other side before the connection ends, and its reason handed to `onRefused`.

import type { Socket } from 'node:net';
import type { PeerId } from '../../raft/types.ts';
import { unreachable } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { limits } from '../lib/limits.ts';
import type { PeerIdentity } from '../peer/ports.ts';
import { Connection } from './connection.ts';
import { encodeFrame } from './frames.ts';
import { parseHandshake, protocol, type HandshakeFrame, type Hello, type Purpose } from './handshake.ts';

/** A connection that both sides accepted, with what the other side said of itself. */
export interface Joined {
  readonly connection: Connection;
  readonly purpose: Purpose;
  readonly attempt: number;
  readonly identity: PeerIdentity;
}

/** What the side that dials knows beforehand. */
export interface Dial {
  readonly peerId: PeerId;
  readonly purpose: Purpose;
  readonly attempt: number;
}

export interface OpeningOptions {
  readonly socket: Socket;
  readonly clock: Clock;
  /** Undefined on the side that was dialled. */
  readonly dial: Dial | undefined;
  readonly self: () => PeerIdentity;
  /** A reason to refuse the peer, or undefined. */
  readonly admit: (identity: PeerIdentity) => string | undefined;
  readonly onJoined: (joined: Joined) => void;
  /** `identity`: of the other side, where that refused. */
  readonly onRefused: (peerId: PeerId | undefined, reason: string, identity?: PeerIdentity) => void;
  /** The connection ended before it became part of a link. */
  readonly onEnd: (reason: string) => void;
}

type State =
  | { readonly kind: 'awaitingHello' }
  | { readonly kind: 'awaitingAccept'; readonly hello: Hello }
  | { readonly kind: 'joined' };

export class Opening {
  readonly connection: Connection;
  readonly #options: OpeningOptions;
  #state: State = { kind: 'awaitingHello' };

  constructor(options: OpeningOptions) {
    this.#options = options;
    this.connection = new Connection(options.socket, options.clock, {
      onFrame: (value) => this.#onFrame(value),
      onEnd: options.onEnd,
    });
    if (options.dial !== undefined) this.#sendHello(options.dial);
  }

  #onFrame(value: unknown): void {
    const frame = parseHandshake(value);
    if (frame === undefined) return this.#refuse(this.#peerId, 'sent something that is no handshake');
    switch (frame.kind) {
      case 'hello':
        return this.#onHello(frame);
      case 'accept':
        return this.#onAccept();
      case 'refused':
        this.#options.onRefused(this.#peerId, `refused by the other side: ${frame.reason}`, frame.identity);
        return this.connection.close('refused by the other side');
      case 'incompatible':
        return this.#refuse(this.#peerId, frame.reason);
      default:
        return unreachable(frame);
    }
  }

  #onHello(hello: Hello): void {
    const { dial, admit } = this.#options;
    if (this.#state.kind !== 'awaitingHello') return this.connection.close('said hello twice');
    const reason = this.#mismatch(hello) ?? admit(hello.identity);
    if (reason !== undefined) return this.#refuse(dial?.peerId ?? hello.identity.peerId, reason);
    if (dial === undefined) {
      this.#state = { kind: 'awaitingAccept', hello };
      this.#sendHello(hello);
    } else {
      this.#send({ kind: 'accept' });
      this.#join(hello);
    }
  }

  #onAccept(): void {
    if (this.#state.kind !== 'awaitingAccept') return this.connection.close('accepted before hello');
    this.#join(this.#state.hello);
  }

  #join({ purpose, attempt, identity }: Hello): void {
    this.#state = { kind: 'joined' };
    this.connection.hold();
    this.#options.onJoined({ connection: this.connection, purpose, attempt, identity });
  }

  /** Why the answer to our own hello is not one. */
  #mismatch({ identity, purpose, attempt }: Hello): string | undefined {
    const { dial } = this.#options;
    if (dial === undefined) return undefined;
    if (identity.peerId !== dial.peerId) {
      return `${identity.peerId} answers where ${dial.peerId} should: check the raft addresses`;
    }
    return purpose === dial.purpose && attempt === dial.attempt ? undefined : 'answered another hello';
  }

  #refuse(peerId: PeerId | undefined, reason: string): void {
    this.#options.onRefused(peerId, reason);
    const identity = this.#options.self();
    const frame = encodeFrame({ kind: 'refused', reason, identity } satisfies HandshakeFrame);
    this.connection.closeWith(frame, reason);
  }

  /** The other side, as far as it is known by now. */
  get #peerId(): PeerId | undefined {
    if (this.#options.dial !== undefined) return this.#options.dial.peerId;
    return this.#state.kind === 'awaitingAccept' ? this.#state.hello.identity.peerId : undefined;
  }

  #sendHello({ purpose, attempt }: { readonly purpose: Purpose; readonly attempt: number }): void {
    this.#send({ kind: 'hello', protocol, purpose, attempt, identity: this.#options.self() });
  }

  #send(frame: HandshakeFrame): void {
    this.connection.send(encodeFrame(frame), limits.controlQueueBytesMax);
  }
}
