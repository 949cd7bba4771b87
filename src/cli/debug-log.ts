// `orion debug log`: what is in a peer's log, and whether it is sound.

import { Option } from 'clipanion';
import { OrionCommand } from './orion-command.ts';

export class DebugLogCommand extends OrionCommand {
  static override paths = [['debug', 'log']];
  static override usage = {
    category: 'This machine',
    description: 'Print and verify the log of a peer that does not run.',
    details: 'Reads only. Ends with exit code 1 if anything is damaged, and says where.',
    examples: [
      ['All of it', '$0 debug log /var/lib/orion'],
      ['For a program: one JSON object a line', '$0 debug log /var/lib/orion --json'],
    ] as [string, string][],
  };

  directory = Option.String({ name: 'DIR' });
  json = Option.Boolean('--json', false, { description: 'One JSON object a line' });

  protected override async run(): Promise<void> {
    const print = (line: string): void => this.print(`${line}\n`);
    await this.context.programs.debugLog({ directory: this.directory, json: this.json, print });
  }
}
