// A connection: one TCP socket that carries frames both ways.
// Owns: the socket, its decoder and its bound. Does not own: what the frames mean, or when to dial again.
// C1. Bytes wait only up to the bound given with each frame; beyond it the frame is dropped, whoever does not read.
// C2. Frames sent in one turn of the event loop leave in one write.
// C3. `onEnd` is called exactly once, and no frame is handed over after it.
// C4. A connection that is not established within `limits.dialMs` ends by itself.

import type { Socket } from 'node:net';
import type { Clock } from '../lib/clock.ts';
import { limits } from '../lib/limits.ts';
import { FrameDecoder } from './frames.ts';

/** Who ended a connection: this side, or the other one with everything between. */
export type EndedBy = 'us' | 'them';

export interface ConnectionHandlers {
  onFrame(value: unknown): void;
  onEnd(reason: string, by: EndedBy): void;
}

export class Connection {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #decoder = new FrameDecoder();
  #handlers: ConnectionHandlers;
  readonly #cancelDeadline: () => void;
  #held = false;
  #ended = false;
  #corked = false;
  #heard = false;

  constructor(socket: Socket, clock: Clock, handlers: ConnectionHandlers) {
    this.#socket = socket;
    this.#clock = clock;
    this.#handlers = handlers;
    this.#cancelDeadline = clock.after(limits.dialMs, () => this.close('no link in time'));
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('end', () => this.#close('ended by the other side', 'them'));
    socket.on('error', (error) => this.#close(error.message, 'them'));
    socket.on('close', () => this.#close('closed', 'them'));
  }

  /** False, and nothing is sent, when `queueBytesMax` would be exceeded or the connection has ended. */
  send(frame: Uint8Array, queueBytesMax: number): boolean {
    if (this.#ended || this.#socket.writableLength + frame.length > queueBytesMax) return false;
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(frame);
    return true;
  }

  /** Reads nothing more, and hands over nothing, until it is established. */
  hold(): void {
    this.#held = true;
    this.#socket.pause();
  }

  /** From now on part of a link: the deadline is off, and frames, held ones first, go to `handlers`. */
  establish(handlers: ConnectionHandlers): void {
    this.#cancelDeadline();
    this.#handlers = handlers;
    this.#held = false;
    if (this.#ended) return;
    this.#deliver();
    this.#socket.resume();
  }

  /** True when a byte arrived since the last call. */
  takeHeard(): boolean {
    const heard = this.#heard;
    this.#heard = false;
    return heard;
  }

  /** Ends at once; what waits to be sent is lost. */
  close(reason: string): void {
    this.#close(reason, 'us');
  }

  /** Ends once `lastWord` is sent, or after `limits.dialMs` if the other side does not read it. */
  closeWith(lastWord: Uint8Array, reason: string): void {
    if (this.#ended) return;
    this.#socket.end(lastWord);
    this.#socket.resume();
    const cancel = this.#clock.after(limits.dialMs, () => this.#socket.destroy());
    this.#socket.once('close', cancel);
    this.#end(reason, 'us');
  }

  #close(reason: string, by: EndedBy): void {
    if (this.#ended) return; // perhaps with a last word under way
    this.#socket.destroy();
    this.#end(reason, by);
  }

  #end(reason: string, by: EndedBy): void {
    this.#ended = true;
    this.#cancelDeadline();
    this.#handlers.onEnd(reason, by);
  }

  #onData(chunk: Buffer): void {
    if (this.#ended) return;
    this.#heard = true;
    this.#decoder.push(chunk);
    this.#deliver();
  }

  #deliver(): void {
    while (!this.#held && !this.#ended) {
      const decoded = this.#decoder.next();
      if (decoded.kind === 'incomplete') return;
      if (decoded.kind === 'corrupt') return this.close(decoded.reason);
      this.#handlers.onFrame(decoded.value);
    }
  }
}
