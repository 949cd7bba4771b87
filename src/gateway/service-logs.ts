// The logs of a service as one stream: its replicas' streams, joined, for as long as a reader stays.
// Owns: the readers. Does not own: the agents' sessions, from which it opens a stream for each replica.
//
// L1. A reader that follows sees replicas that come later from their first line, and a replica whose node came back
//     from where it was then.
// L2. A reader that does not follow gets the end once every replica has sent what it had; replicas that are lost, or
//     have not started, have nothing to send. A node that is away makes the end an error.

import { OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { LogRequest, LogSink } from '../protocol/logs.ts';
import type { Assignment } from '../protocol/objects.ts';
import type { View } from '../state/view.ts';
import type { LogStreams } from './log-streams.ts';

export interface ServiceLogsOptions {
  readonly view: View;
  /** The streams of the node's agent; undefined while it has no session. */
  readonly streamsOf: (node: string) => LogStreams | undefined;
  /** Streams open in all sessions. */
  readonly openStreams: () => number;
}

export class ServiceLogs {
  readonly #options: ServiceLogsOptions;
  readonly #readers = new Set<Reader>();

  constructor(options: ServiceLogsOptions) {
    this.#options = options;
  }

  /** As {@link LogSource.open}, on a peer that has the agents. */
  open(request: LogRequest, sink: LogSink): () => void {
    if (this.#readers.size >= limits.logStreamsMax) {
      throw new OrionError('BUSY', 'Too many readers of logs: close one.');
    }
    const reader = new Reader(this.#options, request, {
      onLines: (lines) => sink.onLines(lines),
      onEnd: (error) => {
        this.#readers.delete(reader);
        sink.onEnd(error);
      },
    });
    this.#readers.add(reader);
    queueMicrotask(() => reader.refresh());
    return () => {
      this.#readers.delete(reader);
      reader.close();
    };
  }

  /** Assignments or sessions have changed. */
  refresh(): void {
    for (const reader of this.#readers) reader.refresh();
  }

  endAll(error: OrionError): void {
    for (const reader of this.#readers) reader.end(error);
  }
}

class Reader {
  readonly #options: ServiceLogsOptions;
  readonly #request: LogRequest;
  readonly #sink: LogSink;
  /** Open streams' closers, by assignment. */
  readonly #open = new Map<string, () => void>();
  /** Assignments whose stream was open once. */
  readonly #seen = new Set<string>();
  readonly #finished = new Set<string>();
  #failure: OrionError | undefined;
  /** While streams are being opened no end is final: others may follow. */
  #isOpening = false;
  #state: 'new' | 'open' | 'ended' = 'new';

  constructor(options: ServiceLogsOptions, request: LogRequest, sink: LogSink) {
    this.#options = options;
    this.#request = request;
    this.#sink = sink;
  }

  refresh(): void {
    if (this.#state === 'ended') return;
    const isFirst = this.#state === 'new';
    if (!isFirst && !this.#request.follow) return;
    this.#state = 'open';
    this.#isOpening = true;
    for (const row of this.#options.view.assignmentsOfService(this.#request.service)) {
      if (this.#isWanted(row)) this.#openStream(row, isFirst);
    }
    this.#isOpening = false;
    this.#settle();
  }

  close(): void {
    this.#state = 'ended';
    for (const close of this.#open.values()) close();
    this.#open.clear();
  }

  end(error?: OrionError): void {
    if (this.#state === 'ended') return;
    this.close();
    this.#sink.onEnd(error);
  }

  #isWanted({ metadata, spec, status }: Assignment): boolean {
    if (this.#request.replica !== undefined && spec.index !== this.#request.replica) return false;
    if (status.state === 'pending' || status.state === 'lost') return false; // L2
    return !this.#open.has(metadata.name) && !this.#finished.has(metadata.name);
  }

  #openStream({ metadata, spec }: Assignment, isFirst: boolean): void {
    const id = metadata.name;
    const streams = this.#options.streamsOf(spec.node);
    if (streams === undefined || this.#options.openStreams() >= limits.logStreamsMax) {
      this.#failure ??= new OrionError('BUSY', `The logs of replica ${spec.index} cannot be had now.`);
      return;
    }
    const { follow } = this.#request;
    const tail = isFirst ? this.#request.tail : this.#seen.has(id) ? 0 : limits.logTailLinesMax; // L1
    this.#seen.add(id);
    let hasEnded = false; // A session that does not take the request ends within the call.
    const close = streams.open(
      { assignmentId: id, index: spec.index, tail, follow },
      {
        onLines: (lines) => this.#sink.onLines(lines),
        onEnd: (error) => {
          hasEnded = true;
          this.#onStreamEnd(id, error);
        },
      },
    );
    if (!hasEnded) this.#open.set(id, close);
  }

  #onStreamEnd(id: string, error: OrionError | undefined): void {
    this.#open.delete(id);
    this.#failure ??= error;
    // A node that went away may come back with the replica; anything else said its last word.
    if (error?.code !== 'NO_LEADER') this.#finished.add(id);
    this.#settle();
  }

  #settle(): void {
    if (this.#state !== 'open' || this.#isOpening || this.#open.size > 0) return;
    if (!this.#request.follow) return this.end(this.#failure);
    if (this.#options.view.services.get(this.#request.service) === undefined) this.end();
  }
}
