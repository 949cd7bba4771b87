// A leader under test, peer a, whose followers answer what they are asked for, when and as a test says.

import { type Impairment, type Message, sound, type StoreId } from '../../raft/types.ts';
import { present } from '../../src/lib/assert.ts';
import { acceptOf, ackOf, leader, store, type TestNode } from './node.ts';

type HeartbeatRequest = Extract<Message, { kind: 'heartbeatRequest' }>;

export class Followed {
  readonly node: TestNode;
  /** Heartbeats to each follower, by round. */
  readonly #heartbeats = new Map<string, HeartbeatRequest>();
  #underWay: Message[] = [];
  mendings: Extract<Message, { kind: 'mended' }>[] = [];

  /** All of `names` follow a, and hold what it holds. */
  constructor(names: readonly string[] = ['a', 'b', 'c']) {
    this.node = leader('a', { names });
    const others = names.slice(1).map(store);
    this.answer(...others);
    this.beat(...others);
    this.#collect();
  }

  get commit(): number {
    return this.node.status.commit;
  }

  get lastIndex(): number {
    return this.node.status.lastIndex;
  }

  /** The round that was begun last. */
  get round(): number {
    return Math.max(...[...this.#heartbeats.values()].map(({ round }) => round));
  }

  /** These acknowledge every append that is under way to them. */
  answer(...from: readonly StoreId[]): void {
    this.answerAs(sound, ...from);
  }

  answerAs(impairment: Impairment, ...from: readonly StoreId[]): void {
    this.#collect();
    const arrived = this.#underWay.filter(({ to }) => from.includes(to));
    this.#underWay = this.#underWay.filter(({ to }) => !from.includes(to));
    for (const message of arrived) {
      if (message.kind === 'appendRequest')
        this.node.receive({ ...acceptOf(message), impairment } as Message);
    }
    this.#collect();
  }

  /** A heartbeat of time passes; these answer the round that it begins, and what else they are sent. */
  beat(...from: readonly StoreId[]): void {
    this.node.tick(this.node.config.heartbeatMs);
    this.#collect();
    for (const storeId of from) this.hear(storeId, sound);
    this.answer(...from);
  }

  /** An answer to `round`, by default the latest. */
  hear(from: StoreId, impairment: Impairment, round = this.round): void {
    const request = present(this.#heartbeats.get(`${from} ${round}`), 'that round was sent');
    this.node.receive({ ...ackOf(request), impairment } as Message);
    this.#collect();
  }

  #collect(): void {
    this.node.settle();
    for (const message of this.node.takeSent()) {
      if (message.kind === 'heartbeatRequest')
        this.#heartbeats.set(`${message.to} ${message.round}`, message);
      else if (message.kind === 'mended') this.mendings.push(message);
      else this.#underWay.push(message);
    }
  }
}
