// One seed, one run: a safety phase with the faults that the seed draws, then a liveness phase without any.
// A run fails when an invariant breaks, a core or driver throws, or the healed cluster does not elect, converge, serve
// writes and reads, and still have every acknowledged write within a bounded time.

import { present } from '../../src/lib/assert.ts';
import { messageOf } from '../../src/lib/errors.ts';
import { Prng } from '../../src/lib/prng.ts';
import { type Parts, SimCluster, soundParts } from './cluster.ts';
import type { Counters } from './counters.ts';
import { drawFaults } from './draw-faults.ts';
import { drawFrom } from './faults.ts';
import { Nemesis } from './nemesis.ts';
import { Violation } from './observation.ts';
import type { SimPeer } from './peer.ts';
import { Trace } from './trace.ts';

/** Runs on until `isDone`; throws a {@link Violation} that says `what` never came. */
type Need = (what: string, isDone: () => boolean) => void;

/** How long faults last, in virtual milliseconds. */
const safetyMs = { from: 3_000, to: 15_000 };
/** Between two attempts of a client in the healed cluster, in virtual milliseconds. */
const retryMs = 200;
/** Between two looks at whether it is well, in virtual milliseconds. */
const lookMs = 1;
/** Of catching up, each as long as the liveness phase waits. */
const catchUpRoundsMax = 50;
/** What a healed cluster has to get well, in virtual milliseconds: a hanging sync, then elections. */
const livenessMs = (electionMaxMs: number): number => 5_000 + 20 * electionMaxMs;

export interface SimResult {
  readonly seed: number;
  /** What went wrong, with the virtual time; `undefined` when nothing did. */
  readonly failure: string | undefined;
  /** Steps of all cores. */
  readonly steps: number;
  readonly traceHash: string;
  readonly counters: Counters;
}

export function runSeed(
  seed: number,
  options: { readonly parts?: Parts; readonly print?: (line: string) => void } = {},
): SimResult {
  const prng = new Prng(seed);
  const plan = drawFaults(new Prng(prng.next()));
  const trace = new Trace(options.print);
  options.print?.(`plan ${JSON.stringify(plan)}`);
  const cluster = new SimCluster({ prng, plan, trace, parts: options.parts ?? soundParts });
  let failure: string | undefined;
  try {
    for (const peer of cluster.peers) peer.start();
    const nemesis = new Nemesis({ cluster, plan, prng: new Prng(prng.next()) });
    nemesis.start();
    runUntil(cluster, drawFrom(prng, safetyMs), () => false);
    cluster.heal();
    nemesis.stop();
    converge(cluster, livenessMs(plan.raft.electionMaxMs));
  } catch (error) {
    const detail = error instanceof Violation ? error.message : stackOf(error);
    failure = `at ${cluster.time.now.toFixed(3)} ms: ${detail}`;
  }
  const { steps, counters } = cluster;
  return { seed, failure, steps, traceHash: trace.hash, counters };
}

const stackOf = (error: unknown): string =>
  (error instanceof Error ? error.stack : undefined) ?? messageOf(error);

/** Runs for `ms`, or until `isDone`, which is asked every `lookMs`. */
function runUntil(cluster: SimCluster, ms: number, isDone: () => boolean): boolean {
  const { time } = cluster;
  const end = time.now + ms;
  for (let lookAt = time.now; time.now < end;) {
    if (time.now >= lookAt) {
      if (isDone()) return true;
      lookAt = time.now + lookMs;
    }
    if (!time.step()) break;
  }
  return isDone();
}

/** The liveness phase. Throws a {@link Violation} that says what the healed cluster never did. */
function converge(cluster: SimCluster, ms: number): void {
  const need: Need = (what, isDone) => {
    // A state that applies slowly may have much to catch up with: as long as it does so it is no failure.
    for (let rounds = 0, before = -1; rounds < catchUpRoundsMax; rounds += 1) {
      const applied = appliedOf(cluster);
      if (applied === before) break;
      before = applied;
      if (runUntil(cluster, ms, isDone)) return;
    }
    throw new Violation(`liveness: ${what} (${describe(cluster)})`);
  };
  need('the healed cluster agrees on a leader', () => agreedLeader(cluster) !== undefined);
  readThroughAll(cluster, need, 'that nobody has written to yet');
  let written = false;
  writeUntil(cluster, () => {
    written = true;
  });
  need('the healed cluster serves a write', () => written);
  readThroughAll(cluster, need, 'that serves writes');
  need('the healed cluster ends every change of its members', () => isSettled(cluster));
  need('the healed cluster converges', () => hasConverged(cluster));
  for (const peer of membersOf(cluster)) {
    const commands = peer.state?.image().commands ?? [];
    cluster.observe({ kind: 'settled', peer: peer.storeId, commands });
  }
  cutOffLeader(cluster, need);
}

