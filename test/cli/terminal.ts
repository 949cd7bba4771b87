// The command line in a test: run in this process, its streams caught.

import { Readable, Writable } from 'node:stream';
import { Cli } from 'clipanion';
import type { Programs } from '../../src/cli/context.ts';
import { run } from '../../src/cli/run.ts';

export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const noPrograms: Programs = {
  mainFile: '/nowhere/main.js',
  startPeer: () => Promise.reject(new Error('no test here starts a peer')),
  debugLog: () => Promise.reject(new Error('no test here reads a log')),
  restore: () => Promise.reject(new Error('no test here restores')),
  recover: () => Promise.reject(new Error('no test here recovers')),
  startAgent: () => Promise.reject(new Error('no test here starts an agent')),
  tui: () => Promise.reject(new Error('no test here draws')),
};

/** Runs `orion ARGS` with `env` as its whole environment, `input` on standard input, and a terminal or none. */
export async function orion(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  programs: Partial<Programs> = {},
  {
    input = '',
    isTerminal = false,
    columns,
  }: { readonly input?: string | Uint8Array; readonly isTerminal?: boolean; readonly columns?: number } = {},
): Promise<Outcome> {
  const stdout = new Collector(isTerminal, columns);
  const stderr = new Collector(isTerminal, columns);
  const exitCode = await run(args, {
    ...Cli.defaultContext,
    env,
    stdin: Readable.from([input]),
    stdout,
    stderr,
    programs: { ...noPrograms, ...programs },
  });
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

class Collector extends Writable {
  readonly isTTY: boolean;
  readonly columns: number | undefined;
  text = '';

  constructor(isTTY: boolean, columns: number | undefined) {
    super();
    this.isTTY = isTTY;
    this.columns = columns;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
