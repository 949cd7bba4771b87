// What is wrong with a line that names a command but does not fit it, in words for people: the parser of command lines knows
// that nothing fits, and says so in words of its own.

import { didYouMean } from './nearest.ts';
import type { CommandOption, OrionCli } from './orion-cli.ts';

/**
 * What to say of `args`, which begin with the command's `path` and which the parser refused with `message`: what is missing or too
 * much, and on a line of its own how the command is used.
 */
export function wrongLine(
  cli: OrionCli,
  {
    path,
    args,
    message,
  }: { readonly path: string; readonly args: readonly string[]; readonly message: string },
): string {
  const options = cli.options();
  const words = args.slice(path.split(' ').length);
  const usage = cli.definitions()[0]?.usage ?? '';
  const [first = ''] = message.split('\n');
  const what =
    strangeOption(first, options) ??
    lackingValue(words, options) ??
    missingOptions(words, options) ??
    wrongCount(positionals(words, options), usage) ??
    first;
  const line = message.split('\n').find((one) => /^(\$|\d+\.) orion /.test(one.trim()));
  return [what, ...(line === undefined ? [] : ['', line.trim().replace(/^\d+\./, '$')])].join('\n');
}

/** One that there is not, or that takes no value and was given one. */
function strangeOption(message: string, options: readonly CommandOption[]): string | undefined {
  const [, typed] = /^(?:Unsupported|Invalid) option name \("(.+)"\)\.$/.exec(message) ?? [];
  if (typed === undefined) return undefined;
  const [name = typed] = typed.split('=');
  if (optionOf(name, options) !== undefined) return `${name} takes no value`;
  const names = [...options.flatMap((option) => option.names), '--help'];
  const meant = name.startsWith('--') ? didYouMean(name, names) : ''; // of one letter, anything may have been meant
  return `there is no option ${name} here${meant || '.'}`;
}

function lackingValue(words: readonly string[], options: readonly CommandOption[]): string | undefined {
  const at = words.findIndex((word, i) => {
    const next = words[i + 1];
    return optionOf(word, options)?.takesValue === true && (next === undefined || isOption(next));
  });
  return at < 0 ? undefined : `${words[at]} lacks its value`;
}

function missingOptions(words: readonly string[], options: readonly CommandOption[]): string | undefined {
  const given = new Set(words.map((word) => word.split('=')[0] ?? word));
  const missing = options.filter(
    ({ isRequired, names }) => isRequired && !names.some((name) => given.has(name)),
  );
  if (missing.length === 0) return undefined;
  return `an option is missing: ${missing.map(({ names }) => names.join(',')).join(' ')}`;
}

/** `usage` as `orion get <KIND> [NAME]`; one with dots takes any number. */
function wrongCount(given: readonly string[], usage: string): string | undefined {
  const missing = [...usage.matchAll(/<([^>]+)>/g)].slice(given.length).map(([, name]) => name);
  if (missing.length > 0) return `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing`;
  const most = [...usage.matchAll(/<[^>]+>|\[[^\]]+\]/g)].length;
  if (usage.includes('...') || given.length <= most) return undefined;
  return `"${given[most]}" is one word too many`;
}

/** The words that are neither options nor their values. */
function positionals(words: readonly string[], options: readonly CommandOption[]): readonly string[] {
  return words.filter(
    (word, i) => !isOption(word) && optionOf(words[i - 1] ?? '', options)?.takesValue !== true,
  );
}

const isOption = (word: string): boolean => word.startsWith('-') && word !== '-';

const optionOf = (name: string, options: readonly CommandOption[]): CommandOption | undefined =>
  options.find(({ names }) => names.includes(name));
