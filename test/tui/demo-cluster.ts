// The peers of the demo's cluster, its figures, and the revisions of its service `api`.

import type { ClusterView, PeerView, RevisionView } from '../../src/protocol/api.ts';
import type { Stats } from '../../src/protocol/watch.ts';
import { ago, demoMs, GiB, workload } from './demo.ts';

function peer(id: string, index: number, more: Partial<PeerView> = {}): PeerView {
  return {
    id,
    storeId: `store-${id}`,
    api: `http://10.0.0.${index}:6060`,
    raft: `10.0.0.${index}:7060`,
    role: 'follower',
    voter: true,
    match: 18_233,
    replication: 'replicate',
    lastContactMs: 12,
    version: '0.1.0',
    ...more,
  };
}

export const demoCluster: ClusterView = {
  clusterId: 'c-1',
  name: 'home',
  self: 'pi-2',
  leader: 'pi-2',
  term: 7,
  commitIndex: 18_233,
  appliedIndex: 18_233,
  peers: [
    peer('pi-1', 1),
    peer('pi-2', 2, { role: 'leader', replication: null, lastContactMs: null }),
    peer('pi-3', 3, { match: 18_190, lastContactMs: 640 }),
  ],
  quorum: { need: 2, have: 3, voters: 3 },
  log: { base: 5_000, lastIndex: 18_233, bytes: 4_400_000 },
  alarms: [],
};

export function demoStats(second = 0, more: Partial<ClusterView> = {}): Stats {
  const wave = (phase: number): number => 0.5 + 0.35 * Math.sin((second + phase) / 5);
  return {
    at: demoMs,
    ageMs: 0,
    cluster: { ...demoCluster, ...more },
    disk: { fsyncP99Ms: 4, logBytes: 4_400_000 },
    peers: {
      'pi-1': { fsyncP99Ms: 5.2, logBytes: 4_400_000, appliedIndex: 18_233 },
      'pi-2': { fsyncP99Ms: 4, logBytes: 4_400_000, appliedIndex: 18_233 },
      'pi-3': { fsyncP99Ms: 61, logBytes: 4_380_000, appliedIndex: 18_190 },
    },
    nodes: Object.fromEntries(
      ['pi-1', 'pi-2', 'pi-3', 'pi-4'].map((name, index) => [
        name,
        { cpu: 4 * wave(index * 4), memory: (2 + index) * GiB, atMs: demoMs },
      ]),
    ),
  };
}

function revision(number: number, more: Partial<RevisionView>): RevisionView {
  return {
    revision: number,
    time: ago(48 + (7 - number) * 4_000),
    actor: 'anonymous',
    result: 'superseded',
    spec: { ...workload, replicas: 4, placement: { labels: {}, strategy: 'spread' } },
    labels: {},
    ...more,
  };
}

const debugging = { ...revision(6, {}).spec, env: { DEBUG: '1' } };

export const demoRevisions: readonly RevisionView[] = [
  revision(7, { result: 'progressing', repeats: 5 }),
  revision(6, { spec: debugging }),
  revision(5, { result: 'failed' }),
];
