// `orion peer start`: one peer of the control plane, in the foreground, until it is told to stop.

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Option } from 'clipanion';
import { isOrionError, OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import { parseUrls } from './arguments.ts';
import { OrionCommand } from './orion-command.ts';
import { describeError } from './report.ts';
import { stopRequested } from './stop-request.ts';

const neverEnded =
  `this peer was told to stop, and has not within ${limits.stopMs} ms: its disk hangs, or is too slow. It kills itself; ` +
  'nothing that was acknowledged is lost. Look after the disk before it is started again';

export class PeerStartCommand extends OrionCommand {
  static override paths = [['peer', 'start']];
  static override usage = {
    category: 'This machine',
    description: 'Run one peer of the control plane.',
    details: 'Ends on SIGTERM or SIGINT; services live on. Logs are JSON lines on standard error.',
    examples: [
      ['The first box of three', '$0 peer start --config cluster.toml --id pi-1 --data-dir /var/lib/orion'],
      [
        'A fourth one, into the running cluster',
        '$0 peer start --config cluster.toml --id pi-4 --data-dir /var/lib/orion --join http://10.0.0.1:6060',
      ],
    ] as [string, string][],
  };

  config = Option.String('--config', { required: true, description: 'cluster.toml, the same on every peer' });
  id = Option.String('--id', { required: true, description: 'Which [[peer]] of it this one is' });
  dataDir = Option.String('--data-dir', {
    required: true,
    description: 'Where this peer keeps its log and state',
  });

  join = Option.String('--join', {
    description:
      'URLs of peers of a running cluster: wait to be added to it (by the command that is printed) instead of founding one; keep it for restarts',
  });

  protected override async run(): Promise<void> {
    const { createLogger } = await import('../observe/log.ts');
    const failure = new AbortController();
    const stopping = new AbortController();
    const requested = stopRequested().then(() => {
      stopping.abort();
      void this.#endHard(limits.stopMs, new OrionError('DISK_FAILED', neverEnded));
    });
    const ended = Promise.race([requested, once(failure.signal, 'abort')]);
    const peer = await this.context.programs
      .startPeer({
        configFile: this.config,
        id: this.id,
        dataDir: this.dataDir,
        join: this.join === undefined ? [] : parseUrls(this.join, '--join'),
        log: createLogger('peer', { self: this.id }),
        signal: stopping.signal,
        onFatal: (error) => failure.abort(error),
      })
      .catch((error: unknown) => {
        if (stopping.signal.aborted && isOrionError(error, 'DISK_FULL')) return undefined; // it waited for room
        throw error;
      });
    if (peer === undefined) return;
    await ended;
    const stopped = peer.stop();
    if (!failure.signal.aborted) return stopped;
    await Promise.race([
      stopped.catch(() => undefined),
      this.#endHard(limits.fatalStopMs, failure.signal.reason),
    ]);
    failure.signal.throwIfAborted();
  }

  /**
   * In `ms`, unless the process has ended by then: an exit waits for threads, and one that hangs in a write to a dead disk
   * would keep it for ever.
   */
  async #endHard(ms: number, reason: unknown): Promise<void> {
    await sleep(ms);
    this.say(describeError(reason));
    process.kill(process.pid, 'SIGKILL');
  }
}
