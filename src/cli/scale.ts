// `orion scale NAME N`: how many replicas of a service shall run.

import { Option } from 'clipanion';
import { parseCount } from './arguments.ts';
import { FollowCommand } from './follow-command.ts';
import { objectName } from './kinds.ts';

export class ScaleCommand extends FollowCommand {
  static override paths = [['scale']];
  static override usage = {
    category: 'Services',
    description: 'Set the number of replicas of a service.',
    examples: [['Five replicas of hello', '$0 scale hello 5']] as [string, string][],
  };

  name = Option.String({ name: 'NAME' });
  replicas = Option.String({ name: 'N' });

  protected override async run(): Promise<void> {
    const format = this.outputFormat();
    this.patienceMs();
    const replicas = parseCount(this.replicas, 'N');
    const client = this.client();
    const service = await client.scale(this.name, replicas);
    const name = objectName('service', this.name);
    await this.show(format, service, {
      table: () => `${name} scaled to ${replicas}\n`,
      names: () => [name],
    });
    if (this.follows) await this.follow(client, [this.name]);
  }
}
