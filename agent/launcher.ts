// From a replica that should run to a process that does: its ports, its files, its record, its start, in this order.

import { messageOf } from '../src/lib/errors.ts';
import type { ProcessIdentity, Replica } from '../src/protocol/agent-directory.ts';
import type { Logs } from './logs.ts';
import type { PortBook } from './ports.ts';
import { launch, type LaunchOptions } from './process.ts';
import type { Records } from './records.ts';
import { writeFiles } from './workload-files.ts';

type Ports = Readonly<Record<string, number>>;

export interface LauncherOptions {
  readonly agentId: string;
  readonly nodeId: string;
  readonly ports: PortBook;
  readonly logs: Logs;
  readonly records: Records;
}

export type Launched =
  | {
      readonly kind: 'launched';
      readonly process: ProcessIdentity;
      readonly startedAt: string;
      readonly ports: Ports;
    }
  | { readonly kind: 'failed'; readonly reason: string; readonly message: string };

export class Launcher {
  readonly #options: LauncherOptions;

  constructor(options: LauncherOptions) {
    this.#options = options;
  }

  /**
   * Never rejects: what goes wrong is the replica's failure. `held`: the ports that it had; `isWanted` is asked once
   * more before the process is started, since the world may have moved.
   */
  async launch(request: {
    readonly replica: Replica;
    readonly held: Ports;
    readonly isWanted: () => boolean;
    readonly onExit: LaunchOptions['onExit'];
  }): Promise<Launched> {
    const { agentId, nodeId, logs, records } = this.#options;
    const { replica, held, onExit } = request;
    const { assignmentId, workload } = replica.assigned;
    try {
      const reserved = await this.#options.ports.reserve({ assignmentId, wanted: workload.ports, held });
      if (reserved.kind === 'inUse') return failed('PORT_IN_USE', reserved.message);
      if (!request.isWanted()) return failed('STOPPED', 'it is not wanted any more');
      const problem = writeFiles(replica.assigned);
      if (problem !== undefined) return failed('FILE_FAILED', problem);
      const { ports } = reserved;
      records.save({ format: 1, replica, ports }); // Before the start: no process is ever without a record.
      const startedAt = new Date().toISOString();
      const logFile = logs.open(assignmentId).path;
      const started = await launch({ assigned: replica.assigned, ports, agentId, nodeId, logFile, onExit });
      if (started.kind === 'failed') return failed('SPAWN_FAILED', started.message);
      return { kind: 'launched', process: started.process, startedAt, ports };
    } catch (error) {
      return failed('SPAWN_FAILED', `the agent could not prepare it: ${messageOf(error)}`);
    }
  }
}

const failed = (reason: string, message: string): Launched => ({ kind: 'failed', reason, message });
