// What a healed cluster of whole peers has to do: elect, replace the disks that were lost, serve through every member, agree,
// and still have every acknowledged write.

import { membersOf } from '../../../raft/membership.ts';
import { assert, present } from '../../../src/lib/assert.ts';
import { encodeRow } from '../../../src/state/row-codec.ts';
import { byCodeUnits, keyOf } from '../../../src/state/row.ts';
import { State } from '../../../src/state/state.ts';
import type { View } from '../../../src/state/view.ts';
import { Violation } from '../observation.ts';
import { seenBy } from './client.ts';
import type { WholeCluster } from './cluster.ts';
import type { Operator } from './operator.ts';
import type { WholePeer } from './whole-peer.ts';
import { isSettled } from './workload.ts';

/** Between two attempts in the healed cluster, in virtual milliseconds. */
const retryMs = 200;
/** After it an attempt that was not answered is made again, in virtual milliseconds. */
const patienceMs = 4_000;

/** `reach` runs the cluster until something is true, and answers whether it came true in time. Throws a {@link Violation}. */
export async function converge(
  cluster: WholeCluster,
  operator: Operator,
  reach: (isDone: () => boolean) => Promise<boolean>,
): Promise<void> {
  const need = async (what: string, isDone: () => boolean): Promise<void> => {
    if (await reach(isDone)) return;
    throw new Violation(`liveness: ${what} (${cluster.peers.map(stateOf).join('; ')})`);
  };
  await need('the healed cluster has a leader that may control', () =>
    cluster.peers.some(({ peer }) => peer?.controlTerm() !== undefined),
  );
  cluster.situations.add('clusters founded');
  await need('every lost disk is replaced, and every change comes to its end', () => operator.isWell());
  // What was asked for before may still come true: who is a member is looked up again and again.
  for (const kind of ['scale', 'write', 'read'] as const) {
    const asked = new Set<WholePeer>();
    const served = new Set<WholePeer>();
    await need(`every member serves a ${kind}`, () => {
      const members = membersOfCluster(cluster);
      for (const member of members) {
        if (!asked.has(member)) askUntilServed(cluster, member, kind, () => served.add(member));
        asked.add(member);
      }
      return members.every((member) => served.has(member));
    });
  }
  await need('every replica that is asked for runs, and no other', () =>
    membersOfCluster(cluster).every(({ peer }) => peer !== undefined && isSettled(peer.view, cluster.agents)),
  );
  await need('all states agree', () => statesAgree(cluster, membersOfCluster(cluster)));
}

/** A few words on a peer, for whoever looks for what went wrong. */
function stateOf({ name, storeId, peer }: WholePeer): string {
  if (peer === undefined) return `${name} is down`;
  const { leader, term, commitIndex, appliedIndex } = peer.cluster();
  const indexes = `commit ${commitIndex}, applied ${appliedIndex}`;
  return `${name}/${storeId.slice(0, 2)} follows ${leader} in term ${term}, ${indexes}, ${peer.notReady().join(', ') || 'ready'}`;
}

function membersOfCluster({ peers, judge }: WholeCluster): readonly WholePeer[] {
  const configuration = present(judge.ledger.configuration, 'a founded cluster has members');
  const members = new Set(membersOf(configuration).map(({ storeId }) => storeId));
  return peers.filter(({ storeId }) => members.has(storeId));
}

/** Asks again and again: what a first try meets may be on its way out, and never answer. */
function askUntilServed(
  cluster: WholeCluster,
  target: WholePeer,
  kind: 'scale' | 'write' | 'read',
  onServed: () => void,
): void {
  const client = present(cluster.clients[0], 'a cluster has clients');
  let isOver = false;
  const again = (): void => {
    if (isOver) return;
    isOver = true;
    cluster.time.after(retryMs, () => askUntilServed(cluster, target, kind, onServed));
  };
  if (target.peer === undefined) return again();
  cluster.time.after(patienceMs, again);
  target.enter(() => {
    const asked = kind === 'scale' ? client.scale(target, 5) : client[kind](target);
    asked.then((served) => {
      if (!served) return again();
      isOver = true;
      onServed();
    }, cluster.onBroken);
  });
}

function textOf(view: View | undefined): string {
  if (view === undefined) return '';
  assert(view instanceof State, 'a peer shows its state');
  return [...view.rows()]
    .map((row) => `${keyOf(row)} ${encodeRow(row)}`)
    .toSorted(byCodeUnits)
    .join();
}

function statesAgree({ registers, judge }: WholeCluster, members: readonly WholePeer[]): boolean {
  const views = members.map(({ peer }) => peer?.view);
  const [first] = views;
  if (first === undefined || !views.every((view) => view?.appliedIndex === first.appliedIndex)) return false;
  if (judge.ledger.committedAt(first.appliedIndex) === undefined) {
    throw new Violation(`states: all of them have applied ${first.appliedIndex}, which nobody committed`);
  }
  const texts = new Set(views.map(textOf));
  if (texts.size !== 1) throw new Violation(`states: they differ at ${first.appliedIndex}`);
  for (const { peer } of members) {
    for (const { metadata } of first.settings.values()) {
      registers.served(registers.beginRead(metadata.name), seenBy(present(peer, 'it is up'), metadata.name));
    }
  }
  return true;
}
