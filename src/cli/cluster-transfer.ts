// `orion cluster transfer [ID]`: another peer shall lead, before work on the one that does.

import { Option } from 'clipanion';
import { memberOf } from './cluster-members.ts';
import { confirm } from './confirm.ts';
import { objectName } from './kinds.ts';
import { OutputCommand } from './orion-command.ts';

export class ClusterTransferCommand extends OutputCommand {
  static override paths = [['cluster', 'transfer']];
  static override usage = {
    category: 'Cluster',
    description: 'Hand leadership over, to the peer named or to the one that holds most.',
    examples: [
      ['To whoever is ready', '$0 cluster transfer'],
      ['To one of them', '$0 cluster transfer pi-2'],
    ] as [string, string][],
  };

  id = Option.String({ name: 'ID', required: false });
  yes = Option.Boolean('--yes', false, { description: 'Do not ask' });

  protected override async run(): Promise<void> {
    const format = this.outputFormat();
    if (!this.yes) {
      const view = await this.client().cluster();
      if (this.id !== undefined) memberOf(view, this.id);
      const heir = this.id ?? 'the voter that holds most';
      await confirm(this.context, `${view.leader ?? 'the leader'} hands leadership to ${heir}`);
    }
    const answer = await this.client().transferLeadership(this.id);
    await this.show(format, answer, {
      table: () => `${answer.leader} leads\n`,
      names: () => [objectName('peer', answer.leader)],
    });
  }
}
