// Whole peers on their machines, founders and spares, their network, agents and clients, under one clock.
// Owns: the parts and what ties them together. Does not own: when something breaks, what must hold.

import { asPeerId, type Message, type StoreId } from '../../../raft/types.ts';
import { Prng } from '../../../src/lib/prng.ts';
import type { PeerMessage } from '../../../src/peer/ports.ts';
import { calmNetwork } from '../faults.ts';
import { digestOf, mix } from '../digest.ts';
import { Violation } from '../observation.ts';
import type { Trace } from '../trace.ts';
import { VirtualTime } from '../virtual-time.ts';
import { SimAgent } from './agent.ts';
import { WholeClient } from './client.ts';
import { WholeJudge } from './judge.ts';
import { type LinkWatch, SimLinks } from './links.ts';
import { MessageSituations } from './message-situations.ts';
import type { WholeParts } from './machine.ts';
import type { WholePlan } from './plan.ts';
import { Numbers } from './numbers.ts';
import { Registers } from './registers.ts';
import { Situations } from './situations.ts';
import { checkSlots } from './workload.ts';
import { WholePeer } from './whole-peer.ts';
import type { Listed } from './whole-peer-options.ts';

const listed = (place: number): Listed => ({
  peerId: asPeerId(`sim-${place}`),
  api: `http://127.0.0.1:${6_060 + place}`,
  raft: raftAddressOf(`sim-${place}`),
});

const raftAddressOf = (name: string): string => `${name}:7070`;

export interface WholeClusterOptions {
  readonly prng: Prng;
  readonly plan: WholePlan;
  readonly trace: Trace;
  readonly parts: WholeParts;
}

export class WholeCluster {
  readonly time = new VirtualTime();
  readonly situations = new Situations();
  readonly registers = new Registers();
  readonly numbers = new Numbers();
  readonly judge: WholeJudge;
  readonly links: SimLinks;
  /** Founders first; a spare starts when it is to be added. */
  readonly peers: readonly WholePeer[];
  readonly agents: readonly SimAgent[];
  readonly clients: readonly WholeClient[];
  readonly #options: WholeClusterOptions;
  readonly #messageSituations: MessageSituations;
  #numbers = 0;
  #drives = 0;
  /** Messages delivered. */
  messages = 0;

  constructor(options: WholeClusterOptions) {
    const { prng, plan } = options;
    this.#options = options;
    const fork = (): Prng => new Prng(prng.next());
    const { time } = this;
    const isChanging = (): boolean =>
      this.judge
        .candidates(this.peers.map(({ storeId }) => storeId))
        .some(({ outgoing }) => outgoing.length > 0);
    this.#messageSituations = new MessageSituations(this.situations, isChanging);
    this.links = new SimLinks({
      time,
      prng: fork(),
      faults: plan.network,
      watch: this.#linkWatch(),
      addressOf: raftAddressOf,
    });
    const founders = Array.from({ length: plan.peers }, (_, place) => listed(place + 1));
    const spares = Array.from({ length: plan.spares }, (_, place) => listed(plan.peers + place + 1));
    this.peers = [...founders, ...spares].map((self) => this.#makePeer(self, founders, fork()));
    this.judge = new WholeJudge({
      founders: this.founders.map(({ storeId }) => storeId),
      raft: plan.raft,
      situations: this.situations,
      registers: this.registers,
    });
    this.agents = ['node-1', 'node-2', 'node-3'].map(
      (name) => new SimAgent({ name, time, peers: this.peers, onBroken: this.onBroken }),
    );
    this.clients = Array.from({ length: plan.clients }, () => this.#makeClient(fork()));
  }

  get founders(): readonly WholePeer[] {
    return this.peers.filter(({ isFounder }) => isFounder);
  }

  /** What broke, first. */
  get broken(): unknown {
    return this.judge.broken;
  }

  readonly onBroken = (error: unknown): void => {
    this.judge.broken ??= error;
  };

  readonly note = (what: string, ...fields: (string | number | undefined)[]): void =>
    this.#options.trace.note(this.time.now, what, ...fields);

  /** It takes in the state of another peer. */
  receives(storeId: StoreId): boolean {
    return this.#messageSituations.receives(storeId);
  }

  heal(): void {
    this.links.heal(calmNetwork);
    for (const peer of this.peers) peer.heal();
    for (const client of this.clients) client.stop();
  }

  #linkWatch(): LinkWatch {
    const { situations, note } = this;
    return {
      sent: (from, _to, message) => {
        if (message.kind === 'raft') this.judge.sent(message.message);
        this.#checkNumber(from, message);
        this.#messageSituations.sent(from, message);
      },
      delivered: (from, to, message) => {
        this.messages += 1;
        const raft = message.kind === 'raft' ? message.message : undefined;
        note('message', from, to, message.kind, raft?.kind, raft?.term, digestOfMessage(raft));
      },
      up: (a, b) => {
        note('up', a, b);
        this.#checkRuns(a, b);
        this.#checkRuns(b, a);
      },
      down: (a, b) => {
        note('down', a, b);
        situations.add('links that fell');
      },
      lost: (storeId) => {
        note('lost', storeId);
        situations.add('deaths told to a peer');
      },
    };
  }

  /** Whoever has met a run of a store has nothing to do with a disk that went back to before it. */
  #checkRuns(old: StoreId, other: StoreId): void {
    const outdated = this.peers.find(({ storeId, isOutdated }) => isOutdated && storeId === old);
    const known = this.peers.find(({ storeId }) => storeId === other)?.remembers(old);
    if (outdated === undefined || known === undefined || !outdated.hasForgotten(known)) return;
    this.onBroken(new Violation(`links: ${outdated.name} takes part with a disk that went back`));
  }

  /** A disk that went back numbers its questions anew. */
  #checkNumber(from: StoreId, message: PeerMessage): void {
    if (this.peers.some(({ storeId, isOutdated }) => isOutdated && storeId === from)) return;
    this.judge.guard(() => this.numbers.sent(from, message));
  }

  #makePeer(self: Listed, founders: readonly Listed[], prng: Prng): WholePeer {
    const { plan, parts, trace } = this.#options;
    const { time, links, situations, note, onBroken } = this;
    const peer: WholePeer = new WholePeer({
      self,
      founders,
      time,
      prng,
      plan,
      parts,
      links,
      trace,
      situations,
      nextDrive: () => {
        this.#drives += 1;
        return this.#drives;
      },
      observe: (observation) => this.judge.observe(observation),
      onRun: (storeId, incarnation) => this.judge.guard(() => this.numbers.began(storeId, incarnation)),
      onCrash: (storeId) => this.#messageSituations.crashed(storeId),
      onChanges: (view, index, changes) => {
        this.judge.changed(index, changes);
        this.judge.guard(() => checkSlots(view, self.peerId));
      },
      onReset: (view, index) => {
        note('reset', self.peerId, index);
        this.judge.installed(peer.storeId, view);
        situations.add('snapshots installed');
      },
      onBroken,
    });
    return peer;
  }

  #makeClient(prng: Prng): WholeClient {
    const { plan, parts } = this.#options;
    const { time, peers, registers, situations, note, onBroken } = this;
    return new WholeClient({
      time,
      prng,
      peers,
      registers,
      situations,
      thinkMs: plan.thinkMs,
      spreadMs: plan.spreadMs,
      // A process that sleeps, sleeps through its time-outs.
      answersInTime: plan.stall === undefined,
      readBarrier: parts.readBarrier,
      nextNumber: () => {
        this.#numbers += 1;
        return this.#numbers;
      },
      note,
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
