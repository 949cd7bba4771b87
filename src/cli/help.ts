// What `orion --help` and `orion cluster --help` print: every command with one line, in groups.

import type { Definition } from 'clipanion';
import { commandsOf, commands, type CommandEntry } from './commands.ts';
import { OrionCli, readable } from './orion-cli.ts';

/** Groups in their order; a command names its own in `usage.category`. */
const categories = ['Services', 'Looking', 'Settings', 'Cluster', 'This machine', 'Shell'] as const;

/** Columns for the usage of a command, unless it takes more. */
const usageWidthMax = 34;

/** All commands. */
export async function renderHelp(): Promise<string> {
  const definitions = await definitionsOf(commands);
  const groups = categories.map((category) => ({
    category,
    members: definitions.filter((one) => one.category?.trim() === category),
  }));
  const width = widthOf(definitions);
  return [
    'orion keeps services running on a handful of machines.',
    '',
    'Usage: orion COMMAND [ARGUMENTS] [OPTIONS]',
    ...groups.flatMap(({ category, members }) => groupLines(category, members, width)),
    '',
    'Commands that talk to a cluster take --peers URL,URL (or ORION_PEERS) or --context NAME. More: orion COMMAND --help.',
    '',
  ].join('\n');
}

function groupLines(category: string, members: readonly Definition[], width: number): readonly string[] {
  return members.length === 0 ? [] : ['', `${category}:`].concat(members.map((one) => lineOf(one, width)));
}

/** The commands that begin with `word`. */
export async function renderGroupHelp(word: string): Promise<string> {
  const definitions = await definitionsOf(commandsOf(word));
  const width = widthOf(definitions);
  const lines = definitions.map((one) => lineOf(one, width));
  return [
    `orion ${word} ...`,
    '',
    ...lines,
    '',
    `More about one: ${definitions[0]?.path.split(' [')[0]} --help.`,
    '',
  ].join('\n');
}

async function definitionsOf(entries: readonly CommandEntry[]): Promise<readonly Definition[]> {
  const cli = new OrionCli();
  const shown = entries.filter((entry) => entry.isHidden !== true);
  for (const command of await Promise.all(shown.map(({ load }) => load()))) cli.register(command);
  return cli.definitions();
}

const widthOf = (definitions: readonly Definition[]): number =>
  Math.min(usageWidthMax, Math.max(...definitions.map((one) => usageOf(one).length)));

/** `orion get KIND [NAME]`, and the options that it does not do without. */
function usageOf({ usage, options }: Definition): string {
  const required = options.filter((option) => option.required).map(({ definition }) => readable(definition));
  return [usage.replaceAll(/[<>]/g, ''), ...required].join(' ');
}

/** A long usage has its description on the next line. */
function lineOf(one: Definition, width: number): string {
  const usage = usageOf(one);
  const description = (one.description ?? '').trim();
  const gap = usage.length > width ? `\n  ${' '.repeat(width)}` : ' '.repeat(width - usage.length);
  return `  ${usage}${gap}  ${description}`;
}
