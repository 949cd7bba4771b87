// `orion __complete -- WORD…`: what can stand where the last of the words is being typed. For the shells' scripts.
//
// P1. It always ends soon, and never fails: where nobody answers there are no names, and the user types on.

import { Option } from 'clipanion';
import { OrionClient } from '../client/index.ts';
import { collectionOf } from '../client/kinds.ts';
import { commands, commandsOf, type CommandEntry, findCommand, type Word } from './commands.ts';
import { shells } from './completion.ts';
import { readContexts } from './context-file.ts';
import { findPeers } from './find-peers.ts';
import { type KindName, kinds, parseKind } from './kinds.ts';
import { type CommandOption, OrionCli } from './orion-cli.ts';
import { OrionCommand } from './orion-command.ts';
import { outputFormats } from './output.ts';
import { printable } from './text.ts';

interface Candidate {
  readonly value: string;
  readonly description?: string;
}

/** Nobody waits longer for a name, in milliseconds. */
const patienceMs = 700;
/** Names that are offered; nobody reads more. */
const namesMax = 500;

const files: readonly Candidate[] = [{ value: ':files' }];

export class CompleteCommand extends OrionCommand {
  static override paths = [['__complete']];

  words = Option.Proxy();

  protected override async run(): Promise<void> {
    const words = this.words[0] === '--' ? this.words.slice(1) : this.words;
    const typed = words.at(-1) ?? '';
    const found = await this.#candidates(words.slice(0, -1), typed).catch(() => []); // P1
    const fitting = found.filter(({ value }) => value.startsWith(typed) || value === ':files');
    const lines = fitting.map(({ value, description = '' }) =>
      value === ':files' ? value : `${value}\t${printable(description).trim()}`,
    );
    this.print(lines.map((line) => `${line}\n`).join(''));
  }

  async #candidates(before: readonly string[], typed: string): Promise<readonly Candidate[]> {
    const entry = findCommand(before);
    if (entry === undefined) return commandWords(before);
    const cli = new OrionCli();
    cli.register(await entry.load());
    const line = readLine(before.slice(entry.path.split(' ').length), cli.options());
    if (line.open !== undefined) return this.#valuesOf(line.open, line);
    if (typed.startsWith('-')) return optionCandidates(cli.options(), before);
    return this.#positional(entry, line, typed);
  }

  async #positional(entry: CommandEntry, line: Line, typed: string): Promise<readonly Candidate[]> {
    const { positionals } = line;
    const word = entry.words?.[positionals.length];
    const slash = typed.indexOf('/');
    if (word === 'kind' && slash > 0) {
      const kind = typed.slice(0, slash);
      const names = await this.#names(parseKind(kind).name, line);
      return names.map((name) => ({ value: `${kind}/${name}` }));
    }
    if (word === 'name') {
      return asCandidates(await this.#names(parseKind(positionals.at(-1) ?? '').name, line));
    }
    return word === undefined ? [] : this.#named(word, line);
  }

  async #named(word: Exclude<Word, 'name'>, line: Line): Promise<readonly Candidate[]> {
    switch (word) {
      case 'kind':
        return kinds.map(({ plural, short }) => ({ value: plural, description: short.join(', ') }));
      case 'service':
        return asCandidates(await this.#names('Service', line));
      case 'node':
        return asCandidates(await this.#names('Node', line));
      case 'assignment':
        return asCandidates(await this.#names('Assignment', line));
      case 'setting':
        return asCandidates(await this.#names('Setting', line));
      case 'peer':
        return asCandidates(await this.#names('Peer', line));
      case 'context':
        return asCandidates([...readContexts(this.context.env).peers.keys()]);
      case 'shell':
        return asCandidates(shells);
      case 'file':
        return files;
      default:
        return [];
    }
  }

  /** What can follow an option. */
  async #valuesOf({ names }: CommandOption, line: Line): Promise<readonly Candidate[]> {
    if (names.includes('--output')) return asCandidates(outputFormats);
    if (names.includes('--context')) return this.#named('context', line);
    if (names.some((name) => /^--(file|config|data-dir|dir|apply)$/.test(name))) return files;
    return [];
  }

  async #names(kind: KindName, line: Line): Promise<readonly string[]> {
    const { peers } = findPeers({ peers: line.peers, context: line.context, env: this.context.env });
    const client = new OrionClient({ peers, timeoutMs: patienceMs, deadlineMs: patienceMs });
    if (kind === 'Peer') return (await client.cluster()).peers.map(({ id }) => id);
    const list = await client.list(collectionOf(kind), { limit: namesMax, consistency: 'stale' });
    return list.items.map(({ metadata }) => metadata.name);
  }
}

/** What a line says so far, behind the command. */
interface Line {
  readonly positionals: readonly string[];
  /** The option whose value comes next. */
  readonly open: CommandOption | undefined;
  readonly peers: string | undefined;
  readonly context: string | undefined;
}

function readLine(words: readonly string[], options: readonly CommandOption[]): Line {
  const positionals: string[] = [];
  const values = new Map<string, string>();
  let open: CommandOption | undefined;
  for (const word of words) {
    if (open !== undefined) {
      values.set(open.names.at(-1) ?? '', word);
      open = undefined;
    } else if (word.startsWith('-') && word !== '-') {
      const [name = '', value] = word.split('=');
      if (value !== undefined) values.set(name, value);
      else open = options.find(({ names, takesValue }) => takesValue && names.includes(name));
    } else positionals.push(word);
  }
  return { positionals, open, peers: values.get('--peers'), context: values.get('--context') };
}

/** The first word of a command, or the second one of those that have two. */
function commandWords(before: readonly string[]): readonly Candidate[] {
  if (before.length > 1) return [];
  const [group] = before;
  const fitting = group === undefined ? commands : commandsOf(group);
  const words = fitting
    .filter((entry) => entry.isHidden !== true)
    .map(({ path }) => path.split(' ')[group === undefined ? 0 : 1] ?? path);
  return asCandidates([...new Set(words)]);
}

/** Those that were not given yet. */
function optionCandidates(
  options: readonly CommandOption[],
  before: readonly string[],
): readonly Candidate[] {
  return options
    .filter(({ names }) => !names.some((name) => before.includes(name)))
    .map(({ names, description }) => ({ value: names.at(-1) ?? '', description }));
}

const asCandidates = (values: readonly string[]): readonly Candidate[] => values.map((value) => ({ value }));
