// Three whole peers, or five, their network, agents and clients, under one clock; and what must hold of them at every moment.
// Owns: the parts and what ties them together. Does not own: when something breaks, what a run must show.
//
// V1. What ports show is judged by the invariants of the cores' simulation: a leader's commit is what its appends say.
// V2. An entry changes the same rows on every peer. V3. At most one peer may control at any moment.

import { asPeerId, type Message } from '../../../raft/types.ts';
import { Prng } from '../../../src/lib/prng.ts';
import { encodeRow } from '../../../src/state/row-codec.ts';
import type { Row } from '../../../src/state/row.ts';
import type { RowChange } from '../../../src/state/view.ts';
import { Checker } from '../checker.ts';
import { calmNetwork, type FaultPlan } from '../faults.ts';
import { HonestPromises } from '../invariants/honest-promises.ts';
import { CommittedDurable } from '../invariants/committed-durable.ts';
import { LeaderCompleteness } from '../invariants/leader-completeness.ts';
import { LogMatching } from '../invariants/log-matching.ts';
import { OneLeader } from '../invariants/one-leader.ts';
import { Votes } from '../invariants/votes.ts';
import { Violation } from '../observation.ts';
import { digestOf, mix } from '../digest.ts';
import type { Trace } from '../trace.ts';
import { VirtualTime } from '../virtual-time.ts';
import { SimAgent } from './agent.ts';
import { WholeClient } from './client.ts';
import { SimLinks } from './links.ts';
import type { WholeParts } from './machine.ts';
import { Registers } from './registers.ts';
import { Situations } from './situations.ts';
import { checkSlots } from './workload.ts';
import { WholePeer, type WholePeerOptions } from './whole-peer.ts';

const foundersOf = (count: number): WholePeerOptions['founders'] =>
  Array.from({ length: count }, (_, place) => ({
    peerId: asPeerId(`sim-${place + 1}`),
    api: `http://127.0.0.1:${6_061 + place}`,
    raft: `127.0.0.1:${7_071 + place}`,
  }));

export class WholeCluster {
  readonly time = new VirtualTime();
  readonly situations = new Situations();
  readonly registers = new Registers();
  readonly links: SimLinks;
  readonly peers: readonly WholePeer[];
  readonly agents: readonly SimAgent[];
  readonly clients: readonly WholeClient[];
  /** What broke, first. */
  broken: unknown;
  readonly #trace: Trace;
  readonly #checker: Checker;
  /** By log index: the rows that its entry changed, as text. */
  readonly #changes = new Map<number, string>();
  #numbers = 0;
  /** Messages delivered. */
  messages = 0;

