// `orion restart NAME`: every replica of a service anew, one after the other.

import { Option } from 'clipanion';
import { FollowCommand } from './follow-command.ts';
import { objectName } from './kinds.ts';

export class RestartCommand extends FollowCommand {
  static override paths = [['restart']];
  static override usage = {
    category: 'Services',
    description: 'Replace every replica of a service by a new one, as a rollout of the same spec.',
    details: 'One replica at a time; the old one stops once the new one runs.',
    examples: [['And wait until it is done', '$0 restart hello --wait']] as [string, string][],
  };

  name = Option.String({ name: 'NAME' });

  protected override async run(): Promise<void> {
    const format = this.outputFormat();
    this.patienceMs();
    const client = this.client();
    const service = await client.restart(this.name);
    const name = objectName('service', this.name);
    await this.show(format, service, {
      table: ({ status }) => `${name} restarts as revision ${status.revision}\n`,
      names: () => [name],
    });
    if (this.follows) await this.follow(client, [this.name]);
  }
}
