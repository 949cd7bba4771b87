// The replicas of this agent on disk, one file each, so that the next agent finds them.
// A record that cannot be read is told and left out: its process, if it lives, is found by its mark.

import * as fs from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../src/lib/errors.ts';
import { replicaRecordSchema, type ReplicaRecord } from '../src/protocol/agent-directory.ts';
import { readWhole, writeWhole } from './files.ts';
import type { AgentLog } from './log.ts';

const suffix = '.json';

export class Records {
  readonly #directory: string;
  readonly #log: AgentLog;

  constructor(agentDirectory: string, log: AgentLog) {
    this.#directory = join(agentDirectory, 'replicas');
    this.#log = log;
  }

  load(): ReplicaRecord[] {
    const records: ReplicaRecord[] = [];
    for (const name of fs.readdirSync(this.#directory)) {
      if (!name.endsWith(suffix)) continue;
      try {
        const record = readWhole(join(this.#directory, name), replicaRecordSchema);
        if (record !== undefined) records.push(record);
      } catch (error) {
        this.#log({ record: name, error: messageOf(error) }, 'replica record cannot be read');
      }
    }
    return records;
  }

  /** Durable when it returns. Throws what the disk has to say. */
  save(record: ReplicaRecord): void {
    writeWhole(this.#path(record.replica.assigned.assignmentId), record);
  }

  remove(assignmentId: string): void {
    fs.rmSync(this.#path(assignmentId), { force: true });
  }

  #path(assignmentId: string): string {
    return join(this.#directory, `${encodeURIComponent(assignmentId)}${suffix}`);
  }
}
