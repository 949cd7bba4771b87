// `orion setting set|get|ls|rm`: small texts that the cluster keeps, and that services can use.

import { Option } from 'clipanion';
import { OrionError } from '../lib/errors.ts';
import { textOfFile, textOfInput } from './input-text.ts';
import { KindCommand, oneViews } from './kind-command.ts';
import { objectName } from './kinds.ts';
import { OutputCommand } from './orion-command.ts';

const category = 'Settings';
const settingViews = oneViews({ name: 'Setting', singular: 'setting' });

export class SettingSetCommand extends OutputCommand {
  static override paths = [['setting', 'set']];
  static override usage = {
    category,
    description: 'Write a setting. Services that use it start anew.',
    examples: [
      ['A word', "$0 setting set greeting 'Good morning'"],
      ['A file', '$0 setting set nginx-conf -f nginx.conf'],
      ['What a program prints', 'pass show db | $0 setting set db-password -f -'],
    ] as [string, string][],
  };

  name = Option.String({ name: 'NAME' });
  data = Option.String({ name: 'DATA', required: false });
  file = Option.String('-f,--file', {
    description: 'Read it from there; - is standard input, of which a single line stands without its end',
  });

  protected override async run(): Promise<void> {
    const format = this.outputFormat();
    const setting = await this.client().putSetting(this.name, await this.#given());
    const name = objectName('setting', this.name);
    await this.show(format, setting, { table: () => `${name} set\n`, names: () => [name] });
  }

  async #given(): Promise<string> {
    const { data, file } = this;
    if ((data === undefined) === (file === undefined)) {
      throw new OrionError('USAGE', 'give DATA, or -f FILE (- for standard input)');
    }
    if (data !== undefined) return data;
    return file === '-' ? oneLine(await textOfInput(this.context.stdin)) : textOfFile(file ?? '');
  }
}

/** What is one line stands without its end: programs that print a password add one. */
function oneLine(input: string): string {
  return /^[^\n]*\n$/.test(input) ? input.replace(/\r?\n$/, '') : input;
}

export class SettingGetCommand extends OutputCommand {
  static override paths = [['setting', 'get']];
  static override usage = {
    category,
    description: 'Print what a setting holds, as it is.',
    examples: [['Into a file', '$0 setting get nginx-conf > nginx.conf']] as [string, string][],
  };

  name = Option.String({ name: 'NAME' });

  protected override async run(): Promise<void> {
    const format = this.outputFormat();
    const setting = await this.client().get('settings', this.name);
    await this.show(format, setting, { ...settingViews, table: ({ spec }) => this.#text(spec.data) });
  }

  /** Without an end of its own, the next prompt would stand behind it. */
  #text(data: string): string {
    const { stdout } = this.context;
    const isTerminal = 'isTTY' in stdout && stdout.isTTY === true;
    return isTerminal && !data.endsWith('\n') ? `${data}\n` : data;
  }
}

export class SettingListCommand extends KindCommand {
  static override paths = [['setting', 'ls']];
  static override usage = {
    category,
    description: 'List settings, without what they hold.',
  };

  protected override async run(): Promise<void> {
    await this.showAll(this.outputFormat(), 'Setting');
  }
}

export class SettingRemoveCommand extends OutputCommand {
  static override paths = [['setting', 'rm']];
  static override usage = {
    category,
    description: 'Delete a setting that no service uses.',
  };

  name = Option.String({ name: 'NAME' });

  protected override async run(): Promise<void> {
    const format = this.outputFormat();
    await this.client().delete('settings', this.name);
    const name = objectName('setting', this.name);
    const answer = { kind: 'Setting', name: this.name, action: 'deleted' };
    await this.show(format, answer, { table: () => `${name} deleted\n`, names: () => [name] });
  }
}
