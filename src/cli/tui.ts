// `orion tui`: the screen on which the cluster is seen as it is, and handled.

import { ReadStream, WriteStream } from 'node:tty';
import { Option } from 'clipanion';
import { OrionError } from '../lib/errors.ts';
import { findPeers } from './find-peers.ts';
import { ClientCommand } from './orion-command.ts';

export class TuiCommand extends ClientCommand {
  static override paths = [['tui']];
  static override usage = {
    category: 'Looking',
    description: 'Watch and handle the cluster on one screen.',
    details: '`?` there shows every key. It goes on with another peer when the one it hears is gone.',
    examples: [
      ['The cluster that other commands find, too', '$0 tui'],
      ['Only look', '$0 tui --read-only'],
    ] as [string, string][],
  };

  readOnly = Option.Boolean('--read-only', false, { description: 'Nothing that writes' });
  ascii = Option.Boolean('--ascii', false, { description: 'Draw with ASCII alone' });

  protected override async run(): Promise<void> {
    const { stdin, stdout, env, programs } = this.context;
    if (!(stdin instanceof ReadStream) || !(stdout instanceof WriteStream)) {
      throw new OrionError('USAGE', 'The screen needs a terminal; a script asks with `orion get`.');
    }
    const { peers, context } = findPeers({ peers: this.peers, context: this.cluster, env });
    await programs.tui({
      peers,
      context,
      readOnly: this.readOnly,
      ascii: this.ascii,
      stdin,
      stdout,
      env,
    });
  }
}
