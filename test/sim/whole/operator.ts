// Who runs the cluster: asks peers for changes of members and for another leader, and has lost disks replaced.
// Owns: what is asked when, and of whom. Does not own: what came of it (member-answers.ts judges what was told).
//
// P1. Nobody is removed whom the others could not go on without (survivors.ts).
// P2. After `stop` nothing new is asked, but what the cluster needs to get well: a disk in the place of each that is lost.

import { membersOf } from '../../../raft/membership.ts';
import type { Member } from '../../../raft/types.ts';
import { isOrionError } from '../../../src/lib/errors.ts';
import type { Prng } from '../../../src/lib/prng.ts';
import type { Peer } from '../../../src/peer/peer.ts';
import type { MemberRequest } from '../../../src/protocol/api.ts';
import type { Origin } from '../../../src/protocol/command.ts';
import { drawFrom } from '../faults.ts';
import { Violation } from '../observation.ts';
import type { WholeCluster } from './cluster.ts';
import type { WholePlan } from './plan.ts';
import type { Survivors } from './survivors.ts';
import type { WholePeer } from './whole-peer.ts';
import { originOf } from './workload.ts';

/** Between two looks for what the cluster needs, in virtual milliseconds. */
const repairMs = 400;
/** How a request may end that certainly changed nothing. */
const refusals = [
  'NO_LEADER',
  'NO_QUORUM',
  'BUSY',
  'CHANGE_IN_PROGRESS',
  'NOT_FOUND',
  'ALREADY_MEMBER',
  'REMOVED',
  'CONFLICT',
  'LAGGING',
  'LAST_VOTER',
  'QUORUM_AT_RISK',
] as const;

export class Operator {
  readonly #cluster: WholeCluster;
  readonly #survivors: Survivors;
  readonly #plan: WholePlan;
  readonly #prng: Prng;
  /** Changes and transfers asked for. */
  #asked = 0;
  #stopped = false;

  constructor(options: { cluster: WholeCluster; survivors: Survivors; plan: WholePlan; prng: Prng }) {
    this.#cluster = options.cluster;
    this.#survivors = options.survivors;
    this.#plan = options.plan;
    this.#prng = options.prng;
  }

  start(): void {
    const { changeEveryMs, transferEveryMs } = this.#plan;
    if (changeEveryMs !== undefined) this.#recur(changeEveryMs, () => this.#changeSome());
    this.#recur(repairMs, () => this.#wipeRetired());
    if (transferEveryMs !== undefined) this.#recur(transferEveryMs, () => this.#transfer());
  }

  stop(): void {
    this.#stopped = true;
    this.#repair();
  }

