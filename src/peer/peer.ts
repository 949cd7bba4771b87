// A peer as others use it: the control plane's promises to API, gateway and controllers, kept with what Lifecycle runs.
// Owns: who listens to changes. Does not own: Raft, links, phases, the words of a refusal (refusals.ts).
//
// E3. A request ends within `limits.requestMs` in every phase.
// E4. What is refused as NO_LEADER, NO_QUORUM or BUSY was certainly not applied.

import { membersOf } from '../../raft/membership.ts';
import { assert, unreachable } from '../lib/assert.ts';
import { messageOf, OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import { type Command, type CommandBody, commandSchemaVersion, type Origin } from '../protocol/command.ts';
import type { MemberRequest, MembersAnswer, TransferAnswer } from '../protocol/api.ts';
import { emptyStateHash } from '../state/state-hash.ts';
import { State } from '../state/state.ts';
import type { LeaderStats } from '../protocol/watch.ts';
import type { RowChange, View } from '../state/view.ts';
import { openBackup } from './backup.ts';
import { Caller } from './caller.ts';
import { clusterView, leaderOf } from './cluster-view.ts';
import type { Core } from './core.ts';
import { statsOf } from './figures.ts';
import type { Applied, BackupSource, ClusterView, ControlPlane, Freshness, Trial } from './control-plane.ts';
import { assertOwnDisk } from './identity.ts';
import { Lifecycle } from './lifecycle.ts';
import { type Measures, measuresOf } from './measures.ts';
import { changeMembers } from './members.ts';
import type { PeerOptions } from './peer-options.ts';
import { assertReadable, assertServing, assertWritable, noLeader, notReady, tooBusy } from './refusals.ts';
import { transferLeadership } from './transfer-request.ts';
import { busy, outcomeUnknown, type Route, Writer } from './writer.ts';

type ChangeListener = (index: number, changes: readonly RowChange[]) => void;
type ResetListener = (index: number) => void;

export class Peer implements ControlPlane {
  readonly #options: PeerOptions;
  readonly #state: State;
  readonly #life: Lifecycle;
  readonly #writer: Writer;
  readonly #caller: Caller;
  readonly #changeListeners = new Set<ChangeListener>();
  readonly #resetListeners = new Set<ResetListener>();
  #readNodes: () => LeaderStats['nodes'] = () => ({});

  private constructor(options: PeerOptions, state: State) {
    this.#options = options;
    this.#state = state;
    const life = new Lifecycle({
      peer: options,
      state,
      events: {
        onChanges: (index, changes) => {
          for (const listener of this.#changeListeners) listener(index, changes);
        },
        onReset: (index) => {
          for (const listener of this.#resetListeners) listener(index);
        },
        onCall: (request) => this.#caller.perform(request),
      },
    });
    this.#life = life;
    const { clock } = options;
    const { links, roster, leadership } = life;
    const route = (): Route => {
      assertServing(this.#life); // also between two tries: a peer may be removed while a request waits
      return life.core?.route((storeId) => links.identity(storeId) !== undefined) ?? { kind: 'nowhere' };
    };
    this.#caller = new Caller({
      clock,
      leadership,
      core: () => life.core,
      route,
      perform: async (core, request) => {
        if (request.kind === 'stats') return this.#look(core);
        const self = life.self.peerId;
        if (request.kind === 'transfer')
          return transferLeadership(core, request, { self, clock, leadership });
        return changeMembers(core, request, { clock, links, roster, leadership });
      },
      noLeader: () => noLeader(life),
    });
    this.#writer = new Writer({
      clock,
      leadership,
      route,
      parts: () => life.core,
      noLeader: () => noLeader(life),
      busy: () => tooBusy(life),
    });
  }

  /** Loads the state from disk; the log was opened in line with it. Throws `CONFIG_INVALID` for the disk of another cluster. */
  static async open(options: PeerOptions): Promise<Peer> {
    const { snapshot, rows } = await options.stateStore.load();
    const applied = snapshot?.index ?? 0;
    const { lastIndex, genesis } = options.log.restored;
    assert(applied <= lastIndex, 'the log holds what the state has applied');
    assertOwnDisk(options);
    const clusterId = applied === 0 ? '' : (genesis?.clusterId ?? '');
    return new Peer(options, new State({ applied, clusterId, rows, hash: snapshot?.hash ?? emptyStateHash }));
  }

  start(): Promise<void> {
    return this.#life.start();
  }

  stop(): Promise<void> {
    return this.#life.stop();
  }

  get view(): View {
    return this.#state;
  }

  get epoch(): number {
    return this.#options.log.identity.epoch;
  }

  async propose(body: CommandBody, origin: Origin, withinMs?: number): Promise<Applied> {
    assertWritable(this.#life);
    return this.#writer.write(this.#encode(body, origin), withinMs);
  }

  async proposeAsLeader(term: number, body: CommandBody): Promise<Applied> {
    const core = this.#life.core;
    if (core === undefined || this.#life.leadership.controlTerm !== term) throw noLeader(this.#life);
    assertWritable(this.#life);
    const settlement = await core.proposals.submit(this.#encode(body), limits.requestMs);
    switch (settlement.kind) {
      case 'applied':
        return settlement.applied;
      case 'unknown':
        throw outcomeUnknown();
      case 'refused':
        throw settlement.reason === 'BUSY' ? tooBusy(this.#life) : noLeader(this.#life);
      default:
        return unreachable(settlement);
    }
  }

  async dryRun(body: CommandBody, withinMs?: number): Promise<Trial> {
    await this.readBarrier(withinMs);
    const status = this.#life.core?.status;
    return this.#state.dryRun(body, {
      term: status?.term ?? 0,
      time: this.#options.clock.wallMs(),
    });
  }

  async readBarrier(totalMs: number = limits.requestMs): Promise<void> {
    const { clock } = this.#options;
    const deadline = clock.monotonicMs() + totalMs;
    for (;;) {
      assertServing(this.#life);
      const withinMs = deadline - clock.monotonicMs();
      if (withinMs <= 0) throw noLeader(this.#life);
      const outcome = (await this.#life.core?.barriers.pass(withinMs)) ?? 'NO_LEADER';
      if (outcome === 'passed') return;
      if (outcome === 'BUSY') throw busy();
      await this.#life.leadership.changed(
        Math.min(limits.leaderRetryMs, Math.max(0, deadline - clock.monotonicMs())),
      );
    }
  }

  async changeMembers(request: MemberRequest, origin: Origin): Promise<MembersAnswer> {
    return (await this.#caller.call({ ...request, origin })) as MembersAnswer;
  }

  async transferLeadership(to: string | undefined, origin: Origin): Promise<TransferAnswer> {
    const { clock, report } = this.#options;
    const deadlineMs = clock.monotonicMs() + limits.requestMs;
    const answer = (await this.#caller.call({ kind: 'transfer', to })) as TransferAnswer;
    const { before, leader: after } = answer;
    await new Promise<void>((resolve) => {
      const cancelTimer = clock.after(Math.max(0, deadlineMs - clock.monotonicMs()), resolve); // E3
      this.propose({ kind: 'leadership.moved', before, after }, origin)
        .catch((error: unknown) =>
          report({ before, after, error: messageOf(error) }, 'a transfer of leadership was not written down'),
        )
        .finally(() => (cancelTimer(), resolve()));
    });
    return answer;
  }

  async stats(): Promise<LeaderStats> {
    return (await this.#caller.call({ kind: 'stats' })) as LeaderStats;
  }

  offerNodeStats(read: () => LeaderStats['nodes']): void {
    this.#readNodes = read;
  }

  async openBackup(): Promise<BackupSource> {
    assertServing(this.#life);
    return openBackup(this.#options, this.#life);
  }

  measures(): Measures {
    return measuresOf(this.#life, this.#state);
  }

  freshness(): Freshness {
    const status = this.#life.core?.status;
    const leader = leaderOf(status);
    const nowMs = this.#options.clock.monotonicMs();
    const { ledMs = Number.NEGATIVE_INFINITY } = this.#life.leadership;
    const heardMs = status?.role === 'leader' ? nowMs : Math.max(ledMs, status?.leaderHeardMs ?? ledMs);
    return {
      index: this.#state.appliedIndex,
      leader: leader?.peerId,
      lastContactMs: Number.isFinite(heardMs) ? Math.max(0, Math.round(nowMs - heardMs)) : undefined,
    };
  }

  cluster(): ClusterView {
    const { clusterName, version, founders, clock, raftConfig } = this.#options;
    return clusterView({
      name: clusterName,
      self: this.#life.self,
      version,
      founders,
      clusterId: this.#life.genesis?.clusterId,
      status: this.#life.core?.status,
      appliedIndex: this.#state.appliedIndex,
      links: this.#life.links,
      log: this.#options.log,
      alarms: this.#life.alarms.list(),
      nowMs: clock.monotonicMs(),
      presentMs: raftConfig.electionMaxMs,
    });
  }

  notReady(): readonly string[] {
    const { lastContactMs } = this.freshness();
    const isLed = lastContactMs !== undefined && lastContactMs <= this.#options.raftConfig.electionMaxMs;
    return notReady(this.#life, isLed);
  }

  leaderApi(): string | undefined {
    const status = this.#life.core?.status;
    if (status === undefined || status.role === 'leader') return undefined;
    return leaderOf(status)?.api;
  }

  peerApis(): readonly string[] {
    const { configuration } = this.#life.core?.status ?? {};
    const members = configuration === undefined ? this.#options.founders : membersOf(configuration);
    const others = members.filter((member) => member.peerId !== this.#life.self.peerId);
    return [this.#life.self.api, ...new Set(others.map((member) => member.api))];
  }

  controlTerm(): number | undefined {
    return this.#life.leadership.controlTerm;
  }

  onControlTerm(listener: (term: number | undefined) => void): () => void {
    return this.#life.leadership.onControlTerm(listener);
  }

  onChanges(listener: ChangeListener): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  #look(core: Core): LeaderStats {
    const peers = core.figures.look();
    const { fsyncP99Ms, logBytes } = statsOf(this.#options.log, this.#state);
    const at = Math.floor(this.#options.clock.wallMs());
    return { at, cluster: this.cluster(), disk: { fsyncP99Ms, logBytes }, peers, nodes: this.#readNodes() };
  }

  #encode(body: CommandBody, origin?: Origin): Uint8Array {
    if (this.#life.core?.applier.lagging === true) throw tooBusy(this.#life);
    // In the order in which they are encoded, where the keys of the body are (CommandCodec).
    const asked = origin === undefined ? { requestId: this.#options.requestId() } : { origin };
    const command: Command = Object.assign({}, body, asked, { schema: commandSchemaVersion } as const);
    const data = this.#options.codec.encode(command);
    if (data.length > limits.commandBytesMax) {
      throw new OrionError(
        'TOO_LARGE',
        `the request is ${data.length} bytes as a command, at most ${limits.commandBytesMax} are allowed: split it`,
      );
    }
    return data;
  }

  assertReadable(): void {
    assertReadable(this.#life);
  }

  onReset(listener: ResetListener): () => void {
    this.#resetListeners.add(listener);
    return () => this.#resetListeners.delete(listener);
  }
}
