// `orion agent start`: the daemon of one node, in the foreground, until it is told to stop.

import { Option } from 'clipanion';
import { parseLabels, parseUrls } from './arguments.ts';
import { OrionCommand } from './orion-command.ts';
import { stopRequested } from './stop-request.ts';

export class AgentStartCommand extends OrionCommand {
  static override paths = [['agent', 'start']];
  static override usage = {
    category: 'This machine',
    description: 'Run the agent of one node.',
    details:
      'Ends on SIGTERM or SIGINT; its services live on, and the next start finds them again. ' +
      'After 10 seconds without it other nodes run its replicas, too; when it is back it stops what is in excess.',
    examples: [
      [
        'A worker that any of three peers may lead',
        '$0 agent start --peers http://10.0.0.1:6060,http://10.0.0.2:6060 --node-id pi-4 --data-dir /var/lib/orion/agent --insecure',
      ],
    ] as [string, string][],
  };

  peers = Option.String('--peers', {
    required: true,
    description: 'URLs of peers, separated by commas; one that answers is enough, it names the others',
  });
  nodeId = Option.String('--node-id', { required: true, description: 'Name of this node: a DNS label' });
  dataDir = Option.String('--data-dir', {
    required: true,
    description: 'Where it keeps identity, sets and logs',
  });
  labels = Option.Array('--label', [], { description: 'key=value, for placement; may be repeated' });
  address = Option.String('--address', {
    description:
      'Where the services of this node are reached; default the name of this host, or 127.0.0.1 when all peers are on it',
  });
  insecure = Option.Boolean('--insecure', false, {
    description: 'Speak to peers on other machines, though nothing is encrypted yet',
  });
  acceptCluster = Option.String('--accept-cluster', {
    description: 'Id of the restored cluster that this agent may move to, once',
  });

  protected override async run(): Promise<void> {
    const options = {
      peers: parseUrls(this.peers, '--peers'),
      nodeId: this.nodeId,
      dataDir: this.dataDir,
      labels: parseLabels(this.labels),
      insecure: this.insecure,
      ...(this.address === undefined ? {} : { address: this.address }),
      ...(this.acceptCluster === undefined ? {} : { acceptCluster: this.acceptCluster }),
    };
    const { createLogger } = await import('../observe/log.ts');
    const stop = stopRequested();
    const log = createLogger('agent', { self: this.nodeId });
    const agent = await this.context.programs.startAgent({ ...options, log });
    const { services } = await stop;
    await (services ? agent.stopAll() : agent.stop());
  }
}
