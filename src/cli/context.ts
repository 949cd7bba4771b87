// What commands get from outside: the standard streams, and the programs that only some commands need.
// The programs come by dynamic import in src/main.ts, so that `orion get` loads neither server nor agent.

import type { ReadStream, WriteStream } from 'node:tty';
import type { BaseContext } from 'clipanion';
import type { Log } from '../observe/log.ts';
import type { RecoverOptions, Recovery, Restored, RestoreOptions } from '../protocol/recovery.ts';

interface PeerOptions {
  /** File of the cluster's configuration. */
  readonly configFile: string;
  /** Which of its `[[peer]]` this process is. */
  readonly id: string;
  readonly dataDir: string;
  /** URLs of a running cluster's peers that this one joins; empty for a founder. */
  readonly join: readonly string[];
  readonly log: Log;
  /** Aborts when the process is told to end: a start that waits for room on its disk ends then. */
  readonly signal: AbortSignal;
  /** The peer cannot go on and has stopped: the process is to end. */
  readonly onFatal: (error: unknown) => void;
}

interface AgentOptions {
  /** URLs of peers' APIs. */
  readonly peers: string[];
  readonly nodeId: string;
  readonly dataDir: string;
  readonly labels: Record<string, string>;
  readonly address?: string;
  readonly insecure?: boolean;
  /** Cluster id that this agent may move to, once, after a restore. */
  readonly acceptCluster?: string;
  readonly log: Log;
}

interface TuiOptions {
  /** URLs of peers' APIs. */
  readonly peers: readonly string[];
  /** Name of the context; undefined when peers were named by hand. */
  readonly context: string | undefined;
  readonly readOnly: boolean;
  /** Draw with ASCII alone, whatever the locale says. */
  readonly ascii: boolean;
  readonly stdin: ReadStream;
  readonly stdout: WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Programs {
  /** The file that node runs as `orion`. */
  readonly mainFile: string;
  startPeer(options: PeerOptions): Promise<{ stop(): Promise<void> }>;
  /** Prints and verifies the log of a peer that does not run. */
  debugLog(options: {
    readonly directory: string;
    readonly json: boolean;
    readonly print: (line: string) => void;
  }): Promise<void>;
  /** Makes the data directory of a new cluster's first peer. */
  restore(options: RestoreOptions): Promise<Restored>;
  /** Looks at the directory of a stopped peer, and with `apply` makes it the whole cluster. */
  recover(options: RecoverOptions): Promise<Recovery>;
  /** `stop` leaves the services running, `stopAll` takes them along. */
  startAgent(options: AgentOptions): Promise<{ stop(): Promise<void>; stopAll(): Promise<void> }>;
  /** The screen; resolves when somebody leaves it. */
  tui(options: TuiOptions): Promise<void>;
}

export interface Context extends BaseContext {
  readonly programs: Programs;
}
