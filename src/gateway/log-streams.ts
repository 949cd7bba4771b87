// Streams of log lines out of one agent, each as fast as its reader takes it.
// Owns: the streams of one session and their credit. Ends with the session: its readers are told.
//
// F1. An agent sends no more lines than it has credit for; one that does breaks the protocol.
// F2. Credit is given back when the reader has taken the lines, never before.

import { OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { AgentDown, AgentUp } from '../protocol/agent.ts';
import type { LogSink } from '../protocol/logs.ts';

export interface StreamRequest {
  readonly assignmentId: string;
  /** Of the replica, put on every line. */
  readonly index: number;
  readonly tail: number;
  readonly follow: boolean;
}

interface Stream {
  readonly sink: LogSink;
  readonly index: number;
  /** Lines that the agent may still send. */
  credit: number;
}

export class LogStreams {
  readonly #streams = new Map<number, Stream>();
  readonly #send: (message: AgentDown) => void;
  #lastId = 0;

  constructor(send: (message: AgentDown) => void) {
    this.#send = send;
  }

  get size(): number {
    return this.#streams.size;
  }

  /** The answer closes the stream; its sink hears nothing more. */
  open({ assignmentId, index, tail, follow }: StreamRequest, sink: LogSink): () => void {
    this.#lastId += 1;
    const streamId = this.#lastId;
    const credit = limits.logCreditLines;
    this.#streams.set(streamId, { sink, index, credit });
    this.#send({ type: 'logs.open', streamId, assignmentId, tail, follow, credit });
    return () => {
      if (this.#streams.delete(streamId)) this.#send({ type: 'logs.close', streamId });
    };
  }

  /** False: the agent sent what it had no credit for (F1). A chunk of a stream closed meanwhile is nobody's. */
  onChunk({ streamId, lines, end, error }: Extract<AgentUp, { type: 'logs.chunk' }>): boolean {
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return true;
    if (lines.length > stream.credit) return false;
    stream.credit -= lines.length;
    if (lines.length > 0) void this.#deliver(streamId, stream, lines);
    if (end) {
      this.#streams.delete(streamId);
      stream.sink.onEnd(error === undefined ? undefined : new OrionError('NOT_FOUND', error));
    }
    return true;
  }

  async #deliver(
    streamId: number,
    stream: Stream,
    lines: readonly { readonly time: string; readonly line: string }[],
  ): Promise<void> {
    const credit = lines.length;
    await stream.sink.onLines(lines.map(({ time, line }) => ({ index: stream.index, time, line })));
    if (!this.#streams.has(streamId)) return;
    stream.credit += credit; // F2
    this.#send({ type: 'logs.credit', streamId, credit });
  }

  endAll(error: OrionError): void {
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    for (const { sink } of streams) sink.onEnd(error);
  }
}
