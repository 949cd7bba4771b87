// What every command shares: failures become a message on standard error and an exit code, never a stack trace on
// standard output; and what every command that talks to a cluster shares: which one, and in which form it answers.

import { Command, Option } from 'clipanion';
import { OrionClient } from '../client/index.ts';
import { unreachable } from '../lib/assert.ts';
import { OrionError } from '../lib/errors.ts';
import type { Context } from './context.ts';
import { exitCodeOf, exitOk } from './exit.ts';
import { findPeers } from './find-peers.ts';
import { describeError } from './report.ts';

export abstract class OrionCommand extends Command<Context> {
  /** The command itself; a throw becomes its exit code by the table in exit.ts. */
  protected abstract run(): Promise<void>;

  override async execute(): Promise<number> {
    try {
      await this.run();
      return exitOk;
    } catch (error) {
      this.say(describeError(error));
      return exitCodeOf(error);
    }
  }

  /** One line of talk, for people: standard error. */
  protected say(text: string): void {
    this.context.stderr.write(`${text}\n`);
  }

  /** Data: standard output. */
  protected print(text: string): void {
    this.context.stdout.write(text);
  }
}

export abstract class ClientCommand extends OrionCommand {
  peers = Option.String('--peers', {
    env: 'ORION_PEERS',
    description:
      'URLs of peers, separated by commas (default: the `orion dev` of this folder, else http://127.0.0.1:6060)',
  });

  protected client(): OrionClient {
    return new OrionClient({ peers: findPeers(this.peers) });
  }
}

type OutputFormat = 'table' | 'json' | 'yaml';

export abstract class OutputCommand extends ClientCommand {
  output = Option.String('-o,--output', 'table', { description: 'table, json or yaml' });

  /** The form asked for. Throws `USAGE`; to be called before anything is done. */
  protected outputFormat(): OutputFormat {
    const { output } = this;
    if (output === 'table' || output === 'json' || output === 'yaml') return output;
    throw new OrionError('USAGE', `--output is table, json or yaml, not "${output}"`);
  }

  /** Prints `value` in `format`; `table` draws it for people. */
  protected async show<T>(format: OutputFormat, value: T, table: (value: T) => string): Promise<void> {
    switch (format) {
      case 'table':
        return this.print(table(value));
      case 'json':
        return this.print(`${JSON.stringify(value, undefined, 2)}\n`);
      case 'yaml': {
        const yaml = await import('yaml');
        return this.print(yaml.stringify(value, { aliasDuplicateObjects: false }));
      }
      default:
        return unreachable(format);
    }
  }
}
