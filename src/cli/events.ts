// `orion events`: what happened to objects, the newest at the end.

import { Option } from 'clipanion';
import { OrionError } from '../lib/errors.ts';
import { KindCommand } from './kind-command.ts';
import { parseTarget } from './kinds.ts';

export class EventsCommand extends KindCommand {
  static override paths = [['events']];
  static override usage = {
    category: 'Looking',
    description: 'Show what happened to objects, the newest at the end.',
    examples: [
      ['As it happens', '$0 events -w'],
      ['Of one service', '$0 events --for service/hello'],
      ['Only what went wrong', '$0 events --field-selector spec.type=Warning'],
    ] as [string, string][],
  };

  regarding = Option.String('--for', { description: 'Only of this object: KIND/NAME' });

  protected override async run(): Promise<void> {
    const format = this.outputFormat();
    await this.showAll(format, 'Event', this.regarding === undefined ? undefined : regarding(this.regarding));
  }
}

/** The fields of events about `KIND/NAME`. Throws `USAGE`. */
function regarding(text: string): string {
  const { kind, name } = parseTarget(text, undefined);
  if (name === undefined || name === '')
    throw new OrionError('USAGE', '--for takes KIND/NAME, as service/hello');
  return `spec.regarding.kind=${kind.name},spec.regarding.name=${name}`;
}
