// What every command shares: failures become a message on standard error and an exit code, never a stack trace on
// standard output; and what every command that talks to a cluster shares: which one, and in which form it answers.

import { Command, Option } from 'clipanion';
import { OrionClient } from '../client/index.ts';
import { unreachable } from '../lib/assert.ts';
import { OrionError } from '../lib/errors.ts';
import { type Paint, paintFor } from './colour.ts';
import type { Context } from './context.ts';
import { exitCodeOf, exitOk } from './exit.ts';
import { findPeers } from './find-peers.ts';
import { didYouMean } from './nearest.ts';
import { describeError } from './report.ts';
import type { TableStyle } from './table.ts';

export abstract class OrionCommand extends Command<Context> {
  /** What the process exits with when `run` resolves. */
  protected exitCode = exitOk;

  /** The command itself; a throw becomes its exit code by the table in exit.ts. */
  protected abstract run(): Promise<void>;

  override async execute(): Promise<number> {
    try {
      await this.run();
      return this.exitCode;
    } catch (error) {
      const paint = paintFor(this.context.stderr, this.context.env);
      this.say(describeError(error).replace(/^error:/, (word) => paint(word, 'bad')));
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

  /** Colours for standard output, where a person reads it. */
  protected get paint(): Paint {
    return paintFor(this.context.stdout, this.context.env);
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

/** `wide` is a table with more columns, `name` one `KIND/NAME` a line. */
export type OutputFormat = 'table' | 'wide' | 'json' | 'yaml' | 'name';
const outputFormats: readonly OutputFormat[] = ['table', 'wide', 'json', 'yaml', 'name'];

/** How a value looks to people, and what the objects in it are called. */
export interface Views<T> {
  readonly table: (value: T, style: TableStyle) => string;
  /** `KIND/NAME` each. */
  readonly names: (value: T) => readonly string[];
}

export abstract class OutputCommand extends ClientCommand {
  output = Option.String('-o,--output', 'table', { description: outputFormats.join(', ') });

  /** The form asked for. Throws `USAGE`; to be called before anything is done. */
  protected outputFormat(): OutputFormat {
    const format = outputFormats.find((one) => one === this.output);
    if (format !== undefined) return format;
    const meant = didYouMean(this.output, outputFormats);
    throw new OrionError(
      'USAGE',
      `--output is one of ${outputFormats.join(', ')}, not "${this.output}"${meant}`,
    );
  }

  /** How tables are drawn here, in `format`. */
  protected tableStyle(format: OutputFormat): TableStyle {
    return { isWide: format === 'wide', hasTitles: true, paint: this.paint };
  }

  /** Prints `value` in `format`. */
  protected async show<T>(format: OutputFormat, value: T, views: Views<T>): Promise<void> {
    switch (format) {
      case 'table':
      case 'wide':
        return this.print(views.table(value, this.tableStyle(format)));
      case 'name':
        return this.print(linesOf(views.names(value)));
      case 'json':
        return this.print(`${JSON.stringify(value, undefined, 2)}\n`);
      case 'yaml':
        return this.print(await yamlOf(value));
      default:
        return unreachable(format);
    }
  }
}

/** Of a command that lists objects, and can go on with what changes. */
export abstract class ListCommand extends OutputCommand {
  selector = Option.String('-l,--selector', {
    description: 'Only objects with these labels: a=b,c!=d,e in (x,y),!f',
  });
  fieldSelector = Option.String('--field-selector', {
    description: 'Only objects with these fields: spec.node=pi-1,status.state!=running',
  });
  watch = Option.Boolean('-w,--watch', false, { description: 'Go on with what changes, until interrupted' });
  noHeaders = Option.Boolean('--no-headers', false, { description: 'Tables without their titles' });

  protected override tableStyle(format: OutputFormat): TableStyle {
    return { ...super.tableStyle(format), hasTitles: !this.noHeaders };
  }

  /** What `-l` and `--field-selector` say, for the client. */
  protected selectors(): { readonly labelSelector?: string; readonly fieldSelector?: string } {
    return {
      ...(this.selector === undefined ? {} : { labelSelector: this.selector }),
      ...(this.fieldSelector === undefined ? {} : { fieldSelector: this.fieldSelector }),
    };
  }
}

/** Each ended by a newline. */
export const linesOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

export async function yamlOf(value: unknown): Promise<string> {
  const yaml = await import('yaml');
  return yaml.stringify(value, { aliasDuplicateObjects: false });
}
