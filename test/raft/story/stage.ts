// Where golden stories play: real cores whose network, disks and clocks move only when a story says so, and a protocol of
// everything that they do about it.
// Owns: what is under way, who is cut off or down, the lines of the protocol. Does not own: the words (words.ts, commands.ts).
// G1. Inputs at hand are stepped together, then their effects are taken once, as a driver does.
// G2. Applying takes no time; writes, loads and snapshots end when a story says so.

import type { MemberChange } from '../../../raft/change.ts';
import type { RaftStatus } from '../../../raft/status.ts';
import type { Input, Message, RequestId } from '../../../raft/types.ts';
import { assert, present } from '../../../src/lib/assert.ts';
import { TestNode, type NodeOptions } from '../node.ts';
import type { Geneses } from './genesis.ts';
import { Transfers } from './transfers.ts';
import {
  changeWords,
  entriesWords,
  loadWords,
  messageWords,
  persistWords,
  proposalWords,
  readWords,
  roleWords,
  transferWords,
} from './words.ts';

const tickMs = 20;
/** Waves of messages after which a stage that does not come to rest has a bug. */
const wavesMax = 1_000;

interface Actor {
  readonly name: string;
  readonly node: TestNode;
  up: boolean;
  seen: RaftStatus;
}

export type Fits = (message: Message) => boolean;

export class Stage {
  readonly #actors = new Map<string, Actor>();
  readonly #cut = new Set<string>();
  readonly #readNames = new Map<RequestId, string>();
  readonly #proposals = new Map<number, string>();
  /** Genesis records by the name of their cluster. */
  readonly geneses: Geneses = new Map();
  readonly snapshots = new Transfers({
    nodeOf: (name) => this.node(name),
    isCut: (from, to) => this.#cut.has(`${from}>${to}`),
    tell: (name, words) => this.#tell(name, words),
    step: (name, input) => this.step(name, input),
  });
  #underWay: Message[] = [];
  #lines: string[] = [];
  #quiet = false;
  #requests = 0;
  /** Under way since the story began: how a command notices that something was sent. */
  sent = 0;

