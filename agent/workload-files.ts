// Settings as files: written before each start of a replica.
//
// F1. A file appears whole: it is written beside its place, readable by the agent's user alone (0600), and renamed.
// F2. A relative path stays below the workload's own, wherever symbolic links lead; no directory is made.
// F3. What a file holds stands in no message.
//
// Why files are not removed with their last replica: a path may lie on a file system that nodes share, or several agents may
// have one machine. The same file, with the same text, is then in use by replicas that this agent knows nothing of, and a service
// that loses its configuration while it runs is worse than a file that stays.
//
// Not synced: after a power cut nothing runs that could read it, and the next start writes it again.

import * as fs from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { messageOf } from '../src/lib/errors.ts';
import type { Assigned } from '../src/protocol/agent.ts';
import { isErrno } from './files.ts';

/** Writes what `assigned` asks for. Answers why it cannot, in a sentence, or undefined. */
export function writeFiles({ assignmentId, workload }: Assigned): string | undefined {
  for (const { setting, path, data } of workload.files ?? []) {
    const place = resolve(workload.path, path);
    const cannot = (why: string): string => `the setting ${setting} cannot be written to ${place}: ${why}`;
    try {
      const directory = fs.realpathSync(dirname(place));
      if (!isAbsolute(path) && !isBelow(directory, fs.realpathSync(workload.path))) {
        return cannot(`a symbolic link leads out of ${workload.path}`); // F2
      }
      replace({ directory, name: basename(place), beside: `.${assignmentId}.orion`, data });
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) return cannot(messageOf(error));
      return cannot(`the directory ${dirname(place)} does not exist on this node`);
    }
  }
  return undefined;
}

function isBelow(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

// F1
function replace(file: {
  readonly directory: string;
  readonly name: string;
  readonly beside: string;
  readonly data: string;
}): void {
  const beside = join(file.directory, file.beside);
  fs.rmSync(beside, { force: true }); // An agent died here.
  try {
    fs.writeFileSync(beside, file.data, { flag: 'wx', mode: 0o600 });
    fs.renameSync(beside, join(file.directory, file.name));
  } catch (error) {
    fs.rmSync(beside, { force: true });
    throw error;
  }
}
