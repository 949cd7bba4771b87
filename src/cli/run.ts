// The command line: which commands there are, and what becomes of a line that none of them understands.

import { Builtins, Cli } from 'clipanion';
import { messageOf } from '../lib/errors.ts';
import { version } from '../protocol/version.ts';
import { AgentStartCommand } from './agent-start.ts';
import { ApplyCommand } from './apply.ts';
import { BackupCommand } from './backup.ts';
import { ClusterAddCommand, ClusterPromoteCommand, ClusterRemoveCommand } from './cluster-members.ts';
import { ClusterRecoverCommand } from './cluster-recover.ts';
import { ClusterStatusCommand } from './cluster-status.ts';
import { ClusterTransferCommand } from './cluster-transfer.ts';
import type { Context } from './context.ts';
import { DebugLogCommand } from './debug-log.ts';
import { DeleteCommand } from './delete.ts';
import { DevCommand } from './dev.ts';
import { exitUsage } from './exit.ts';
import { GetCommand } from './get.ts';
import { InitCommand } from './init.ts';
import { LogsCommand } from './logs.ts';
import { PeerStartCommand } from './peer-start.ts';
import { RestoreCommand } from './restore.ts';
import { ScaleCommand } from './scale.ts';

const commands = [
  Builtins.HelpCommand,
  Builtins.VersionCommand,
  AgentStartCommand,
  ApplyCommand,
  BackupCommand,
  ClusterAddCommand,
  ClusterPromoteCommand,
  ClusterRecoverCommand,
  ClusterRemoveCommand,
  ClusterStatusCommand,
  ClusterTransferCommand,
  DebugLogCommand,
  DeleteCommand,
  DevCommand,
  GetCommand,
  InitCommand,
  LogsCommand,
  PeerStartCommand,
  RestoreCommand,
  ScaleCommand,
];

/** Runs `args` (without node and the file) and resolves with the exit code. Never rejects. */
export async function run(args: readonly string[], context: Context): Promise<number> {
  const cli = new OrionCli({
    binaryName: 'orion',
    binaryLabel: 'A highly available control plane for small fleets',
    binaryVersion: version,
    enableColors: false,
  });
  for (const one of commands) cli.register(one);
  let command;
  try {
    command = cli.process([...args], context);
  } catch (error) {
    context.stderr.write(`error: ${readable(messageOf(error)).trim()}\n\nAll commands: orion --help\n`);
    return exitUsage;
  }
  return cli.run(command, context);
}

/** Clipanion's, with its texts made readable. */
class OrionCli extends Cli<Context> {
  override usage(...args: Parameters<Cli<Context>['usage']>): string {
    return readable(super.usage(...args));
  }
}

/** Values have names (`--data-dir DATA-DIR`, not `#0`), and a line that lacks an option is not called unknown. */
function readable(text: string): string {
  return text
    .replaceAll(/(--([a-z-]+)) #0/g, (_, flag: string, name: string) => `${flag} ${name.toUpperCase()}`)
    .replace('Command not found; did you mean', 'Unknown command, or an option is missing; did you mean');
}
