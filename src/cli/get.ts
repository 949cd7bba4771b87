// `orion get KIND [NAME]`: what is, as of now.

import { Option } from 'clipanion';
import { parseKind, renderObjects } from './kinds.ts';
import { OutputCommand } from './orion-command.ts';

export class GetCommand extends OutputCommand {
  static override paths = [['get']];
  static override usage = {
    description: 'List objects of a kind, or show one.',
    examples: [
      ['All services', '$0 get services'],
      ['One node in full', '$0 get node pi-1 -o yaml'],
    ] as [string, string][],
  };

  kind = Option.String({ name: 'KIND' });
  name = Option.String({ name: 'NAME', required: false });

  protected override async run(): Promise<void> {
    const format = this.outputFormat();
    const collection = parseKind(this.kind);
    if (this.name === undefined) {
      const list = await this.client().list(collection);
      await this.show(format, list, ({ items }) => renderObjects(collection, items, Date.now()));
    } else {
      const object = await this.client().get(collection, this.name);
      await this.show(format, object, (one) => renderObjects(collection, [one], Date.now()));
    }
  }
}
