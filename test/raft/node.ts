// One core for tests, with a disk and a state that move only when told to, and the values to talk to it.
// Owns: the durable image, the write in flight, and checks that every test gets for free (order, R7).

import { assert, present } from '../../src/lib/assert.ts';
import { raftDefaults, type RaftConfig } from '../../raft/config.ts';
import { makeGenesis } from '../../raft/genesis.ts';
import type { ProposalOutcome, ReadOutcome } from '../../raft/outcomes.ts';
import { Raft } from '../../raft/raft.ts';
import type { ChangeOutcome, MemberChange } from '../../raft/change.ts';
import type { VoteCause } from '../../raft/succession.ts';
import type { TransferOutcome } from '../../raft/transfer.ts';
import { Disk } from './disk.ts';
import {
  asIndex,
  asPeerId,
  asRequestId,
  asStoreId,
  asTerm,
  type Entry,
  type Genesis,
  type Input,
  type Member,
  type Message,
  type PersistOperation,
  type Ready,
  type Snapshot,
  sound,
  type StoreId,
} from '../../raft/types.ts';

export const config: RaftConfig = raftDefaults;

/** Store ids as readable as a test wants them: `a`, `b`, … stand for themselves. */
export const store = (name: string): StoreId => asStoreId(name);

export const timedOut: VoteCause = { kind: 'timeout' };

export function member(name: string): Member {
  return { storeId: store(name), peerId: asPeerId(`peer-${name}`), api: `http://${name}`, raft: `${name}:1` };
}

export function genesisOf(names: readonly string[]): Genesis {
  return makeGenesis({ name: 'test', founders: names.map(member) }, (text) => `hash of ${text}`);
}

function genesisEntry(genesis: Genesis): Entry {
  return { index: asIndex(1), term: asTerm(1), time: 0, payload: { kind: 'genesis', genesis } };
}

export function command(index: number, term: number, text = `${index}`): Entry {
  const payload = { kind: 'command', data: new TextEncoder().encode(text) } as const;
  return { index: asIndex(index), term: asTerm(term), time: index, payload };
}

/** The terms of a log from index 2 on: `terms: [2, 2, 4]` is a log of four entries. */
export function logOf(genesis: Genesis, terms: readonly number[]): Entry[] {
  return [genesisEntry(genesis), ...terms.map((term, i) => command(i + 2, term))];
}

export interface NodeOptions {
  readonly names: readonly string[];
  readonly terms?: readonly number[];
  readonly hardState?: { readonly term: number; readonly vote?: string };
  readonly config?: Partial<RaftConfig>;
  readonly applied?: number;
  /** The log was cut up to there; default 0. */
  readonly base?: number;
  /** Its disk lost entries that it may have acknowledged. */
  readonly impaired?: boolean;
  /** Entries of the log that are in memory from the start; default all. */
  readonly tail?: number;
  readonly seed?: number;
}

/** One core with its disk and state. Nothing leaves or becomes durable unless a test says so. */
export class TestNode {
  readonly id: StoreId;
  readonly disk: Disk;
  readonly config: RaftConfig;
  readonly genesis: Genesis;
  raft: Raft;
  now = 0;
  /** Sent and not taken by `takeSent` yet. */
  sent: Message[] = [];
  writing: PersistOperation | undefined;
  loads: Ready['loads'][number][] = [];
  /** Everything handed to the state in this run. */
  applied: Entry[] = [];
  proposals: ProposalOutcome[] = [];
  changes: ChangeOutcome[] = [];
  transfers: TransferOutcome[] = [];
  reads: ReadOutcome[] = [];
  /** Asked for and not answered. */
  snapshots: Ready['snapshots'][number][] = [];
  discarded: Snapshot[] = [];
  /** The last index that the state was handed, or holds by a snapshot. */
  #handed = 0;
  #unconfirmed = 0;
  #seed: number;

  constructor(name: string, options: NodeOptions) {
    this.id = store(name);
    this.genesis = genesisOf(options.names);
    const entries = logOf(this.genesis, options.terms ?? []);
    const term = options.hardState?.term ?? present(entries.at(-1), 'genesis').term;
    const vote = options.hardState?.vote;
    const hardState = { term: asTerm(term), vote: vote === undefined ? undefined : store(vote) };
    this.disk = new Disk({ genesis: this.genesis, hardState, entries });
    this.disk.impaired = options.impaired ?? false;
    this.config = { ...config, ...options.config };
    this.#seed = options.seed ?? 1;
    if (options.base !== undefined) this.disk.cut(options.base);
    this.raft = this.#open(options.applied ?? this.disk.base.index, options.tail ?? entries.length);
  }

  #open(applied: number, tail: number): Raft {
    const restored = this.disk.restored(tail);
    this.#handed = applied;
    const options = { storeId: this.id, config: this.config, seed: this.#seed, now: this.now, restored };
    return new Raft({ ...options, applied: asIndex(applied) });
  }

  /** A crash and a new start: whatever was not durable is gone. */
  restart(options: { readonly applied?: number; readonly tail?: number } = {}): void {
    this.#seed += 1_000;
    this.sent = [];
    this.writing = undefined;
    this.loads = [];
    this.snapshots = [];
    this.discarded = [];
    this.applied = [];
    this.#unconfirmed = 0;
    this.raft = this.#open(options.applied ?? this.disk.base.index, options.tail ?? this.disk.entries.length);
  }

  get status(): ReturnType<Raft['status']> {
    return this.raft.status();
  }

  step(input: Input): void {
    if (input.kind === 'snapshotSent')
      this.snapshots = this.snapshots.filter(({ to }) => to !== input.storeId);
    this.raft.step(input);
  }

  receive(message: Message): void {
    this.raft.step({ kind: 'receive', message });
  }

