// `orion rollout undo NAME [--to-revision N]`: what a service was before, as a new revision.

import { Option } from 'clipanion';
import { parseCount } from './arguments.ts';
import { FollowCommand } from './follow-command.ts';
import { objectName } from './kinds.ts';

export class RolloutUndoCommand extends FollowCommand {
  static override paths = [['rollout', 'undo']];
  static override usage = {
    category: 'Services',
    description: 'Give a service the spec of an earlier revision.',
    details:
      'It becomes a new revision with that spec: undone twice, it goes on to the one before that. The number of replicas stays as it is. `rollout history` lists the revisions that are kept.',
    examples: [
      ['To the revision before', '$0 rollout undo hello'],
      ['To a certain one', '$0 rollout undo hello --to-revision 3'],
    ] as [string, string][],
  };

  name = Option.String({ name: 'NAME' });
  toRevision = Option.String('--to-revision', { description: 'Which one (default: the one before)' });

  protected override async run(): Promise<void> {
    const format = this.outputFormat();
    this.patienceMs();
    const revision =
      this.toRevision === undefined ? undefined : parseCount(this.toRevision, '--to-revision', 1);
    const client = this.client();
    const service = await client.undo(this.name, { revision });
    const name = objectName('service', this.name);
    const goal = revision === undefined ? 'the revision before' : `revision ${revision}`;
    await this.show(format, service, {
      table: ({ status }) => `${name} rolls back to ${goal}, as revision ${status.revision}\n`,
      names: () => [name],
    });
    if (this.follows) await this.follow(client, [this.name]);
  }
}
