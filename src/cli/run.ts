// The command line: which commands there are, and what becomes of a line that none of them understands.

import { Builtins, Cli } from 'clipanion';
import { messageOf } from '../lib/errors.ts';
import { version } from '../protocol/version.ts';
import { AgentStartCommand } from './agent-start.ts';
import { ApplyCommand } from './apply.ts';
import { ClusterStatusCommand } from './cluster-status.ts';
import type { Context } from './context.ts';
import { DeleteCommand } from './delete.ts';
import { DevCommand } from './dev.ts';
import { exitUsage } from './exit.ts';
import { GetCommand } from './get.ts';
import { InitCommand } from './init.ts';
import { LogsCommand } from './logs.ts';
import { PeerStartCommand } from './peer-start.ts';
import { ScaleCommand } from './scale.ts';

const commands = [
  Builtins.HelpCommand,
  Builtins.VersionCommand,
  AgentStartCommand,
  ApplyCommand,
  ClusterStatusCommand,
  DeleteCommand,
  DevCommand,
  GetCommand,
  InitCommand,
  LogsCommand,
  PeerStartCommand,
  ScaleCommand,
];

/** Runs `args` (without node and the file) and resolves with the exit code. Never rejects. */
export async function run(args: readonly string[], context: Context): Promise<number> {
  const cli = Cli.from<Context>(commands, {
    binaryName: 'orion',
    binaryLabel: 'A highly available control plane for small fleets',
    binaryVersion: version,
    enableColors: false,
  });
  let command;
  try {
    command = cli.process([...args], context);
  } catch (error) {
    context.stderr.write(`error: ${messageOf(error).trim()}\n\nAll commands: orion --help\n`);
    return exitUsage;
  }
  return cli.run(command, context);
}
