// Small networks of cores for tests: messages arrive at once, except on links that are cut.

import { present } from '../../src/lib/assert.ts';
import type { StoreId } from '../../raft/types.ts';
import { store, TestNode, type NodeOptions } from './node.ts';

/** Sends the snapshot that `from` was asked for first; it does not arrive without `to`, nor where one is being installed. */
function sendSnapshot(from: TestNode, to: TestNode | undefined): void {
  const request = present(from.snapshots[0], 'a snapshot was asked for');
  const { applied, term } = from.status;
  const isTaken = to !== undefined && to.status.durable >= to.status.base;
  const snapshot = isTaken ? from.disk.snapshot(applied) : undefined;
  if (snapshot !== undefined) to?.step({ kind: 'snapshotReceived', term, snapshot });
  from.step({ kind: 'snapshotSent', storeId: request.to, index: snapshot?.index });
}

/** Several nodes whose messages are delivered at once, except on links that are cut. */
export class TestNetwork {
  readonly nodes: ReadonlyMap<StoreId, TestNode>;
  readonly #cut = new Set<string>();

  constructor(nodes: readonly TestNode[]) {
    this.nodes = new Map(nodes.map((node) => [node.id, node]));
  }

  static of(names: readonly string[], options: Omit<NodeOptions, 'names'> = {}): TestNetwork {
    return new TestNetwork(names.map((name, i) => new TestNode(name, { ...options, names, seed: i + 1 })));
  }

  node(name: string): TestNode {
    return present(this.nodes.get(store(name)), 'a node of this network');
  }

  isolate(name: string): void {
    for (const other of this.nodes.keys()) {
      this.#cut.add(`${name}>${other}`);
      this.#cut.add(`${other}>${name}`);
    }
  }

  heal(): void {
    this.#cut.clear();
  }

  /** Delivers until nothing is under way. */
  settle(): void {
    for (let moved = true; moved;) {
      moved = false;
      for (const node of this.nodes.values()) {
        node.settle();
        for (const message of node.takeSent()) {
          if (this.#cut.has(`${message.from}>${message.to}`)) continue;
          this.nodes.get(message.to)?.receive(structuredClone(message));
          moved = true;
        }
        for (const { to } of node.snapshots) {
          sendSnapshot(node, this.#cut.has(`${node.id}>${to}`) ? undefined : this.nodes.get(to));
          moved = true;
        }
      }
    }
  }

  /** Time passes for everyone alike, in ticks of 20 ms. */
  pass(elapsedMs: number): void {
    for (let passed = 0; passed < elapsedMs; passed += 20) {
      for (const node of this.nodes.values()) node.tick(20);
      this.settle();
    }
  }

  /** Lets time pass until somebody of `names` (default: anyone) leads; fails after 20 s. */
  elect(names?: readonly string[]): TestNode {
    const wanted = names?.map(store) ?? [...this.nodes.keys()];
    for (let passed = 0; passed < 20_000; passed += 20) {
      this.pass(20);
      const leading = wanted.map((id) => this.nodes.get(id)).find((node) => node?.status.role === 'leader');
      if (leading !== undefined) return leading;
    }
    throw new Error('nobody was elected within 20 s');
  }
}
