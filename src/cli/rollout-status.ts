// `orion rollout status NAME…`: how far rollouts are, followed to their end.

import { Option } from 'clipanion';
import { OrionError } from '../lib/errors.ts';
import type { Rollout } from '../protocol/rollout.ts';
import { exitFailed } from './exit.ts';
import { FollowCommand } from './follow-command.ts';
import { rolloutsNow, rolloutTones } from './rollout-follow.ts';
import { objectName } from './kinds.ts';
import { renderTable, type TableStyle } from './table.ts';

export class RolloutStatusCommand extends FollowCommand {
  static override paths = [['rollout', 'status']];
  static override usage = {
    category: 'Services',
    description: 'Follow the rollouts of services until they are done.',
    details:
      'Ends with 0 when every replica is of the current revision, with 1 when one failed or when it took longer than --timeout. --no-wait tells how it is now, and ends with 1 only for one that failed.',
    examples: [
      ['To its end', '$0 rollout status hello'],
      ['As it is now, for a script', '$0 rollout status hello web --no-wait -o json'],
    ] as [string, string][],
  };

  names = Option.Rest({ name: 'NAME', required: 1 });

  protected override async run(): Promise<void> {
    const format = this.outputFormat();
    const client = this.client();
    const names = [...new Set(this.names)];
    for (const [name, rollout] of await rolloutsNow(client, names)) {
      if (rollout === undefined) throw new OrionError('NOT_FOUND', `There is no service "${name}".`);
    }
    const waits = this.wait ?? true;
    const seen = waits ? (await this.follow(client, names)).rollouts : await rolloutsNow(client, names);
    const rollouts = [...seen.values()].filter((one) => one !== undefined);
    if (!waits && rollouts.some(({ state }) => state === 'failed')) this.exitCode = exitFailed;
    await this.show(format, rollouts, {
      table: renderRollouts,
      names: (all) => all.map(({ service }) => objectName('service', service)),
    });
  }
}

function renderRollouts(rollouts: readonly Rollout[], style: TableStyle): string {
  return renderTable<Rollout>(
    [
      { title: 'SERVICE', cell: (one) => one.service },
      { title: 'REVISION', cell: (one) => String(one.revision) },
      { title: 'STATE', cell: (one) => one.state, tone: (one) => rolloutTones[one.state] },
      { title: 'DESIRED', cell: (one) => String(one.desired), leaves: 1 },
      { title: 'UPDATED', cell: (one) => String(one.updated), leaves: 2 },
      { title: 'READY', cell: (one) => String(one.ready) },
      { title: 'OLD', cell: (one) => String(one.old), leaves: 3 },
      { title: 'MESSAGE', cell: (one) => one.message, isCut: true },
    ],
    rollouts,
    style,
  );
}