  /** Every member has its disk, whole, and nobody is on the way in or out. */
  isWell(): boolean {
    const { configuration } = this.#cluster.judge.ledger;
    if (configuration === undefined) return false;
    const members = membersOf(configuration).map(({ storeId }) => storeId);
    const isSettled = this.#cluster.judge
      .candidates(members)
      .every(({ index }) => index <= configuration.index);
    const isWhole = membersOf(configuration).every((member) => this.#survivors.isAlive(member));
    return (
      isSettled &&
      isWhole &&
      configuration.outgoing.length === 0 &&
      configuration.learners.every(({ wants }) => wants === 'learner')
    );
  }

  #recur(everyMs: number, act: () => void): void {
    this.#cluster.time.after(drawFrom(this.#prng, { from: 0, to: 2 * everyMs }), () => {
      if (this.#stopped) return;
      act();
      this.#recur(everyMs, act);
    });
  }

  /** P2. */
  #repair(): void {
    if (this.isWell()) return;
    this.#cluster.time.after(repairMs, () => this.#repair());
    this.#wipeRetired();
    const lost = this.#lostMember();
    if (lost !== undefined) this.replace(this.#machine(lost.peerId));
  }

  /** A disk that was told that it has gone back is of no use any more. */
  #wipeRetired(): void {
    for (const machine of this.#cluster.peers.filter(({ isRetired }) => isRetired)) {
      if (!machine.isOutdated)
        this.#cluster.onBroken(
          new Violation(`disks: ${machine.name} was told that it had gone back, and never did`),
        );
      this.#cluster.situations.add('disks given up that went back');
      machine.wipe({ joins: !machine.isFounder || this.#prng.chance(0.3) });
      machine.start();
    }
  }

  /** Has its disk take the place of the one that it had before. */
  replace(machine: WholePeer): void {
    this.#makeWelcome(machine);
    this.#ask(this.#requestToAdd(machine, { replace: true }));
  }

  /** What was removed never comes back: such a machine needs an empty disk. */
  #makeWelcome(machine: WholePeer): void {
    const removed = this.#cluster.judge.ledger.configuration?.removed ?? [];
    if (removed.includes(machine.storeId)) machine.wipe({ joins: true });
    if (machine.isDown) machine.start();
  }

  #changeSome(): void {
    const { configuration } = this.#cluster.judge.ledger;
    if (configuration === undefined) return; // not founded yet
    const members = membersOf(configuration);
    const lost = this.#lostMember();
    if (lost !== undefined && this.#prng.chance(0.6)) return this.replace(this.#machine(lost.peerId));
    const drawn = this.#drawFrom(members);
    const dice = this.#prng.fraction();
    if (dice < 0.45) this.#addSome(members);
    else if (dice < 0.8) this.#remove(this.#prng.chance(0.4) ? this.#leaderName() : drawn?.peerId);
    else if (dice < 0.95) {
      const learner = this.#drawFrom(configuration.learners) ?? drawn;
      if (learner !== undefined) this.#ask({ kind: 'promote', id: learner.peerId });
    } else if (drawn !== undefined) {
      this.#ask(this.#requestToAdd(this.#machine(drawn.peerId), { replace: true }));
    }
  }

  #addSome(members: readonly Member[]): void {
    const outside = this.#cluster.peers.filter(({ name }) => !members.some(({ peerId }) => peerId === name));
    const machine = this.#drawFrom(outside);
    if (machine === undefined) return;
    const wasMember = this.#cluster.judge.ledger.configuration?.removed.includes(machine.storeId);
    if (wasMember === true && this.#prng.chance(0.3)) {
      this.#cluster.situations.add('removed disks that asked to come back');
    } else this.#makeWelcome(machine);
    this.#ask(this.#requestToAdd(machine, { replace: false }));
  }

  #remove(id: string | undefined): void {
    if (id === undefined) return;
    if (this.#survivors.mayLeave(id)) this.#ask({ kind: 'remove', id });
  }

  #requestToAdd(machine: WholePeer, { replace }: { replace: boolean }): MemberRequest {
    const { name: id, api, raft } = machine;
    return { kind: 'add', id, api, raft, as: this.#prng.chance(0.8) ? 'voter' : 'learner', replace };
  }

  /** Any peer may be asked. */
  #ask(request: MemberRequest): void {
    const { judge, situations, note } = this.#cluster;
    const asked = this.#drawFrom(this.#cluster.peers.filter(({ peer }) => peer !== undefined));
    if (asked === undefined) return;
    const told = judge.answers.ask(request);
    situations.add('changes of members asked for');
    note('ask', asked.name, request.kind, request.id);
    this.#enter(asked, async (peer) => {
      try {
        const answer = await peer.changeMembers(request, this.#origin());
        situations.add('changes of members done');
        note('changed', request.kind, request.id, answer.configuration.index);
        judge.guard(() => told.done(answer));
      } catch (error) {
        if (isOrionError(error, ...refusals)) {
          situations.add('changes of members refused');
          note('not changed', request.kind, request.id, error.code);
          told.refused();
        } else if (isOrionError(error, 'OUTCOME_UNKNOWN')) {
          situations.add('changes of members with an unknown outcome');
        } else throw error;
      }
    });
  }

  #origin(): Origin {
    this.#asked += 1;
    return originOf(`operator-${this.#asked}`);
  }

  #transfer(): void {
    const { situations, note, peers, judge } = this.#cluster;
    const asked = this.#drawFrom(peers.filter(({ peer }) => peer !== undefined));
    const voters = judge.ledger.configuration?.voters ?? [];
    const to = this.#prng.chance(0.5) ? undefined : this.#drawFrom(voters)?.peerId;
    const leader = peers.find(({ peer }) => peer?.controlTerm() !== undefined);
    if (asked === undefined || leader === undefined) return;
    situations.add('leaders told to hand over');
    if (leader.isBusy) situations.add('leaders told to hand over while their disk is busy');
    note('transfer', asked.name, to);
    this.#enter(asked, async (peer) => {
      try {
        await peer.transferLeadership(to, this.#origin());
        situations.add('leadership handed over when asked');
      } catch (error) {
        if (!isOrionError(error, ...refusals, 'OUTCOME_UNKNOWN')) throw error;
      }
    });
  }

  /** A member whose disk is gone; its machine has another one. */
  #lostMember(): Member | undefined {
    const { configuration } = this.#cluster.judge.ledger;
    if (configuration === undefined) return undefined;
    const replaced = new Set(configuration.learners.map(({ replaces }) => replaces));
    return membersOf(configuration).find(
      ({ storeId }) => this.#survivors.holderOf(storeId) === undefined && !replaced.has(storeId),
    );
  }

  #machine(name: string): WholePeer {
    const machine = this.#cluster.peers.find((peer) => peer.name === name);
    if (machine === undefined) throw new Error(`no machine is called ${name}`);
    return machine;
  }

  #leaderName(): string | undefined {
    return this.#cluster.peers.find(({ peer }) => peer?.controlTerm() !== undefined)?.name;
  }

  #enter(machine: WholePeer, act: (peer: Peer) => Promise<void>): void {
    machine.enter(() => {
      if (machine.peer === undefined) return;
      act(machine.peer).catch((error: unknown) => {
        this.#cluster.judge.guard(() => {
          throw error;
        });
      });
    });
  }

  #drawFrom<T>(list: readonly T[]): T | undefined {
    return list[this.#prng.int({ from: 0, to: Math.max(1, list.length) })];
  }
}
