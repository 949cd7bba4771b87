// `orion restore FILE`: the first peer of a new cluster, with everything that a backup holds.

import { Option } from 'clipanion';
import { OrionCommand } from './orion-command.ts';

export class RestoreCommand extends OrionCommand {
  static override paths = [['restore']];
  static override usage = {
    category: 'Cluster',
    description: "Make the data directory of a new cluster's first peer from a backup.",
    details:
      'Offline: nothing is asked of any peer. The cluster is a new one, with an id of its own, and every object of the backup; the other peers join it.',
    examples: [
      [
        'On the first box',
        '$0 restore home.backup --config cluster.toml --id pi-1 --data-dir /var/lib/orion',
      ],
    ] as [string, string][],
  };

  file = Option.String({ name: 'FILE' });
  config = Option.String('--config', { required: true, description: 'cluster.toml of the new cluster' });
  id = Option.String('--id', { required: true, description: 'Which [[peer]] of it this one is' });
  dataDir = Option.String('--data-dir', { required: true, description: 'Absent or empty' });

  protected override async run(): Promise<void> {
    const restored = await this.context.programs.restore({
      backupFile: this.file,
      configFile: this.config,
      id: this.id,
      dataDir: this.dataDir,
    });
    const { header, clusterId, index, others } = restored;
    this.print(
      [
        `${this.dataDir}: cluster ${clusterId}, from index ${header.index} of ${header.clusterId}; versions go on behind ${index}`,
        `1. Start it: orion peer start --config ${this.config} --id ${this.id} --data-dir ${this.dataDir}`,
        ...others.map(
          (id, i) =>
            `${i + 2}. Start ${id} with an empty data directory and --join, then add it: orion cluster add ${id} --api URL --raft HOST:PORT`,
        ),
        `${others.length + 2}. Start each agent once with --accept-cluster ${clusterId}`,
        '',
      ].join('\n'),
    );
  }
}
