// `orion delete KIND NAME`: services and settings, and nodes that are down.

import { Option } from 'clipanion';
import { OrionError } from '../lib/errors.ts';
import { collectionOfKind, objectName, parseTarget } from './kinds.ts';
import { OutputCommand } from './orion-command.ts';

export class DeleteCommand extends OutputCommand {
  static override paths = [['delete']];
  static override usage = {
    category: 'Services',
    description: 'Delete a service, a setting, or a node that is down.',
    examples: [
      ['Stop and forget hello', '$0 delete service hello'],
      ['The same', '$0 delete service/hello'],
    ] as [string, string][],
  };

  kind = Option.String({ name: 'KIND' });
  name = Option.String({ name: 'NAME', required: false });

  protected override async run(): Promise<void> {
    const format = this.outputFormat();
    const { kind, name } = parseTarget(this.kind, this.name);
    if (name === undefined)
      throw new OrionError('USAGE', `delete needs a name: orion delete ${kind.singular} NAME`);
    if (kind.name === 'Assignment' || kind.name === 'Event') {
      const remedy = kind.name === 'Event' ? '' : ': orion restart SERVICE replaces them';
      throw new OrionError('USAGE', `${kind.plural} come and go by themselves${remedy}`);
    }
    await this.client().delete(collectionOfKind(kind, 'orion cluster remove takes one out'), name);
    const deleted = objectName(kind.singular, name);
    const answer = { kind: kind.name, name, action: 'deleted' };
    await this.show(format, answer, { table: () => `${deleted} deleted\n`, names: () => [deleted] });
  }
}
