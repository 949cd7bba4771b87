#!/usr/bin/env node
// The `orion` binary: the command line with the programs it can run. Those come by dynamic import, so that
// `orion get` starts without loading a server.

import { fileURLToPath } from 'node:url';
import { exitFailed, exitOk } from './cli/exit.ts';
import { run } from './cli/run.ts';

process.stdout.on('error', endWithoutOutput);
process.stderr.on('error', () => undefined); // Talk that nobody reads any more holds up no work.

const mainFile = fileURLToPath(import.meta.url);
const exitCode = await run(process.argv.slice(2), {
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  colorDepth: 1, // colours are our own (colour.ts)
  programs: {
    mainFile,
    startPeer: async (options) => (await import('./server.ts')).startPeer(options),
    debugLog: async (options) => (await import('./offline/debug-log.ts')).debugLog(options),
    restore: async (options) => (await import('./offline/restore.ts')).restoreBackup(options),
    recover: async (options) => (await import('./offline/recover.ts')).recover(options),
    startAgent: async (options) => (await import('../agent/main.ts')).startAgent(options),
    tui: async (options) => (await import('../tui/main.ts')).runTui({ ...options, mainFile }),
  },
});

// Whatever is still open (a connection kept alive, a channel to a parent) holds nobody back; output is written first.
process.stdout.write('', (error) => (error ? endWithoutOutput(error) : process.exit(exitCode)));

/** Whoever reads our output may go away (`orion logs hello | head`): no failure. A disk that is full is one. */
function endWithoutOutput(error: NodeJS.ErrnoException): never {
  if (error.code === 'EPIPE') process.exit(exitOk);
  process.stderr.write(`error: standard output cannot be written: ${error.message}\n`);
  process.exit(exitFailed);
}
