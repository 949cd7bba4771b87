// `orion cluster status`: who is a peer, who leads, and how many more may be lost.

import type { ClusterView, PeerView } from '../protocol/api.ts';
import { OutputCommand } from './orion-command.ts';
import { bytesOf, printable } from './text.ts';
import { renderTable, type Column } from './table.ts';

export class ClusterStatusCommand extends OutputCommand {
  static override paths = [['cluster', 'status']];
  static override usage = {
    description: 'Show the peers, the leader, and the quorum.',
    examples: [['As the first peer that answers sees it', '$0 cluster status']] as [string, string][],
  };

  protected override async run(): Promise<void> {
    const format = this.outputFormat();
    const view = await this.client().cluster();
    await this.show(format, view, renderCluster);
  }
}

const columns: readonly Column<PeerView>[] = [
  { title: 'PEER', cell: (peer) => peer.id },
  { title: 'ROLE', cell: (peer) => peer.role },
  { title: 'VOTER', cell: (peer) => (peer.voter ? 'yes' : 'no') },
  { title: 'API', cell: (peer) => peer.api },
  { title: 'RAFT', cell: (peer) => peer.raft },
  { title: 'MATCH', cell: (peer) => (peer.match === null ? '' : String(peer.match)) },
  { title: 'REPLICATION', cell: (peer) => peer.replication ?? '' },
  {
    title: 'CONTACT',
    cell: (peer) => (peer.lastContactMs === null ? '' : `${Math.round(peer.lastContactMs)}ms`),
  },
  { title: 'VERSION', cell: (peer) => peer.version ?? '' },
];

/** The table of peers, the quorum, and where the log stands. */
function renderCluster(view: ClusterView): string {
  const leader = view.leader === null ? 'no leader is known' : `${view.leader} leads`;
  const log = `term ${view.term}, committed ${view.commitIndex}, applied ${view.appliedIndex}, as ${view.self} sees it`;
  const alarms = view.alarms.map(({ peer, kind, message }) =>
    printable(`ALARM ${kind} of ${peer}: ${message}`),
  );
  const lines = [`${leader}; ${renderQuorum(view)}`, log, renderLog(view), ...alarms];
  return `${renderTable(columns, view.peers)}\n${lines.join('\n')}\n`;
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
