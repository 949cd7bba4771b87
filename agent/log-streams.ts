// Log streams: lines of a replica on their way to a reader somewhere behind the leader.
//
// G1. No more lines are sent than the reader gave credit for.
// G2. Every stream ends with exactly one chunk that says so, unless the reader or the connection ended it.
// G3. Streams belong to a session: they end with it, and the reader opens new ones.
// G4. A file that cannot be read ends its streams with the reason, and nothing else.

import { assert } from '../src/lib/assert.ts';
import { messageOf } from '../src/lib/errors.ts';
import { limits } from '../src/lib/limits.ts';
import type { AgentDown, AgentUp } from '../src/protocol/agent.ts';
import type { Logs } from './logs.ts';

type Open = Extract<AgentDown, { type: 'logs.open' }>;
type Chunk = Extract<AgentUp, { type: 'logs.chunk' }>;
export type LogsMessage = Extract<AgentDown, { type: 'logs.open' | 'logs.credit' | 'logs.close' }>;

interface Stream {
  readonly open: Open;
  /** Index of the replica. */
  readonly index: number;
  /** Position of the next line. */
  from: number;
  /** Where a stream that does not follow ends. */
  readonly until: number;
  credit: number;
}

/** Lines in one chunk: with each at its longest, and each byte of it escaped as six, a chunk is within one message. */
const chunkLinesMax = 32;
assert(chunkLinesMax * limits.logLineBytesMax * 6 < limits.agentMessageBytesMax, 'a chunk is one message');

export interface LogStreamsOptions {
  readonly logs: Logs;
  /** Index of the replica, or undefined when the assignment is not known here. */
  readonly indexOf: (assignmentId: string) => number | undefined;
  readonly send: (chunk: Chunk) => void;
  /** False while too much waits to be sent; lines stay in their files meanwhile. */
  readonly hasRoom: () => boolean;
}

export class LogStreams {
  readonly #options: LogStreamsOptions;
  readonly #streams = new Map<number, Stream>();

  constructor(options: LogStreamsOptions) {
    this.#options = options;
  }

  onMessage(message: LogsMessage): void {
    const stream = this.#streams.get(message.streamId);
    switch (message.type) {
      case 'logs.open':
        return this.#attempt(message.streamId, () => this.#open(message));
      case 'logs.credit':
        if (stream === undefined) return;
        stream.credit = Math.min(stream.credit + message.credit, limits.logCreditLines);
        return this.#attempt(stream.open.streamId, () => this.#pump(stream));
      case 'logs.close':
        this.#streams.delete(message.streamId);
    }
  }

  /** Sends what there is, on every stream. */
  pump(): void {
    for (const stream of this.#streams.values()) {
      this.#attempt(stream.open.streamId, () => this.#pump(stream));
    }
  }

  /** G3 */
  clear(): void {
    this.#streams.clear();
  }

  // G4
  #attempt(streamId: number, read: () => void): void {
    try {
      read();
    } catch (error) {
      this.#end(streamId, `its log cannot be read: ${messageOf(error)}`);
    }
  }

  #open(open: Open): void {
    const index = this.#options.indexOf(open.assignmentId);
    const log = this.#options.logs.get(open.assignmentId);
    if (index === undefined || log === undefined) return this.#end(open.streamId, 'not on this node');
    if (this.#streams.size >= limits.logStreamsMax) return this.#end(open.streamId, 'too many log streams');
    this.#options.logs.poll(open.assignmentId);
    const credit = Math.min(open.credit, limits.logCreditLines);
    const stream = { open, index, from: log.positionOfLast(open.tail), until: log.end, credit };
    this.#streams.set(open.streamId, stream);
    this.#pump(stream);
  }

  #pump(stream: Stream): void {
    const { streamId, assignmentId, follow } = stream.open;
    const log = this.#options.logs.get(assignmentId);
    if (log === undefined) return this.#end(streamId, undefined);
    while (stream.credit > 0 && this.#options.hasRoom()) {
      const linesMax = Math.min(stream.credit, chunkLinesMax);
      const lines = log
        .read({ from: stream.from, linesMax, withRest: !follow })
        .filter(({ end }) => follow || end <= stream.until);
      const last = lines.at(-1);
      if (last === undefined) return follow ? undefined : this.#end(streamId, undefined);
      const chunk = lines.map(({ text, timeMs }) => ({
        index: stream.index,
        time: new Date(timeMs).toISOString(),
        line: text,
      }));
      this.#options.send({ type: 'logs.chunk', streamId, lines: chunk, end: false });
      stream.credit -= lines.length;
      stream.from = last.end;
    }
  }

  // G2
  #end(streamId: number, error: string | undefined): void {
    this.#streams.delete(streamId);
    this.#options.send({
      type: 'logs.chunk',
      streamId,
      lines: [],
      end: true,
      ...(error === undefined ? {} : { error }),
    });
  }
}
