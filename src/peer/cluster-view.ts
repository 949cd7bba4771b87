// How this peer sees the cluster, for people and probes: computed on demand from what is in memory, never cached.

import { membersOf } from '../../raft/membership.ts';
import type { RaftStatus } from '../../raft/status.ts';
import type { Member, PeerId, StoreId } from '../../raft/types.ts';
import type { ClusterView, PeerView } from './control-plane.ts';
import type { Links } from './links.ts';
import type { Alarm, LogStore } from './ports.ts';
import { quorumFigures } from './quorum-figures.ts';

export interface ClusterFacts {
  readonly name: string;
  readonly self: {
    readonly peerId: PeerId;
    readonly storeId: StoreId;
    readonly api: string;
    readonly raft: string;
  };
  readonly version: string;
  /** From the file; what the log says takes precedence once there is one. */
  readonly founders: readonly { readonly peerId: PeerId; readonly api: string; readonly raft: string }[];
  readonly clusterId: string | undefined;
  readonly status: RaftStatus | undefined;
  readonly appliedIndex: number;
  readonly links: Links;
  readonly log: Pick<LogStore, 'base' | 'stats'>;
  readonly alarms: readonly Alarm[];
  readonly nowMs: number;
  /** A voter counts as present when it was heard within this time, in milliseconds. */
  readonly presentMs: number;
}

export function clusterView(facts: ClusterFacts): ClusterView {
  const { status, self } = facts;
  const leader = leaderOf(status);
  return {
    clusterId: facts.clusterId ?? null,
    name: facts.name,
    self: self.peerId,
    leader: leader?.peerId ?? null,
    term: status?.term ?? 0,
    commitIndex: status?.commit ?? 0,
    appliedIndex: facts.appliedIndex,
    peers: status === undefined ? founderViews(facts) : memberViews(facts, status),
    quorum: quorum(facts),
    log: {
      base: facts.log.base,
      lastIndex: status?.lastIndex ?? 0,
      bytes: facts.log.stats().bytes,
    },
    alarms: facts.alarms,
  };
}

/** The member that leads, as far as this peer knows. */
export function leaderOf(status: RaftStatus | undefined): Member | undefined {
  if (status?.leader === undefined) return undefined;
  return membersOf(status.configuration).find((member) => member.storeId === status.leader);
}

function memberViews(facts: ClusterFacts, status: RaftStatus): PeerView[] {
  return membersOf(status.configuration)
    .map((member) => memberView(facts, status, member))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function memberView(facts: ClusterFacts, status: RaftStatus, member: Member): PeerView {
  const { self, links, nowMs } = facts;
  const isSelf = member.storeId === self.storeId;
  const link = links.identity(member.storeId);
  const leads = status.role === 'leader';
  // A follower hears its leader; what it last heard of the others tells nothing about them.
  const hears = leads || member.storeId === status.leader;
  const isLearner = status.configuration.learners.some((learner) => learner.storeId === member.storeId);
  return {
    id: member.peerId,
    storeId: member.storeId,
    api: member.api,
    raft: member.raft,
    role: isLearner ? 'learner' : roleOf(status, member.storeId, isSelf, link !== undefined),
    voter: !isLearner,
    match: leads ? (isSelf ? status.durable : (status.progress.get(member.storeId)?.match ?? 0)) : null,
    replication: leads && !isSelf ? (status.progress.get(member.storeId)?.kind ?? null) : null,
    lastContactMs: isSelf ? 0 : hears ? since(links.lastHeardMs(member.storeId), nowMs) : null,
    version: isSelf ? facts.version : (link?.version ?? null),
  };
}

function roleOf(status: RaftStatus, storeId: StoreId, isSelf: boolean, linked: boolean): PeerView['role'] {
  if (isSelf) return status.role === 'preCandidate' ? 'candidate' : status.role;
  if (!linked) return 'unknown';
  return status.leader === storeId ? 'leader' : 'follower';
}

/** Before genesis: who is in the file, and whose disk has been heard of. */
function founderViews(facts: ClusterFacts): PeerView[] {
  const { self, links, nowMs } = facts;
  return facts.founders.map((founder) => {
    const isSelf = founder.peerId === self.peerId;
    const link = links.identities().find((identity) => identity.peerId === founder.peerId);
    const storeId = isSelf ? self.storeId : (link?.storeId ?? null);
    return {
      id: founder.peerId,
      storeId,
      api: founder.api,
      raft: founder.raft,
      role: 'unknown',
      voter: false,
      match: null,
      replication: null,
      lastContactMs: isSelf ? 0 : storeId === null ? null : since(links.lastHeardMs(storeId), nowMs),
      version: isSelf ? facts.version : (link?.version ?? null),
    };
  });
}

function quorum(facts: ClusterFacts): ClusterView['quorum'] {
  const { status, self, links, nowMs } = facts;
  if (status === undefined) {
    const voters = facts.founders.length;
    return { need: Math.floor(voters / 2) + 1, have: null, voters };
  }
  const figures = quorumFigures(status.configuration, ({ storeId }) => {
    if (storeId === self.storeId) return true;
    const heard = since(links.lastHeardMs(storeId), nowMs);
    return heard !== null && heard <= facts.presentMs;
  });
  return status.role === 'leader' ? figures : { ...figures, have: null };
}

function since(heardMs: number | undefined, nowMs: number): number | null {
  return heardMs === undefined ? null : Math.max(0, Math.round(nowMs - heardMs));
}