  constructor(options: {
    prng: Prng;
    plan: FaultPlan;
    trace: Trace;
    parts: WholeParts;
    syncErrorChance: number;
  }) {
    const { prng, plan, trace, parts, syncErrorChance } = options;
    const fork = (): Prng => new Prng(prng.next());
    const { time, situations } = this;
    this.#trace = trace;
    this.links = new SimLinks({
      time,
      prng: fork(),
      faults: plan.network,
      watch: {
        sent: (_from, _to, message) => {
          if (message.kind === 'raft') this.#guard(() => this.#onSent(message.message));
        },
        delivered: (from, to, message) => {
          this.messages += 1;
          const raft = message.kind === 'raft' ? message.message : undefined;
          trace.note(
            time.now,
            'message',
            from,
            to,
            message.kind,
            raft?.kind,
            raft?.term,
            digestOfMessage(raft),
          );
        },
        up: (a, b) => trace.note(time.now, 'up', a, b),
        down: (a, b) => {
          trace.note(time.now, 'down', a, b);
          situations.add('links that fell');
        },
        lost: (storeId) => {
          trace.note(time.now, 'lost', storeId);
          situations.add('deaths told to a peer');
        },
      },
    });
    const onBroken = (error: unknown): void => {
      this.broken ??= error;
    };
    const founders = foundersOf(prng.chance(0.2) ? 5 : 3);
    this.peers = founders.map(
      (_, place) =>
        new WholePeer({
          place,
          founders,
          time,
          prng: fork(),
          plan,
          syncErrorChance,
          parts,
          links: this.links,
          trace,
          situations,
          observe: (observation) => this.#guard(() => this.#checker.observe(observation)),
          onChanges: (view, index, changes) =>
            this.#guard(() => {
              this.#onChanges(index, changes);
              checkSlots(view, founders[place]?.peerId ?? '');
            }),
          onBroken,
        }),
    );
    this.#checker = new Checker(
      this.peers.map((peer) => peer.storeId),
      [
        new OneLeader(),
        new LogMatching(),
        new LeaderCompleteness(),
        new CommittedDurable(),
        new Votes(),
        new HonestPromises(),
      ],
    );
    this.agents = ['node-1', 'node-2', 'node-3'].map(
      (name) => new SimAgent({ name, time, peers: this.peers, onBroken }),
    );
    this.clients = Array.from({ length: plan.clients }, () =>
      this.#makeClient(fork(), { plan, parts, onBroken }),
    );
  }

  /** One event. */
  step(): boolean {
    const stepped = this.time.step();
    if (stepped) this.#checkControl();
    return stepped;
  }

  heal(): void {
    this.links.heal(calmNetwork);
    for (const peer of this.peers) peer.heal();
    for (const client of this.clients) client.stop();
  }

  /** A violation is kept rather than thrown: it would end in somebody's promise. */
  #guard(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.broken ??= error;
    }
  }

  #onSent(message: Message): void {
    this.#checker.observe({ kind: 'sent', message });
    if (message.kind !== 'appendRequest') return;
    const { term, commit, from } = message;
    const status = { role: 'leader', term, commit, applied: commit, lastIndex: commit } as const;
    this.#checker.observe({ kind: 'stepped', peer: from, status }); // V1
  }

  /** V2. */
  #onChanges(index: number, changes: readonly RowChange[]): void {
    const text = changes.map(({ before, after }) => `${textOf(before)} to ${textOf(after)}`).join(', ');
    const isNew = !this.#changes.has(index);
    const known = this.#changes.get(index) ?? text;
    this.#changes.set(index, known);
    if (isNew) this.#count(changes);
    if (known !== text) throw new Violation(`states: entry ${index} changes ${known} and ${text}`);
  }

  #count(changes: readonly RowChange[]): void {
    for (const { before, after } of changes) {
      if (after?.kind !== 'Assignment') continue;
      if (before === undefined) this.situations.add('replicas placed');
      else if (after.status.state === 'lost') this.situations.add('replicas lost with their node');
    }
  }

  /** V3. */
  #checkControl(): void {
    const controlling = this.peers.filter((peer) => peer.peer?.controlTerm() !== undefined);
    if (controlling.length <= 1) return;
    const names = controlling.map(({ name, peer }) => `${name} (term ${peer?.controlTerm()})`);
    this.broken ??= new Violation(`control: ${names.join(' and ')} may control at one moment`);
  }

  #makeClient(
    prng: Prng,
    { plan, parts, onBroken }: { plan: FaultPlan; parts: WholeParts; onBroken: (error: unknown) => void },
  ): WholeClient {
    const { time, peers, registers, situations } = this;
    return new WholeClient({
      time,
      prng,
      peers,
      registers,
      situations,
      thinkMs: plan.thinkMs,
      // A process that sleeps, sleeps through its time-outs.
      answersInTime: plan.stall === undefined,
      readBarrier: parts.readBarrier,
      nextNumber: () => {
        this.#numbers += 1;
        return this.#numbers;
      },
      note: (what, ...fields) => this.#trace.note(time.now, what, ...fields),
      onBroken,
    });
  }
}

function digestOfMessage(message: Message | undefined): number {
  if (message?.kind !== 'appendRequest') return 0;
  return message.entries.reduce<number>(
    (digest, entry) => mix(digest, digestOf(entry)),
    message.previousIndex,
  );
}

const textOf = (row: Row | undefined): string => (row === undefined ? 'none' : encodeRow(row));
