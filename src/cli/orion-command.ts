// What every command shares: failures become a message on standard error and an exit code, never a stack trace on
// standard output; and what every command that talks to a cluster shares: which one, and in which form it answers.

import { Command, Option } from 'clipanion';
import type { OrionClient } from '../client/index.ts';
import { ClusterAccess } from './cluster-access.ts';
import { type Paint, paintFor } from './colour.ts';
import type { Context } from './context.ts';
import { exitCodeOf, exitOk } from './exit.ts';
import { terminalSize } from './fit.ts';
import { type OutputFormat, outputOption, parseOutputFormat, rendered, type Views } from './output.ts';
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
      this.finish();
      return this.exitCode;
    } catch (error) {
      const paint = paintFor(this.context.stderr, this.context.env);
      this.say(describeError(error).replace(/^error:/, (word) => paint(word, 'bad')));
      return exitCodeOf(error);
    }
  }

  /** What remains to be done once `run` has resolved. */
  protected finish(): void {}

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

  /** How tables are drawn here, in `format`. */
  protected tableStyle(format: OutputFormat): TableStyle {
    const isWide = format === 'wide';
    const cells = isWide ? undefined : terminalSize(this.context.stdout, 'columns');
    return { isWide, hasTitles: true, paint: this.paint, cells };
  }
}

export abstract class ClientCommand extends OrionCommand {
  peers = Option.String('--peers', {
    description:
      'URLs of peers, separated by commas (default: ORION_PEERS, the `orion dev` of this folder, the current context, http://127.0.0.1:6060)',
  });
  cluster = Option.String('--context', { description: 'The cluster of that name (orion context ls)' });
  #access: ClusterAccess | undefined;

  protected client(): OrionClient {
    const { peers, cluster, context } = this;
    this.#access ??= new ClusterAccess({ peers, context: cluster, env: context.env });
    return this.#access.client;
  }

  protected override finish(): void {
    const problem = this.#access?.refresh();
    if (problem !== undefined) this.say(`warning: ${problem}`);
  }
}

export abstract class OutputCommand extends ClientCommand {
  output = outputOption();

  /** The form asked for. Throws `USAGE`; to be called before anything is done. */
  protected outputFormat(): OutputFormat {
    return parseOutputFormat(this.output);
  }

  /** Prints `value` in `format`. */
  protected async show<T>(format: OutputFormat, value: T, views: Views<T>): Promise<void> {
    this.print(await rendered(format, value, views, this.tableStyle(format)));
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
