// The figures of a peer, as `GET /metrics` shows them: one table of names over what its parts know of themselves.

import type { Peer } from './peer/peer.ts';
import type { LogStore } from './peer/ports.ts';
import type { Figure, Reading } from './observe/metrics.ts';
import type { TcpTransport } from './transport/tcp-transport.ts';

export interface FigureSources {
  readonly peer: Peer;
  readonly log: LogStore;
  readonly transport: TcpTransport;
  readonly gateway: { readonly sessions: number };
}

export function figuresOf(sources: FigureSources): readonly Figure[] {
  return [...raftFigures(sources), ...diskFigures(sources), ...otherFigures(sources)];
}

const seconds = (ms: number | null | undefined): number | undefined =>
  ms === undefined || ms === null ? undefined : ms / 1_000;

const gauge = (name: string, help: string, read: () => Reading): Figure => ({
  name,
  help,
  kind: 'gauge',
  read,
});

function raftFigures({ peer }: FigureSources): readonly Figure[] {
  const members = (value: (member: ReturnType<Peer['cluster']>['peers'][number]) => number | null): Reading =>
    peer.cluster().peers.flatMap((member) => {
      const figure = value(member);
      return figure === null ? [] : [{ labels: { peer: member.id }, value: figure }];
    });
  return [
    gauge('raft_term', 'Term of this peer.', () => peer.measures().status?.term),
    gauge('raft_is_leader', '1 on the leader.', () => Number(peer.measures().status?.role === 'leader')),
    gauge('raft_last_index', 'Last entry in the log.', () => peer.measures().status?.lastIndex),
    gauge('raft_durable_index', 'Last entry on this disk.', () => peer.measures().status?.durable),
    gauge('raft_commit_index', 'Last entry known to be committed.', () => peer.measures().status?.commit),
    gauge('raft_applied_index', 'Last entry in the state.', () => peer.view.appliedIndex),
    gauge('raft_base_index', 'Entries up to here were cut off the log.', () => peer.measures().status?.base),
    gauge('raft_voters', 'Voters of the configuration in effect.', () => peer.cluster().quorum.voters),
    gauge('raft_quorum_need', 'Voters that a decision needs.', () => peer.cluster().quorum.need),
    gauge(
      'raft_quorum_have',
      'Voters heard lately, on the leader.',
      () => peer.cluster().quorum.have ?? undefined,
    ),
    gauge('raft_leader_last_contact_seconds', 'Since a leader was last heard.', () =>
      seconds(peer.freshness().lastContactMs),
    ),
    {
      ...gauge('raft_peer_match_index', 'What each peer is known to hold, on the leader.', () =>
        members(({ match }) => match),
      ),
      labels: ['peer'],
    },
    {
      ...gauge('raft_peer_last_contact_seconds', 'Since each peer was last heard.', () =>
        members(({ lastContactMs }) => seconds(lastContactMs) ?? null),
      ),
      labels: ['peer'],
    },
    {
      ...gauge(
        'raft_leader_changes_total',
        'Leaders that this peer saw begin.',
        () => peer.measures().leaderChanges,
      ),
      kind: 'counter',
    },
  ];
}

function diskFigures({ log, peer }: FigureSources): readonly Figure[] {
  return [
    {
      name: 'log_size_bytes',
      help: 'Size of the log on disk.',
      kind: 'gauge',
      read: () => log.stats().bytes,
    },
    { name: 'log_segments', help: 'Files of the log.', kind: 'gauge', read: () => log.stats().segments },
    {
      name: 'log_written_bytes_total',
      help: 'Written to the log; over orion_applied_command_bytes_total it is what a byte costs.',
      kind: 'counter',
      read: () => log.stats().bytesWritten,
    },
    { name: 'log_syncs_total', help: 'Syncs of the log.', kind: 'counter', read: () => log.stats().syncs },
    {
      name: 'log_sync_p99_seconds',
      help: '99th percentile of the last 1,000 syncs of entries.',
      kind: 'gauge',
      read: () => seconds(log.stats().syncP99Ms),
    },
    {
      name: 'disk_free_bytes',
      help: 'Free space where the log is.',
      kind: 'gauge',
      read: () => log.stats().free,
    },
    {
      name: 'applied_command_bytes_total',
      help: 'Bytes of the commands that were applied.',
      kind: 'counter',
      read: () => peer.measures().appliedBytes,
    },
    {
      name: 'state_unflushed_rows',
      help: 'Changed rows that are not on disk yet; the log has them.',
      kind: 'gauge',
      read: () => peer.measures().unflushedRows,
    },
    {
      name: 'state_rows',
      help: 'Objects by kind.',
      kind: 'gauge',
      labels: ['kind'],
      read: () =>
        (['services', 'nodes', 'assignments', 'settings', 'events'] as const).map((kind) => ({
          labels: { kind },
          value: peer.view[kind].size,
        })),
    },
    {
      name: 'state_operations',
      help: "Users' writes that are remembered.",
      kind: 'gauge',
      read: () => peer.view.operationCountBefore(Number.POSITIVE_INFINITY),
    },
  ];
}

function otherFigures({ peer, transport, gateway }: FigureSources): readonly Figure[] {
  return [
    {
      name: 'agent_sessions',
      help: 'Agents connected to this peer.',
      kind: 'gauge',
      read: () => gateway.sessions,
    },
    {
      name: 'peer_links',
      help: 'Peers connected to this one.',
      kind: 'gauge',
      read: () => peer.measures().links,
    },
    {
      name: 'peer_refusals_total',
      help: 'Links refused by either side.',
      kind: 'counter',
      read: () => transport.stats().refusals,
    },
    {
      name: 'peer_dropped_messages_total',
      help: 'Messages to peers that found no link or no room; Raft sends its own again.',
      kind: 'counter',
      read: () => transport.stats().drops,
    },
  ];
}
