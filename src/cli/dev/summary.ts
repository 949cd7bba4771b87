// What `orion dev` prints once everything runs: what runs where, what to look at, and what to break.

import type { OrionClient } from '../../client/index.ts';
import type { Assignment } from '../../protocol/objects.ts';
import { renderPorts } from '../columns.ts';
import { renderTable, type Column, type TableStyle } from '../table.ts';
import type { Child } from './child.ts';
import type { DevCluster } from './dev-cluster.ts';

interface ProcessRow {
  readonly id: string;
  readonly role: string;
  readonly pid: number;
  readonly address: string;
}

const processColumns: readonly Column<ProcessRow>[] = [
  { title: 'PROCESS', cell: (row) => row.id },
  { title: 'ROLE', cell: (row) => row.role },
  { title: 'PID', cell: (row) => String(row.pid) },
  { title: 'ADDRESS', cell: (row) => row.address },
];

const replicaColumns: readonly Column<Assignment>[] = [
  { title: 'SERVICE', cell: (one) => `${one.spec.service}/${one.spec.index}` },
  { title: 'NODE', cell: (one) => one.spec.node, leaves: 1 },
  { title: 'STATE', cell: (one) => one.status.state },
  { title: 'PID', cell: (one) => (one.status.pid === undefined ? '' : String(one.status.pid)) },
  { title: 'PORTS', cell: (one) => renderPorts(one.status.ports) },
  { title: 'REASON', cell: (one) => one.status.reason ?? '', isCut: true },
];

/** Tables of processes and replicas, then the commands to try. */
export async function renderSummary(cluster: DevCluster, style: TableStyle): Promise<string> {
  const view = await cluster.client.cluster();
  const replicas = await liveAssignments(cluster.client);
  const leader = cluster.peers.find((peer) => peer.id === view.leader);
  const rows: ProcessRow[] = [
    ...cluster.peers.map((child) => ({
      id: child.id,
      role: child === leader ? 'leader' : 'follower',
      pid: child.pid,
      address: view.peers.find((peer) => peer.id === child.id)?.api ?? '',
    })),
    ...cluster.agents.map((child) => ({ id: child.id, role: 'agent', pid: child.pid, address: '' })),
  ];
  const parts = [renderTable(processColumns, rows, style)];
  if (replicas.length > 0) parts.push(renderTable(replicaColumns, replicas, style));
  parts.push(renderHints(replicas, leader));
  return parts.join('\n');
}

async function liveAssignments(client: OrionClient): Promise<readonly Assignment[]> {
  const { items } = await client.list('assignments');
  return items.filter((one) => one.spec.desired === 'running');
}

function renderHints(replicas: readonly Assignment[], leader: Child | undefined): string {
  const url = replicas.map(replicaUrl).find((url) => url !== undefined);
  const lines: string[] = [];
  if (url !== undefined) lines.push(`Ask a replica:        curl ${url}`);
  if (leader !== undefined) {
    lines.push(`Kill the leader:      kill -9 ${leader.pid}`);
    lines.push(`Start it again:       ${leader.command()}`);
  }
  lines.push('Stop it all:          Ctrl-C (services, too)');
  return `${lines.join('\n')}\n`;
}

/** Where a running replica is reached: its first port, on this machine. */
function replicaUrl({ spec, status }: Assignment): string | undefined {
  const name = spec.workload.ports[0]?.name;
  const port = name === undefined ? undefined : status.ports[name];
  return port === undefined || status.state !== 'running' ? undefined : `http://127.0.0.1:${port}`;
}
