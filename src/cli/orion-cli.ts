// Clipanion's command line for one command, or for the help of many, with its texts made readable.

import { Cli } from 'clipanion';
import { version } from '../protocol/version.ts';
import type { Context } from './context.ts';

export interface CommandOption {
  /** As `-o` and `--output`. */
  readonly names: readonly string[];
  readonly takesValue: boolean;
  readonly isRequired: boolean;
  readonly description: string;
}

export class OrionCli extends Cli<Context> {
  constructor() {
    super({ binaryName: 'orion', binaryVersion: version, enableColors: false });
  }

  override usage(...args: Parameters<Cli<Context>['usage']>): string {
    return aligned(readable(super.usage(...args)));
  }

  /** Every option of every command that is registered. */
  options(): readonly CommandOption[] {
    return this.definitions().flatMap(({ options }) =>
      options.map(({ definition, description, required }) => ({
        names: (definition.split(' ')[0] ?? '').split(','),
        takesValue: definition.includes(' '),
        isRequired: required,
        description: description ?? '',
      })),
    );
  }
}

/** The descriptions of options one below the other: their names have become longer. */
function aligned(text: string): string {
  const option = /^( {2}-\S*(?: \S+)?) {2,}(\S.*)$/;
  const lines = text.split('\n');
  const width = Math.max(0, ...lines.map((line) => option.exec(line)?.[1]?.length ?? 0));
  return lines
    .map((line) =>
      line.replace(option, (_, flags: string, what: string) => `${flags.padEnd(width)}  ${what}`),
    )
    .join('\n');
}

/** Values have names (`--data-dir DATA-DIR`, not `#0`). */
export function readable(text: string): string {
  return text.replaceAll(
    /(--([a-z-]+)) #0/g,
    (_, flag: string, name: string) => `${flag} ${name.toUpperCase()}`,
  );
}
