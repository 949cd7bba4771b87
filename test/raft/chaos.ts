// Chaos for cores: messages are lost, doubled and overtaken, peers are cut off from each other, disks lag, fill up or forget,
// processes crash, voters come and go. One seed is one run. In every step:
//   1. At most one leader a term.
//   2. What any peer has applied at an index is what every other applies there, whoever votes by then.

import type { MemberChange } from '../../raft/change.ts';
import { asRequestId, type Input, type Message, type StoreId } from '../../raft/types.ts';
import { assert, present } from '../../src/lib/assert.ts';
import { Prng } from '../../src/lib/prng.ts';
import type { Past } from './disk.ts';
import { TestNetwork } from './network.ts';
import { member, store, TestNode } from './node.ts';
import { Transfers } from './story/transfers.ts';

const underWayMax = 200;
/** A disk forgets at most so many writes. */
const pastMax = 50;

export interface ChaosOptions {
  readonly seed: number;
  readonly founders: readonly string[];
  /** Empty disks, to be added. */
  readonly joiners?: readonly string[];
  /** Voters come and go. */
  readonly changes?: boolean;
  /** Of the disks that restart, this part forgot something, unless so many have already. */
  readonly damage?: { readonly chance: number; readonly impairedMax: number };
  /** Disks fill up, and are cleared. */
  readonly fullDisks?: boolean;
  /** Logs are cut behind what is applied; whoever lacks that is sent a snapshot, slowly, and some never arrive. */
  readonly cuts?: boolean;
  /** Leaders are told to hand over. */
  readonly transfers?: boolean;
}

export class Chaos {
  readonly nodes: readonly TestNode[];
  /** Entries with configurations that were applied, by whoever. */
  readonly changed = new Set<number>();
  damaged = 0;
  mended = 0;
  readonly snapshots = new Transfers({
    nodeOf: (name) =>
      present(
        this.nodes.find(({ id }) => id === name),
        'a node of this chaos',
      ),
    isCut: (from, to) => this.#cut.has(store(from)) !== this.#cut.has(store(to)),
    tell: () => undefined,
    step: (name, input) => this.#stepWith(name, input),
  });
  readonly #options: ChaosOptions;
  readonly #prng: Prng;
  readonly #leaders = new Map<number, StoreId>();
  readonly #applied: string[] = [];
  readonly #checked = new Map<TestNode, number>();
  /** What each disk was once, the latest last. */
  readonly #past = new Map<TestNode, Past[]>();
  #underWay: Message[] = [];
  /** On one side of a cut; everyone else is on the other. */
  #cut: ReadonlySet<StoreId> = new Set();

  constructor(options: ChaosOptions) {
    this.#options = options;
    this.#prng = new Prng(options.seed);
    const { founders: names, joiners = [] } = options;
    this.nodes = [...names, ...joiners].map(
      (name, i) => new TestNode(name, { names, seed: options.seed * 100 + i }),
    );
  }

