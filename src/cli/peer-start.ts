// `orion peer start`: one peer of the control plane, in the foreground, until it is told to stop.

import { once } from 'node:events';
import { Option } from 'clipanion';
import { OrionCommand } from './orion-command.ts';
import { stopRequested } from './stop-request.ts';

export class PeerStartCommand extends OrionCommand {
  static override paths = [['peer', 'start']];
  static override usage = {
    description: 'Run one peer of the control plane.',
    details: 'Ends on SIGTERM or SIGINT; services live on. Logs are JSON lines on standard error.',
    examples: [
      ['The first box of three', '$0 peer start --config cluster.toml --id pi-1 --data-dir /var/lib/orion'],
    ] as [string, string][],
  };

  config = Option.String('--config', { required: true, description: 'cluster.toml, the same on every peer' });
  id = Option.String('--id', { required: true, description: 'Which [[peer]] of it this one is' });
  dataDir = Option.String('--data-dir', {
    required: true,
    description: 'Where this peer keeps its log and state',
  });

  protected override async run(): Promise<void> {
    const { createLogger } = await import('../observe/log.ts');
    const failure = new AbortController();
    const ended = Promise.race([stopRequested(), once(failure.signal, 'abort')]);
    const peer = await this.context.programs.startPeer({
      configFile: this.config,
      id: this.id,
      dataDir: this.dataDir,
      log: createLogger('peer', { self: this.id }),
      onFatal: (error) => failure.abort(error),
    });
    await ended;
    failure.signal.throwIfAborted();
    await peer.stop();
  }
}
