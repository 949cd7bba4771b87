// Raft: each peer's part in the agreement, how far behind it is, how its disk does.

import type { ClusterView, PeerView } from '../../../src/protocol/api.ts';
import type { Stats } from '../../../src/protocol/watch.ts';
import { bytesOf } from '../../../src/cli/text.ts';
import { span, type Span } from '../cells.ts';
import { type Column, rowsOf } from '../table.ts';
import type { View, ViewContext } from '../view.ts';
import { duration, grouped } from '../wording.ts';
import type { World } from '../world.ts';

export const raftView: View = {
  id: 'raft',
  title: 'Raft',
  digit: '4',
  aliases: ['peers', 'peer', 'cluster'],
  description: 'peers: role, match, lag, last contact, fsync, log; T hands leadership over',
  body: ({ world }: ViewContext) => {
    const columns = columnsFor(world);
    const rows = rowsOf(columns, world.cluster?.peers ?? [], (peer) => ({
      key: peer.id,
      ref: { kind: 'Peer', name: peer.id },
    }));
    return { kind: 'table', columns, rows, empty: 'no peer has told of the cluster yet' };
  },
};

function columnsFor({ stats, cluster }: World): readonly Column<PeerView>[] {
  const figures = (peer: PeerView): Stats['peers'][string] | undefined => stats?.peers[peer.id];
  const lag = (peer: PeerView): number | null => lagOf(peer, cluster);
  return [
    { title: 'PEER', cell: (peer) => peer.id, max: 24 },
    { title: 'ROLE', cell: (peer) => [roleSpan(peer)] },
    { title: 'VOTER', cell: (peer) => (peer.voter ? 'yes' : 'no') },
    {
      title: 'MATCH',
      cell: (peer) => figureText(peer.match),
      sort: (peer) => peer.match ?? -1,
      align: 'right',
    },
    { title: 'LAG', cell: (peer) => [lagSpan(lag(peer))], sort: (peer) => lag(peer) ?? -1, align: 'right' },
    {
      title: 'CONTACT',
      cell: (peer) => [contactSpan(peer, cluster)],
      sort: (peer) => peer.lastContactMs ?? -1,
      align: 'right',
    },
    {
      title: 'FSYNC P99',
      cell: (peer) => duration(figures(peer)?.fsyncP99Ms),
      sort: (peer) => figures(peer)?.fsyncP99Ms ?? -1,
      align: 'right',
    },
    {
      title: 'LOG',
      cell: (peer) => sizeText(figures(peer)?.logBytes),
      sort: (peer) => figures(peer)?.logBytes ?? -1,
      align: 'right',
    },
    {
      title: 'APPLIED',
      cell: (peer) => figureText(figures(peer)?.appliedIndex ?? null),
      align: 'right',
      from: 90,
    },
    { title: 'FEED', cell: (peer) => peer.replication ?? '-', from: 100 },
    { title: 'VERSION', cell: (peer) => peer.version ?? '-', from: 110 },
    { title: 'API', cell: (peer) => peer.api, from: 120 },
    { title: 'RAFT', cell: (peer) => peer.raft, from: 150 },
  ];
}

const figureText = (value: number | null): string => (value === null ? '-' : grouped(value));
const sizeText = (bytes: number | null | undefined): string =>
  bytes === null || bytes === undefined ? '-' : bytesOf(bytes);

function roleSpan({ role, voter }: PeerView): Span {
  if (role === 'leader') return span(role, 'good');
  if (role === 'candidate' || (role === 'unknown' && voter)) return span(role, 'bad');
  return span(role, role === 'follower' ? 'plain' : 'dim');
}

/** Entries that the leader holds and `peer` does not; null where nobody knows. */
function lagOf(peer: PeerView, cluster: ClusterView | undefined): number | null {
  if (cluster === undefined || peer.match === null) return null;
  return Math.max(0, cluster.log.lastIndex - peer.match);
}

function lagSpan(lag: number | null): Span {
  if (lag === null) return span('-', 'dim');
  return span(grouped(lag), lag > 1_000 ? 'bad' : lag > 100 ? 'warn' : 'good');
}

function contactSpan(peer: PeerView, cluster: ClusterView | undefined): Span {
  if (peer.id === cluster?.self) return span('self', 'dim');
  const ms = peer.lastContactMs;
  if (ms === null) return span('never', 'dim');
  return span(duration(ms), ms > 2_000 ? 'bad' : ms > 500 ? 'warn' : 'plain');
}
