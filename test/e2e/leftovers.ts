// Finds what a cluster's agents started and did not take along: services outlive everything above them, also a test.
// A service writes to a log file in its agent's directory, so whoever has one open as its output belongs to it.

import { readdirSync, readlinkSync } from 'node:fs';

/** Pids of processes whose standard output or error is a file below `folder`. Linux only, like all that needs it. */
export function pidsWritingBelow(folder: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid)
    .filter((pid) => [1, 2].some((fd) => linkOf(pid, fd).startsWith(`${folder}/`)));
}

function linkOf(pid: number, fd: number): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    return ''; // gone meanwhile, or not ours to read
  }
}

/** Kills `pid` and its process group; one that is gone already is fine. */
export function killHard(pid: number): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch {
      // no such process or group any more
    }
  }
}