  tick(elapsedMs: number): void {
    this.now += elapsedMs;
    this.raft.step({ kind: 'tick', now: this.now });
  }

  /** Ticks of 50 ms until `elapsedMs` have passed. */
  pass(elapsedMs: number): void {
    for (let passed = 0; passed < elapsedMs; passed += 50) this.tick(50);
  }

  propose(text: string, requestId = 0): void {
    const data = new TextEncoder().encode(text);
    this.raft.step({ kind: 'propose', requestId: asRequestId(requestId), time: 0, data });
  }

  /** Asks for a change, based on the configuration as it is unless `basedOn` says otherwise. */
  change(change: MemberChange, basedOn: number = this.status.configuration.index, note = 'who asked'): void {
    const asked = { requestId: asRequestId(0), time: 0, basedOn: asIndex(basedOn), change, note };
    this.raft.step({ kind: 'changeMembers', ...asked });
  }

  read(requestId: number): void {
    this.raft.step({ kind: 'read', requestId: asRequestId(requestId) });
  }

  /** Takes one Ready and keeps its effects; the write stays in flight. */
  take(): Ready {
    const ready = this.raft.takeReady();
    this.disk.check(ready);
    this.sent.push(...ready.messages);
    if (ready.persist !== undefined) {
      assert(this.writing === undefined, 'one write in flight');
      this.writing = ready.persist;
    }
    this.loads.push(...ready.loads);
    for (const { to } of ready.snapshots) {
      assert(!this.snapshots.some((request) => request.to === to), 'one snapshot to each is under way');
    }
    this.snapshots.push(...ready.snapshots);
    this.discarded.push(...ready.discard);
    this.proposals.push(...ready.proposals);
    this.changes.push(...ready.changes);
    this.transfers.push(...ready.transfers);
    this.reads.push(...ready.reads);
    for (const entry of ready.apply) {
      assert(entry.index <= this.disk.lastIndex, 'R7: applied entries are durable');
      assert(entry.index === this.#handed + 1, 'applied in order, each once');
      this.#handed = entry.index;
      this.applied.push(entry);
    }
    this.#unconfirmed += ready.apply.length;
    return ready;
  }

  /** The write in flight becomes durable and is reported. */
  persist(): boolean {
    if (this.writing === undefined) return false;
    const { writing } = this;
    this.writing = undefined;
    this.disk.write(writing);
    if (writing.install !== undefined) this.#onInstalled(writing.install);
    this.raft.step({ kind: 'persisted', operation: writing.operation });
    return true;
  }

  /** The state is another one. */
  #onInstalled({ index }: Snapshot): void {
    this.#handed = index;
    this.#unconfirmed = 0;
  }

  /** The state holds everything up to `index` for good: the core hears it, then the log is cut. */
  compact(index: number): void {
    this.raft.step({ kind: 'compacted', base: asIndex(index) });
    this.disk.cut(index);
  }

  /** The state has applied everything that it was handed. */
  confirmApplied(): void {
    if (this.#unconfirmed === 0) return;
    this.#unconfirmed = 0;
    this.raft.step({ kind: 'applied', index: present(this.applied.at(-1), 'something was applied').index });
  }

  answerLoads(): void {
    const { loads } = this;
    this.loads = [];
    for (const { purpose, from, to, bytesMax } of loads) {
      assert(bytesMax > 0, 'a load is bounded');
      const entries = this.disk.read(from, to);
      const half = entries.slice(0, Math.max(1, Math.ceil(entries.length / 2)));
      this.raft.step({ kind: 'loaded', purpose, entries: half });
    }
  }

  /** Runs disk, loads and state until only the network can move this peer on. */
  settle(): void {
    while (this.raft.hasReady() || this.writing !== undefined || this.loads.length > 0) {
      this.take();
      this.persist();
      this.answerLoads();
      this.confirmApplied();
    }
  }

  /** What was sent since the last call, of one kind if it is named. */
  takeSent(): Message[];
  takeSent<Kind extends Message['kind']>(kind: Kind): Extract<Message, { kind: Kind }>[];
  takeSent(kind?: Message['kind']): Message[] {
    const { sent } = this;
    this.sent = [];
    return kind === undefined ? sent : sent.filter((message) => message.kind === kind);
  }
}

/** A node that leads: a pre-vote and a vote of every other peer, by hand. */
export function leader(name: string, options: NodeOptions): TestNode {
  const node = new TestNode(name, options);
  campaign(node);
  for (const request of node.takeSent('voteRequest')) node.receive(grantOf(request));
  assert(node.status.role === 'leader', 'the node leads');
  return node;
}

/** Brings `node` to where its vote requests are out, by granting its pre-votes. */
export function campaign(node: TestNode): void {
  while (node.status.role === 'follower') node.tick(50);
  node.settle();
  for (const request of node.takeSent('voteRequest')) if (request.preVote) node.receive(grantOf(request));
  node.settle();
}

export function grantOf(request: Extract<Message, { kind: 'voteRequest' }>, granted = true): Message {
  const { from, to, term, preVote } = request;
  return { kind: 'voteResponse', from: to, to: from, term, preVote, granted };
}

export function acceptOf(request: Extract<Message, { kind: 'appendRequest' }>): Message {
  const { from, to, term, previousIndex, entries } = request;
  const outcome = { kind: 'accepted', match: asIndex(previousIndex + entries.length) } as const;
  return { kind: 'appendResponse', impairment: sound, from: to, to: from, term, outcome };
}

export function ackOf(request: Extract<Message, { kind: 'heartbeatRequest' }>): Message {
  const { from, to, term, round } = request;
  return { kind: 'heartbeatResponse', impairment: sound, full: false, from: to, to: from, term, round };
}
