// `orion delete KIND NAME`: services and settings, and nodes that are down.

import { Option } from 'clipanion';
import { objectName, parseKind } from './kinds.ts';
import { ClientCommand } from './orion-command.ts';

export class DeleteCommand extends ClientCommand {
  static override paths = [['delete']];
  static override usage = {
    description: 'Delete a service, a setting, or a node that is down.',
    examples: [['Stop and forget hello', '$0 delete service hello']] as [string, string][],
  };

  kind = Option.String({ name: 'KIND' });
  name = Option.String({ name: 'NAME' });

  protected override async run(): Promise<void> {
    const collection = parseKind(this.kind);
    await this.client().delete(collection, this.name);
    this.print(`${objectName(collection, this.name)} deleted\n`);
  }
}