  add(name: string, options: NodeOptions): void {
    assert(!this.#actors.has(name), `${name} is on stage once`);
    const node = new TestNode(name, { seed: this.#actors.size + 1, ...options });
    this.#actors.set(name, { name, node, up: true, seen: node.status });
  }

  /** Everyone who is up, in the order of entrance. */
  get names(): readonly string[] {
    return [...this.#actors.values()].filter((actor) => actor.up).map((actor) => actor.name);
  }

  node(name: string): TestNode {
    return this.#actor(name).node;
  }

  /** What happened since the last call, one line each. */
  takeLines(): readonly string[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  say(line: string): void {
    this.#lines.push(line);
  }

  get underWay(): readonly string[] {
    return this.#underWay.map((message) => messageWords(message, this.#nameRead));
  }

  /** Runs `act` and keeps only changes of role, answered reads and refused proposals of what it says. */
  quietly(act: () => void): void {
    this.#quiet = true;
    act();
    this.#quiet = false;
  }

  propose(name: string, texts: readonly string[]): void {
    for (const text of texts) {
      this.#requests += 1;
      this.#proposals.set(this.#requests, text);
      this.node(name).propose(text, this.#requests);
    }
    this.#after(name);
  }

  change(name: string, change: MemberChange, basedOn: number | undefined): void {
    this.node(name).change(change, basedOn);
    this.#after(name);
  }

  /** Something happens to `name`, or is asked of it. */
  step(name: string, input: Input): void {
    this.node(name).step(input);
    this.#after(name);
  }

  read(name: string, requests: readonly number[]): void {
    for (const request of requests) this.node(name).read(request);
    this.#after(name);
  }

  /** One tick, `ms` after the last one: late, if that is long. */
  tick(name: string, ms: number): void {
    this.node(name).tick(ms);
    this.#after(name);
  }

  /** Time passes for `names`, in ticks of 20 ms. */
  pass(names: readonly string[], ms: number): void {
    assert(ms % tickMs === 0, 'time passes in whole ticks');
    for (let passed = 0; passed < ms; passed += tickMs) for (const name of names) this.tick(name, tickMs);
  }

  /** Time passes for everyone, and whatever can happen does. */
  run(ms: number): void {
    for (let passed = 0; passed < ms; passed += tickMs) {
      this.pass(this.names, tickMs);
      this.stabilize(this.names);
    }
  }

  /** Takes what `fits` off the network. */
  take(fits: Fits): readonly Message[] {
    const taken = this.#underWay.filter(fits);
    this.#underWay = this.#underWay.filter((message) => !fits(message));
    return taken;
  }

  /** What was taken goes on its way again, behind everything else. */
  putBack(messages: readonly Message[]): void {
    this.#underWay.push(...messages);
  }

  /** Messages arrive; each receiver takes in all of its own before it acts (G1). */
  deliver(messages: readonly Message[]): void {
    for (const to of new Set(messages.map((message) => message.to))) {
      const { up } = this.#actor(to);
      if (!up) continue;
      for (const message of messages) {
        if (message.to !== to) continue;
        this.node(to).receive(structuredClone(message));
        this.#notice(to);
      }
      this.#after(to);
    }
  }

  /** The write in flight is durable. */
  persist(name: string): boolean {
    const { node } = this.#actor(name);
    if (node.writing === undefined) return false;
    const { operation } = node.writing;
    this.#tell(name, `has write ${operation} on disk`);
    node.persist();
    this.#after(name);
    return true;
  }

  load(name: string): boolean {
    const { node } = this.#actor(name);
    if (node.loads.length === 0) return false;
    node.answerLoads();
    this.#after(name);
    return true;
  }

  /** Disks, loads, snapshots and messages (those that fit) of `names` go on until nothing moves. */
  stabilize(names: readonly string[], fits: Fits = () => true): void {
    const among: Fits = (message) =>
      names.includes(message.from) && names.includes(message.to) && fits(message);
    for (let wave = 0; ; wave += 1) {
      assert(wave < wavesMax, 'a stage comes to rest');
      const persisted = names.filter((name) => this.persist(name));
      const loaded = names.filter((name) => this.load(name));
      const isSending = this.snapshots.move(names);
      const messages = this.take(among);
      this.deliver(messages);
      if (persisted.length + loaded.length + messages.length === 0 && !isSending) return;
    }
  }

  /** `kept`: the write in flight reached the disk, although nobody heard of it. */
  crash(name: string, kept: boolean): void {
    const actor = this.#actor(name);
    assert(actor.up, `${name} is up`);
    if (kept) actor.node.persist();
    actor.up = false;
    this.snapshots.forget(name);
  }

  restart(name: string, options: { readonly applied?: number; readonly tail?: number }): void {
    const actor = this.#actor(name);
    assert(!actor.up, `${name} crashed before`);
    actor.up = true;
    actor.node.restart(options);
    actor.seen = actor.node.status;
    this.#tell(name, roleWords(actor.seen));
    this.#after(name);
  }

  /** The disk of `name`, which is down, lost what it held above `last`, and every vote. */
  damage(name: string, last: number): void {
    const { up, node } = this.#actor(name);
    assert(!up, `${name} is down`);
    const { base, entries } = node.disk.past;
    const prefix = entries.filter(({ index }) => index <= last);
    node.disk.damage({ term: (prefix.at(-1) ?? base).term, base, entries: prefix });
  }

  /** Nothing passes between two peers any more; what is under way between them is lost. */
  cut(from: string, to: string): void {
    this.#cut.add(`${from}>${to}`);
    this.take((message) => message.from === from && message.to === to);
  }

  heal(): void {
    this.#cut.clear();
  }

  #actor(name: string): Actor {
    return present(this.#actors.get(name), `${name} is on stage`);
  }

  readonly #nameRead = (requestId: RequestId): string => {
    const name = this.#readNames.get(requestId) ?? `#${this.#readNames.size + 1}`;
    this.#readNames.set(requestId, name);
    return name;
  };

  #tell(name: string, words: string): void {
    if (!this.#quiet) this.say(`${name} ${words}`);
  }

  /** What became of `name`, as its status shows. */
  #notice(name: string): void {
    const actor = this.#actor(name);
    const { seen } = actor;
    const status = actor.node.status;
    actor.seen = status;
    const isOther = status.role !== seen.role || status.term !== seen.term || status.leader !== seen.leader;
    if (isOther) this.say(`${name} ${roleWords(status)}`);
    if (status.mayControl !== seen.mayControl)
      this.say(`${name} may control${status.mayControl ? '' : ' no more'}`);
    if (status.commit > seen.commit) this.#tell(name, `commits up to ${status.commit}`);
  }

  /** Takes every effect, in the order of the contract. */
  #after(name: string): void {
    const { node } = this.#actor(name);
    this.#notice(name);
    while (node.raft.hasReady()) {
      const ready = node.take();
      for (const message of node.takeSent()) this.#send(message);
      if (ready.persist !== undefined) this.#tell(name, `begins ${persistWords(ready.persist)}`);
      for (const load of ready.loads) this.#tell(name, loadWords(load));
      this.snapshots.take(name, ready);
      for (const outcome of ready.proposals) {
        const text = present(this.#proposals.get(outcome.requestId), 'a proposal is answered once');
        this.#proposals.delete(outcome.requestId);
        if (!this.#quiet || outcome.kind === 'refused') this.say(`${name} ${proposalWords(outcome, text)}`);
      }
      for (const outcome of ready.changes) this.say(`${name} ${changeWords(outcome)}`);
      for (const outcome of ready.transfers) this.say(`${name} ${transferWords(outcome)}`);
      if (ready.apply.length > 0) this.#tell(name, `applies ${entriesWords(ready.apply)}`);
      node.confirmApplied();
      for (const outcome of ready.reads) this.say(`${name} ${readWords(outcome)}`);
      this.#notice(name);
    }
  }

  #send(message: Message): void {
    const isCut = this.#cut.has(`${message.from}>${message.to}`);
    const words = messageWords(message, this.#nameRead);
    if (!this.#quiet) this.say(isCut ? `${words}  (lost)` : words);
    this.sent += 1;
    if (!isCut) this.#underWay.push(message);
  }
}
