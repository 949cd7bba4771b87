// The logs of all replicas of this node: looked at in turns, so that lines get their time, readers their lines, and no
// file grows past its bound.

import { join } from 'node:path';
import { LogFile } from './log-file.ts';
import type { AgentLog } from './log.ts';

export interface LogsOptions {
  /** The agent's directory. */
  readonly directory: string;
  /** Bound of one file; the default is `limits.logFileBytesMax`. */
  readonly fileBytesMax: number;
  /** Between two looks at every file, in milliseconds; a line reaches its readers in about this time. */
  readonly pollMs: number;
  readonly log: AgentLog;
}

export class Logs {
  readonly #options: LogsOptions;
  readonly #files = new Map<string, LogFile>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LogsOptions) {
    this.#options = options;
  }

  /** `onPolled` is called after each look at the files. */
  start(onPolled: () => void): void {
    this.#timer = setInterval(() => {
      for (const assignmentId of this.#files.keys()) this.poll(assignmentId);
      onPolled();
    }, this.#options.pollMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** The log of an assignment, from now on looked at. */
  open(assignmentId: string): LogFile {
    const known = this.#files.get(assignmentId);
    if (known !== undefined) return known;
    // An id is one path segment: with its suffix, no encoded id is `.` or `..`.
    const path = join(this.#options.directory, 'logs', `${encodeURIComponent(assignmentId)}.log`);
    const file = new LogFile(path, this.#options.fileBytesMax);
    this.#files.set(assignmentId, file);
    return file;
  }

  get(assignmentId: string): LogFile | undefined {
    return this.#files.get(assignmentId);
  }

  /** Deletes the log of an assignment that is no more. */
  remove(assignmentId: string): void {
    this.#files.get(assignmentId)?.remove();
    this.#files.delete(assignmentId);
  }

  /** Looks at one file now. A disk that fails costs lines, never the agent. */
  poll(assignmentId: string): void {
    try {
      this.#files.get(assignmentId)?.poll(Date.now());
    } catch (error) {
      this.#options.log({ assignment: assignmentId, error: String(error) }, 'log file cannot be kept');
    }
  }
}
