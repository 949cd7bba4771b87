// The command line: finds the command that a line means, loads it, and runs it; and what becomes of a line that means none.
// Nothing else is loaded before the command is known: `orion --version` costs little more than a bare node.

import { messageOf } from '../lib/errors.ts';
import { version } from '../protocol/version.ts';
import { commands, commandsOf, type CommandEntry, findCommand } from './commands.ts';
import type { Context } from './context.ts';
import { exitOk, exitUsage } from './exit.ts';
import { didYouMean } from './nearest.ts';

/** Runs `args` (without node and the file) and resolves with the exit code. Never rejects. */
export async function run(args: readonly string[], context: Context): Promise<number> {
  const [first = '--help', second] = args;
  if (isVersion(first)) return print(context, `${version}\n`);
  if (isHelp(first) && args.length <= 1)
    return print(context, await (await import('./help.ts')).renderHelp());
  if (first === 'help') return run([...args.slice(1), '--help'], context);
  const entry = findCommand(args);
  if (entry !== undefined) return runCommand(entry, args, context);
  const group = commandsOf(first);
  if (group.length > 0 && (second === undefined || isHelp(second))) {
    const text = await (await import('./help.ts')).renderGroupHelp(first);
    return second === undefined
      ? refuse(context, `orion ${first} needs one word more\n\n${text}`)
      : print(context, text);
  }
  return refuse(context, unknownCommand(first, args[1], group));
}

const isVersion = (word: string): boolean => word === '--version' || word === '-v';
const isHelp = (word: string): boolean => word === '--help' || word === '-h' || word === 'help';

async function runCommand(entry: CommandEntry, args: readonly string[], context: Context): Promise<number> {
  const { OrionCli, readable } = await import('./orion-cli.ts');
  const cli = new OrionCli();
  cli.register(await entry.load());
  let parsed;
  try {
    parsed = cli.process([...args], context);
  } catch (error) {
    const { wrongLine } = await import('./wrong-line.ts');
    const message = readable(messageOf(error)).trim();
    return refuse(context, wrongLine(cli, { path: entry.path, args, message }));
  }
  return cli.run(parsed, context);
}

function unknownCommand(first: string, second: string | undefined, group: readonly CommandEntry[]): string {
  const typed = group.length === 0 || second === undefined ? first : `${first} ${second}`;
  if (first.startsWith('-')) {
    return `the first word is a command, not "${first}"${didYouMean(first, ['--help', '--version']) || '.'}`;
  }
  const known = group.length === 0 ? commands : group;
  const words = known.filter((entry) => entry.isHidden !== true).map(({ path }) => path);
  const starts = words.map((path) => path.split(' ')[0] ?? path);
  return `"orion ${typed}" is no command${didYouMean(typed, [...words, ...starts]) || '.'}`;
}

function print(context: Context, text: string): number {
  context.stdout.write(text);
  return exitOk;
}

function refuse(context: Context, why: string): number {
  context.stderr.write(`error: ${why.trimEnd()}\n\nAll commands: orion --help\n`);
  return exitUsage;
}
