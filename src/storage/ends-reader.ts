// Whether a state ends the process that reads it: tried with one that has nothing else to lose.
// Why: LevelDB trusts lengths in its own files, and aborts for want of memory when a damaged one asks for more than there is.
// That processes ended while they read a state says little: so do a power cut, a kill and a start that took too long.

import { fork } from 'node:child_process';
import { extname } from 'node:path';

/** What a process is ended with by what it does itself; nobody sends it, and the kernel does not for want of memory. */
const ownEnds = new Set<unknown>(['SIGABRT', 'SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP']);

/** Reads the state at `path`, which nobody has open, in a process of its own: whether that came to an end of its own making. */
export async function endsReader(path: string): Promise<boolean> {
  const program = new URL(`./read-alone${extname(import.meta.url)}`, import.meta.url);
  const child = fork(program, [path], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  return new Promise((resolve) => {
    child.once('exit', (_code, signal) => resolve(ownEnds.has(signal)));
    child.once('error', () => resolve(false)); // it never ran
  });
}
