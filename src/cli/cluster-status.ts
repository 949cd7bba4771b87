// `orion cluster status`: who is a peer, who leads, and how many more may be lost.

import type { ClusterView } from '../protocol/api.ts';
import { peerColumns } from './columns.ts';
import { objectName } from './kinds.ts';
import { OutputCommand } from './orion-command.ts';
import { renderTable, type TableStyle } from './table.ts';
import { bytesOf, printable } from './text.ts';

export class ClusterStatusCommand extends OutputCommand {
  static override paths = [['cluster', 'status']];
  static override usage = {
    category: 'Cluster',
    description: 'Show the peers, the leader, and the quorum.',
    examples: [['As the first peer that answers sees it', '$0 cluster status']] as [string, string][],
  };

  protected override async run(): Promise<void> {
    const format = this.outputFormat();
    const view = await this.client().cluster();
    await this.show(format, view, {
      table: renderCluster,
      names: ({ peers }) => peers.map(({ id }) => objectName('peer', id)),
    });
  }
}

/** The table of peers, the quorum, and where the log stands. */
function renderCluster(view: ClusterView, style: TableStyle): string {
  const leader = view.leader === null ? 'no leader is known' : `${view.leader} leads`;
  const log = `term ${view.term}, committed ${view.commitIndex}, applied ${view.appliedIndex}, as ${view.self} sees it`;
  const alarms = view.alarms.map(({ peer, kind, message }) =>
    style.paint(printable(`ALARM ${kind} of ${peer}: ${message}`), 'bad'),
  );
  const lines = [`${leader}; ${renderQuorum(view)}`, log, renderLog(view), ...alarms];
  return `${renderTable(peerColumns, view.peers, style)}\n${lines.join('\n')}\n`;
}

/** `log of pi-1: entries 5001 to 17250, 4.2Mi` */
function renderLog({ self, log: { base, lastIndex, bytes } }: ClusterView): string {
  return `log of ${self}: entries ${base + 1} to ${lastIndex}, ${bytesOf(bytes)}`;
}

/** `3/3 voters, can lose 1`; only a leader knows who is there. */
function renderQuorum({ quorum }: ClusterView): string {
  if (quorum.have === null) return `${quorum.voters} voters, ${quorum.need} needed`;
  const spare = quorum.have - quorum.need;
  const outlook = spare < 0 ? `${-spare} missing: nothing can be written` : `can lose ${spare}`;
  return `${quorum.have}/${quorum.voters} voters, ${outlook}`;
}
