// `orion logs SERVICE [-f] [--tail N] [--replica I]`: what the replicas of a service write.

import { Option } from 'clipanion';
import { parseCount } from './arguments.ts';
import { ClientCommand } from './orion-command.ts';

/** Lines of each replica to begin with, unless `--tail` says otherwise. */
const defaultTail = '100';

export class LogsCommand extends ClientCommand {
  static override paths = [['logs']];
  static override usage = {
    category: 'Looking',
    description: 'Print what the replicas of a service write: replica index, time, line.',
    examples: [['The last ten lines, and what follows', '$0 logs hello -f --tail 10']] as [string, string][],
  };

  service = Option.String({ name: 'SERVICE' });
  follow = Option.Boolean('-f,--follow', false, { description: 'Go on until interrupted' });
  replica = Option.String('--replica', { description: 'Only the replica of this index' });
  tail = Option.String('--tail', defaultTail, { description: 'Lines to begin with' });

  protected override async run(): Promise<void> {
    const lines = this.client().logs(this.service, {
      follow: this.follow,
      tail: parseCount(this.tail, '--tail'),
      ...(this.replica === undefined ? {} : { replica: parseCount(this.replica, '--replica') }),
    });
    for await (const line of lines) this.print(`${line.index} ${line.time} ${line.line}\n`);
  }
}
