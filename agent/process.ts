// Starting a workload's process so that it outlives the agent.
//
// P1. A session and group of its own, no pipe to the agent: standard output and error go to an O_APPEND file.
// P2. Arguments reach the program byte for byte: no shell, no splitting.
// P3. The environment is what is listed here, what the workload asks for, and what orion says, which wins.

import { spawn, type ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { present, unreachable } from '../src/lib/assert.ts';
import { messageOf } from '../src/lib/errors.ts';
import type { Assigned } from '../src/protocol/agent.ts';
import type { ProcessIdentity } from '../src/protocol/agent-directory.ts';
import type { Workload } from '../src/protocol/objects.ts';
import { isErrno } from './files.ts';
import { agentMark, assignmentMark, identify } from './process-table.ts';

const inherited = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TMPDIR'];

export interface LaunchOptions {
  readonly assigned: Assigned;
  readonly ports: Readonly<Record<string, number>>;
  readonly agentId: string;
  readonly nodeId: string;
  readonly logFile: string;
  /** Called once, later, when the process has ended. */
  readonly onExit: (
    process: ProcessIdentity,
    exit: { readonly code: number; readonly signal: string | undefined },
  ) => void;
}

export type LaunchResult =
  | { readonly kind: 'launched'; readonly process: ProcessIdentity }
  /** `message` names what is missing. */
  | { readonly kind: 'failed'; readonly message: string };

/** Starts the process. It never throws for what a workload can get wrong. */
export async function launch(options: LaunchOptions): Promise<LaunchResult> {
  const { workload } = options.assigned;
  const [program = '', ...args] = argvOf(workload);
  const failed = (error: unknown): LaunchResult => ({
    kind: 'failed',
    message: explain(error, { program, path: workload.path }),
  });
  let child: ChildProcess;
  try {
    const log = fs.openSync(options.logFile, 'a', 0o600);
    try {
      child = spawn(program, args, {
        cwd: workload.path,
        env: environmentOf(options),
        stdio: ['ignore', log, log], // P1
        detached: true,
      });
    } finally {
      fs.closeSync(log);
    }
  } catch (error) {
    return failed(error);
  }
  if (child.pid === undefined) {
    return failed(await new Promise<unknown>((settle) => child.once('error', settle)));
  }
  child.unref();
  const process = present(identify(child.pid), 'a child has an identity until it is reaped, later than now');
  child.once('exit', (code, signal) =>
    options.onExit(process, {
      code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]),
      signal: signal ?? undefined,
    }),
  );
  return { kind: 'launched', process };
}

/** Program and arguments; what is run is named absolutely, so that no name can be taken for an option. */
function argvOf({ runtime, path, entry, command, args }: Workload): string[] {
  if (command !== undefined) return [...command, ...args];
  const file = resolve(path, entry ?? '');
  switch (runtime) {
    case 'node':
      return [process.execPath, file, ...args];
    case 'bun':
      return ['bun', file, ...args];
    case 'deno':
      return ['deno', 'run', '-A', file, ...args];
    case 'command':
      return [file, ...args];
    default:
      return unreachable(runtime);
  }
}

/** `PORT` is the first port of the workload, `PORT_<NAME>` each by its name. */
function environmentOf(options: Omit<LaunchOptions, 'logFile' | 'onExit'>): Record<string, string> {
  const { assigned, ports, agentId, nodeId } = options;
  const environment: Record<string, string> = {};
  for (const name of inherited) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  Object.assign(environment, assigned.workload.env);
  for (const [i, { name }] of assigned.workload.ports.entries()) {
    const port = String(present(ports[name], 'every port of the workload was chosen'));
    if (i === 0) environment['PORT'] = port;
    environment[`PORT_${name.toUpperCase().replaceAll('-', '_')}`] = port;
  }
  return Object.assign(environment, {
    ORION_MANAGED: 'true',
    ORION_SERVICE_NAME: assigned.service,
    ORION_REPLICA_ID: `${assigned.service}-${assigned.index}`,
    ORION_REPLICA_INDEX: String(assigned.index),
    ORION_NODE_ID: nodeId,
    [assignmentMark]: assigned.assignmentId,
    [agentMark]: agentId,
  });
}

/** The kernel says ENOENT for a program, for what a script names behind `#!`, and for a working directory that is not there. */
function explain(error: unknown, { program, path }: { program: string; path: string }): string {
  if (!fs.existsSync(path)) return `the working directory ${path} does not exist on this node`;
  if (isErrno(error, 'ENOENT') && program.includes('/') && fs.existsSync(resolve(path, program))) {
    return `what runs the program ${program} was not found on this node: look at its first line, and for Windows line ends`;
  }
  if (isErrno(error, 'ENOENT')) return `the program ${program} was not found on this node`;
  if (isErrno(error, 'EACCES')) return `the program ${program} may not be executed on this node`;
  return `the program ${program} could not be started: ${messageOf(error)}`;
}
