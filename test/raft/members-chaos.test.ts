// Changes of members under chaos: cores whose messages are lost, doubled and overtaken, who are cut off from each other,
// whose disks lag and who crash, while voters come and go. One seed is one run.
//   1. At most one leader a term.
//   2. What any peer has applied at an index is what every other applies there, whoever votes by then.
//   3. Once nothing goes wrong any more, the members elect, end the change that was begun, and agree.

import { expect, test } from 'vitest';
import type { MemberChange } from '../../raft/change.ts';
import { isJoint } from '../../raft/membership.ts';
import type { Message, StoreId } from '../../raft/types.ts';
import { assert, present } from '../../src/lib/assert.ts';
import { Prng } from '../../src/lib/prng.ts';
import { TestNetwork } from './network.ts';
import { member, store, TestNode } from './node.ts';

const founders = ['a', 'b', 'c'];
const joiners = 'd e f g h i j k l m'.split(' ');
const names = [...founders, ...joiners];
const stepsOfRun = 6_000;
const underWayMax = 200;

class Chaos {
  readonly nodes: readonly TestNode[];
  /** Configurations that were applied, by whoever. */
  readonly #changed = new Set<number>();
  readonly #prng: Prng;
  readonly #leaders = new Map<number, StoreId>();
  readonly #applied: string[] = [];
  readonly #checked = new Map<TestNode, number>();
  #underWay: Message[] = [];
  /** On one side of a cut; everyone else is on the other. */
  #cut: ReadonlySet<StoreId> = new Set();

  constructor(seed: number) {
    this.#prng = new Prng(seed);
    this.nodes = names.map((name, i) => new TestNode(name, { names: founders, seed: seed * 100 + i }));
  }

  get changes(): number {
    return this.#changed.size;
  }

  step(): void {
    const node = this.#any(this.nodes);
    switch (this.#prng.int({ from: 0, to: 40 })) {
      case 0:
        node.propose('x');
        break;
      case 1:
        if (this.#prng.chance(0.3)) this.#changeMembers();
        break;
      case 3:
        if (this.#prng.chance(0.05)) this.#restart(node);
        break;
      case 4:
        if (this.#prng.chance(0.08))
          this.#cut = new Set(names.filter(() => this.#prng.chance(0.4)).map(store));
        if (this.#prng.chance(0.08)) this.#cut = new Set();
        break;
      case 5:
      case 6:
        for (const each of this.nodes) each.tick(this.#prng.int({ from: 20, to: 100 }));
        break;
      case 7:
        node.persist();
        break;
      case 8:
        node.answerLoads();
        node.confirmApplied();
        break;
      default:
        this.#deliver();
    }
    for (const each of this.nodes) this.#carryOut(each);
  }

  /** Nothing goes wrong any more. */
  heal(): void {
    const network = new TestNetwork(this.nodes);
    const latest = Math.max(...this.nodes.map((node) => node.now));
    for (const node of this.nodes) node.tick(latest - node.now);
    for (const node of this.nodes) node.settle();
    network.pass(10_000);
    for (const node of this.nodes) this.#check(node);
    const leading = this.nodes.filter((node) => node.status.role === 'leader');
    const leader = present(
      leading.toSorted((a, b) => b.status.term - a.status.term)[0],
      'the healed cluster has a leader',
    );
    const { configuration, commit, lastIndex } = leader.status;
    expect(isJoint(configuration)).toBe(false);
    expect(commit).toBe(lastIndex);
    for (const { storeId } of [...configuration.voters, ...configuration.learners]) {
      expect([storeId, network.node(storeId).status.applied]).toEqual([storeId, commit]);
    }
  }

  #changeMembers(): void {
    const leaders = this.nodes.filter((node) => node.status.role === 'leader');
    if (leaders.length === 0) return;
    const leader = this.#any(leaders);
    const name = this.#any(names);
    const changes: readonly MemberChange[] = [
      { kind: 'add', member: member(name), wants: this.#prng.chance(0.8) ? 'voter' : 'learner' },
      { kind: 'promote', storeId: store(name) },
      { kind: 'remove', storeId: store(name) },
      { kind: 'replace', old: store(this.#any(names)), member: member(name) },
    ];
    const change = this.#any(changes);
    if (change.kind === 'remove' && leader.status.configuration.voters.length <= 3) return; // stay several
    leader.change(change);
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
    node.restart();
    this.#checked.set(node, 0);
  }

  #carryOut(node: TestNode): void {
    if (node.raft.hasReady()) node.take();
    this.#underWay.push(...node.takeSent());
    if (this.#underWay.length > underWayMax) this.#underWay = this.#underWay.slice(-underWayMax);
    if (this.#prng.chance(0.2)) node.persist();
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
      if (entry.payload.kind === 'configuration') this.#changed.add(entry.index);
    }
    this.#checked.set(node, node.applied.length);
  }

  #any<T>(of: readonly T[]): T {
    return present(of[this.#prng.int({ from: 0, to: of.length })], 'there is one');
  }
}

test('whoever comes and goes, no entry that was applied changes, and the healed cluster agrees', () => {
  let changes = 0;
  for (let seed = 1; seed <= 30; seed += 1) {
    const chaos = new Chaos(seed);
    try {
      for (let i = 0; i < stepsOfRun; i += 1) chaos.step();
      chaos.heal();
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
    changes += chaos.changes;
  }
  expect(changes).toBeGreaterThan(60); // else nothing was tested
});
