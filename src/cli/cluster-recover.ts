// `orion cluster recover`: quorum is lost for good, and what one peer still has is to become the cluster.

import { Option } from 'clipanion';
import type { Recovery, Survivor } from '../protocol/recovery.ts';
import { OrionCommand } from './orion-command.ts';

export class ClusterRecoverCommand extends OrionCommand {
  static override paths = [['cluster', 'recover']];
  static override usage = {
    category: 'Cluster',
    description: "When most disks are lost for good: make one peer's data the whole cluster.",
    details:
      'Offline: the peer must be stopped. Without --yes it changes nothing, and tells what the directory holds: run it so on every box that is left, and with --yes where the log holds most. What only the lost disks held is gone, although it was acknowledged.',
    examples: [
      ['What is there?', '$0 cluster recover --config cluster.toml --id pi-1 --data-dir /var/lib/orion'],
      [
        'Go on with this one',
        '$0 cluster recover --config cluster.toml --id pi-1 --data-dir /var/lib/orion --yes',
      ],
    ] as [string, string][],
  };

  config = Option.String('--config', { required: true, description: 'cluster.toml' });
  id = Option.String('--id', { required: true, description: 'Which [[peer]] the directory belongs to' });
  dataDir = Option.String('--data-dir', { required: true, description: 'Of the stopped peer' });
  yes = Option.Boolean('--yes', false, { description: 'Do it' });

  protected override async run(): Promise<void> {
    const recovery = await this.context.programs.recover({
      configFile: this.config,
      id: this.id,
      dataDir: this.dataDir,
      apply: this.yes,
    });
    this.print(`${describe(recovery.found)}\n${this.#next(recovery)}\n`);
  }

  #next({ found, begun }: Recovery): string {
    if (begun === undefined) {
      return [
        'Nothing was changed. Look at the other boxes that are left: the one with the highest term of the last entry holds most, and of',
        'those with the same term the one with the highest last entry. There, give --yes. What only lost disks held is lost.',
      ].join('\n');
    }
    const others = found.voters.filter((id) => id !== found.id);
    return [
      `${found.id} is now the one voter of the cluster, in epoch ${begun.epoch}; versions go on behind ${begun.index}.`,
      `1. Start it: orion peer start --config ${this.config} --id ${this.id} --data-dir ${this.dataDir}`,
      ...others.map(
        (id, i) =>
          `${i + 2}. Start ${id} with an EMPTY data directory and --join, then add it: orion cluster add ${id} --api URL --raft HOST:PORT`,
      ),
    ].join('\n');
  }
}

const notTheirs = 'its state was found not to be the one that the others had: choose another one if you can';

function describe(found: Survivor): string {
  return [
    `peer        ${found.id} (${found.storeId})`,
    `cluster     ${found.clusterId}, epoch ${found.epoch}`,
    `voters      ${found.voters.join(', ')}`,
    `term        ${found.term}`,
    `last entry  ${found.lastIndex}, of term ${found.lastTerm}`,
    ...(found.impaired ? ['damaged     its log lost entries: choose another one if you can'] : []),
    ...(found.differs ? [`differs     ${notTheirs}`] : []),
  ].join('\n');
}
