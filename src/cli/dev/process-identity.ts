// Whether a process that was written down is still the same one: pids are used again.

import { readFileSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in the kernel's clock ticks since boot; empty where there is no /proc. */
  readonly started: string;
}

export const ownIdentity = (): ProcessIdentity => ({
  pid: process.pid,
  started: readStat(process.pid)?.started ?? '',
});

/**
 * True while the process lives; one that ended and whose parent has not noticed yet does not. Where there is no /proc,
 * another process under the same pid passes for it.
 */
export function isAlive({ pid, started }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const stat = readStat(pid);
  if (stat === undefined) return started === '';
  return stat.state !== 'Z' && (started === '' || stat.started === started);
}

function readStat(pid: number): { readonly state: string; readonly started: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is a name in parentheses that may hold anything. The third is the state, the 22nd the start.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', started: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}