/** Entries that are applied, of all members together. */
function appliedOf(cluster: SimCluster): number {
  return cluster.peers.reduce((sum, { status }) => sum + (status?.applied ?? 0), 0);
}

/** Check-quorum (§6.2): a leader that nobody hears gives up, and the others elect one of their own. */
function cutOffLeader(cluster: SimCluster, need: Need): void {
  const leader = present(agreedLeader(cluster), 'a cluster that has converged is led');
  if ((leader.status?.configuration.voters.length ?? 0) < 3) return; // the others are no majority
  for (const peer of cluster.peers) {
    cluster.network.cut({ from: leader.storeId, to: peer.storeId });
    cluster.network.cut({ from: peer.storeId, to: leader.storeId });
  }
  need('a leader that is cut off steps down', () => !leader.leads);
  need('the others elect one of their own', () => cluster.peers.some(({ leads }) => leads));
}

/** Reads through every member; `what` says when. */
function readThroughAll(cluster: SimCluster, need: Need, what: string): void {
  const served = new Set<SimPeer>();
  const asked = membersOf(cluster);
  for (const peer of asked) readThrough(cluster, peer, () => served.add(peer));
  const isMember = (peer: SimPeer): boolean => membersOf(cluster).includes(peer);
  need(`a cluster ${what} serves a read through every member`, () =>
    asked.every((peer) => served.has(peer) || !isMember(peer)),
  );
}

/** Writes again and again until one write is acknowledged: an earlier one may be lost with its leader, unheard. */
function writeUntil(cluster: SimCluster, onAcknowledged: () => void): void {
  let done = false;
  const attempt = (): void => {
    if (done) return;
    agreedLeader(cluster)?.write(cluster.nextNumber(), 8, (answer) => {
      if (answer.kind !== 'acknowledged') return;
      done = true;
      onAcknowledged();
    });
    cluster.time.after(retryMs, attempt);
  };
  attempt();
}

function readThrough(cluster: SimCluster, peer: SimPeer, onServed: () => void): void {
  const read = cluster.nextNumber();
  cluster.observe({ kind: 'readStarted', read });
  peer.read(read, (answer) => {
    if (answer.kind === 'served') onServed();
    else cluster.time.after(retryMs, () => readThrough(cluster, peer, onServed));
  });
}

/** Whoever leads, in the highest term if several believe so. */
function latestLeader({ peers }: SimCluster): SimPeer | undefined {
  const leaders = peers.filter(({ leads }) => leads);
  return leaders.toSorted((a, b) => (b.status?.term ?? 0) - (a.status?.term ?? 0))[0];
}

/** Who belongs to the cluster by the log of its leader; nobody without one. */
function membersOf(cluster: SimCluster): readonly SimPeer[] {
  const configuration = latestLeader(cluster)?.status?.configuration;
  if (configuration === undefined) return [];
  const { voters, outgoing, learners } = configuration;
  const stores = new Set([...voters, ...outgoing, ...learners].map(({ storeId }) => storeId));
  return [...stores].map((storeId) => cluster.peer(storeId));
}

/** The leader that all members follow, in one term. */
function agreedLeader(cluster: SimCluster): SimPeer | undefined {
  const leader = latestLeader(cluster);
  const term = leader?.status?.term;
  const isAgreed = membersOf(cluster).every(
    ({ status }) => status?.leader === leader?.storeId && status?.term === term,
  );
  return isAgreed ? leader : undefined;
}

/** No joint configuration, and no learner that wants to be a voter. */
function isSettled(cluster: SimCluster): boolean {
  const configuration = agreedLeader(cluster)?.status?.configuration;
  if (configuration === undefined || configuration.index > cluster.commit) return false;
  const { outgoing, learners } = configuration;
  return outgoing.length === 0 && learners.every(({ wants }) => wants === 'learner');
}

function hasConverged(cluster: SimCluster): boolean {
  const leader = agreedLeader(cluster);
  if (leader === undefined) return false;
  return membersOf(cluster).every(
    ({ status, state }) =>
      status?.lastIndex === cluster.commit &&
      status.applied === cluster.commit &&
      !status.impaired &&
      state?.applied === cluster.commit &&
      state.hash === leader.state?.hash,
  );
}

function describe(cluster: SimCluster): string {
  const each = cluster.peers.map(({ storeId, status }) => {
    if (status === undefined) return `${storeId} down`;
    const { role, term, base, commit, applied, durable, lastIndex, configuration } = status;
    const { index, voters } = configuration;
    const members = voters.map((voter) => voter.storeId).join('');
    const numbers = `base ${base} commit ${commit} applied ${applied} durable ${durable} last ${lastIndex}`;
    return `${storeId} ${role} term ${term} ${numbers} voters ${members} since ${index}${status.impaired ? ' impaired' : ''}`;
  });
  return each.join('; ');
}