  step(): void {
    const node = this.#any(this.nodes);
    switch (this.#prng.int({ from: 0, to: 40 })) {
      case 0:
        node.propose('x');
        break;
      case 1:
        if (this.#options.changes === true && this.#prng.chance(0.3)) this.#changeMembers();
        break;
      case 2:
        if (this.#options.fullDisks === true && this.#prng.chance(0.2))
          node.step({ kind: 'diskFull', full: this.#prng.chance(0.4) });
        break;
      case 3:
        if (this.#prng.chance(0.05)) this.#restart(node);
        break;
      case 4:
        if (this.#prng.chance(0.08))
          this.#cut = new Set(this.nodes.map(({ id }) => id).filter(() => this.#prng.chance(0.4)));
        if (this.#prng.chance(0.08)) this.#cut = new Set();
        break;
      case 5:
      case 6:
        for (const each of this.nodes) each.tick(this.#prng.int({ from: 20, to: 100 }));
        break;
      case 7:
        this.#persist(node);
        break;
      case 8:
        node.answerLoads();
        node.confirmApplied();
        break;
      case 9:
        if (this.#options.cuts === true) this.#cutLog(node);
        break;
      case 10:
        if (this.#prng.chance(0.05)) this.snapshots.fail(node.id);
        if (this.#prng.chance(0.3)) this.snapshots.move(this.nodes.map(({ id }) => id));
        break;
      case 11:
        if (this.#options.transfers === true && this.#prng.chance(0.1)) this.#transfer();
        break;
      default:
        this.#deliver();
    }
    for (const each of this.nodes) this.#carryOut(each);
  }

  /** Nothing goes wrong any more: answers the leader that the cluster then has. */
  heal(): { readonly leader: TestNode; readonly network: TestNetwork } {
    const network = new TestNetwork(this.nodes);
    const latest = Math.max(...this.nodes.map((node) => node.now));
    for (const node of this.nodes) node.tick(latest - node.now);
    for (const node of this.nodes) node.step({ kind: 'diskFull', full: false });
    for (const node of this.nodes) node.settle();
    network.pass(10_000);
    for (const node of this.nodes) this.#check(node);
    const leading = this.nodes.filter((node) => node.status.role === 'leader');
    const latestFirst = leading.toSorted((a, b) => b.status.term - a.status.term);
    return { leader: present(latestFirst[0], 'the healed cluster has a leader'), network };
  }

  #changeMembers(): void {
    const leaders = this.nodes.filter((node) => node.status.role === 'leader');
    if (leaders.length === 0) return;
    const leader = this.#any(leaders);
    const name = this.#any(this.nodes).id;
    const changes: readonly MemberChange[] = [
      { kind: 'add', member: member(name), wants: this.#prng.chance(0.8) ? 'voter' : 'learner' },
      { kind: 'promote', storeId: store(name) },
      { kind: 'remove', storeId: store(name) },
      { kind: 'replace', old: this.#any(this.nodes).id, member: member(name) },
    ];
    const change = this.#any(changes);
    if (change.kind === 'remove' && leader.status.configuration.voters.length <= 3) return; // stay several
    leader.change(change);
  }

  #cutLog(node: TestNode): void {
    const { base, applied } = node.status;
    if (applied > base) node.compact(this.#prng.int({ from: base + 1, to: applied + 1 }));
  }

  /** What a snapshot stands for is what was applied. */
  #stepWith(name: string, input: Input): void {
    if (input.kind === 'snapshotReceived') {
      const { index, term } = input.snapshot;
      const known = this.#applied[index];
      assert(known?.startsWith(`[${term},`) === true, `a snapshot ends with ${index}/${term}, not ${known}`);
    }
    this.nodes.find(({ id }) => id === name)?.step(input);
  }

  #transfer(): void {
    const leading = this.nodes.filter((node) => node.status.role === 'leader');
    if (leading.length === 0) return;
    this.#any(leading).step({ kind: 'transfer', requestId: asRequestId(1), to: this.#any(this.nodes).id });
  }

  #deliver(): void {
    if (this.#underWay.length === 0) return;
    const at = this.#prng.int({ from: 0, to: Math.min(this.#underWay.length, 8) });
    const message = present(this.#underWay[at], 'a message is under way');
    if (!this.#prng.chance(0.03)) this.#underWay.splice(at, 1); // else it comes again
    if (this.#prng.chance(0.02)) return; // lost
    if (this.#cut.has(message.from) !== this.#cut.has(message.to)) return;
    this.nodes.find(({ id }) => id === message.to)?.receive(structuredClone(message));
  }

  #restart(node: TestNode): void {
    const { chance, impairedMax } = this.#options.damage ?? { chance: 0, impairedMax: 0 };
    const past = this.#past.get(node) ?? [];
    const others = this.nodes.filter((other) => other !== node && other.disk.impaired);
    if (past.length > 0 && others.length < impairedMax && this.#prng.chance(chance)) {
      // Most often only the latest is lost.
      const kept = past.slice(0, past.length - Math.floor(past.length * this.#prng.fraction() ** 4));
      const once = present(kept.at(-1), 'it was something once');
      node.disk.damage(this.#prng.chance(0.5) ? once : { ...once, term: node.disk.hardState.term });
      this.#past.set(node, kept);
      this.damaged += 1;
    }
    this.snapshots.forget(node.id);
    node.restart();
    this.#checked.set(node, 0);
  }

  #persist(node: TestNode): void {
    const { impaired } = node.disk;
    const past = this.#options.damage === undefined ? undefined : node.disk.past;
    if (!node.persist()) return;
    if (past !== undefined) this.#past.set(node, [...(this.#past.get(node) ?? []), past].slice(-pastMax));
    if (impaired && !node.disk.impaired) this.mended += 1;
  }

  #carryOut(node: TestNode): void {
    if (node.raft.hasReady()) this.snapshots.take(node.id, node.take());
    this.#underWay.push(...node.takeSent());
    if (this.#underWay.length > underWayMax) this.#underWay = this.#underWay.slice(-underWayMax);
    if (this.#prng.chance(0.2)) this.#persist(node);
    this.#check(node);
  }

  #check(node: TestNode): void {
    const { role, term } = node.status;
    if (role === 'leader') {
      const leader = this.#leaders.get(term) ?? node.id;
      assert(leader === node.id, `term ${term} is led by ${leader} and ${node.id}`);
      this.#leaders.set(term, leader);
    }
    const from = this.#checked.get(node) ?? 0;
    for (const entry of node.applied.slice(from)) {
      const text = JSON.stringify([entry.term, entry.payload]);
      const known = (this.#applied[entry.index] ??= text);
      assert(known === text, `entry ${entry.index} is applied by ${node.id} as another than before`);
      if (entry.payload.kind === 'configuration') this.changed.add(entry.index);
    }
    this.#checked.set(node, node.applied.length);
  }

  #any<T>(of: readonly T[]): T {
    return present(of[this.#prng.int({ from: 0, to: of.length })], 'there is one');
  }
}

/** Runs a chaos of so many steps for each of `seeds`, then `judge`; a failure names the seed. */
export function runSeeds(options: {
  readonly seeds: number;
  readonly steps: number;
  readonly make: (seed: number) => Chaos;
  readonly judge: (chaos: Chaos) => void;
}): void {
  for (let seed = 1; seed <= options.seeds; seed += 1) {
    try {
      const chaos = options.make(seed);
      for (let i = 0; i < options.steps; i += 1) chaos.step();
      options.judge(chaos);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
}
