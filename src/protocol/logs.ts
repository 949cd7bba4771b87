// Lines of a service's replicas on their way from agents to readers: the port between the API, which serves readers,
// and the gateway, which holds the agents.

import type { OrionError } from '../lib/errors.ts';

export interface LogLine {
  /** Index of the replica that wrote it. */
  readonly index: number;
  /** RFC 3339: when the agent read it. */
  readonly time: string;
  readonly line: string;
}

export interface LogRequest {
  readonly service: string;
  /** Only this replica; undefined = all of them. */
  readonly replica: number | undefined;
  /** Lines before the end to begin with, of each replica. */
  readonly tail: number;
  /** Go on with new lines, and with replicas that come later, until the reader goes away. */
  readonly follow: boolean;
}

export interface LogSink {
  /** Resolves when the reader can take more: no faster than that, lines leave their agents. */
  onLines(lines: readonly LogLine[]): Promise<void>;
  /** The last call. Without an error, everything that was asked for was sent. */
  onEnd(error?: OrionError): void;
}

/** On the leader, where the agents are; anyone else asks the leader. */
export interface LogSource {
  /**
   * Opens a stream; the answer closes it. The sink is called later, never from within. Throws NO_LEADER (this peer has
   * no agents) or BUSY (too many streams).
   */
  open(request: LogRequest, sink: LogSink): () => void;
}
