// A control plane without a cluster: rows in maps, every command applied at once, every answer under the test's thumb.

import { OrionError, type ErrorCode } from '../../src/lib/errors.ts';
import type {
  Applied,
  BackupSource,
  ClusterView,
  ControlPlane,
  Freshness,
  Trial,
} from '../../src/peer/control-plane.ts';
import type { MemberRequest, MembersAnswer, TransferAnswer } from '../../src/protocol/api.ts';
import type { CommandBody, CommandResult, Origin } from '../../src/protocol/command.ts';
import type { OrionObject } from '../../src/protocol/objects.ts';
import { tableOf } from '../../src/state/row.ts';
import type { RowChange } from '../../src/state/view.ts';
import type { LeaderStats } from '../../src/protocol/watch.ts';
import { FakeBackups } from './fake-backup.ts';
import { clusterAt, FakeStats } from './fake-stats.ts';
import { createdAt, settingRow } from './fake-rows.ts';
import { FakeView } from './fake-view.ts';

const configuration = { index: 7, voters: [], learners: [] };

export class FakeControlPlane implements ControlPlane {
  readonly view = new FakeView();
  epoch = 0;
  readonly proposed: CommandBody[] = [];
  readonly origins: Origin[] = [];
  /** What a dry run would change. */
  trialChanges: readonly RowChange[] = [];
  /** The next proposals fail with these, or wait for them. */
  readonly failures: (ErrorCode | Promise<unknown>)[] = [];
  barrierFailure: ErrorCode | undefined;
  barriers = 0;
  term: number | undefined = 3;
  leader: string | undefined;
  reasons: string[] = [];
  lastContactMs: number | undefined = 0;
  /** What apply answers to a command, where the fake's own answer is not the point. */
  answer: ((body: CommandBody) => CommandResult | undefined) | undefined;
  readonly backups = new FakeBackups();
  readonly #termListeners = new Set<(term: number | undefined) => void>();
  readonly #changeListeners = new Set<(index: number, changes: readonly RowChange[]) => void>();

  /** What was given to each command, in milliseconds. */
  readonly budgets: (number | undefined)[] = [];

  async propose(body: CommandBody, origin?: Origin, withinMs?: number): Promise<Applied> {
    this.proposed.push(body);
    this.budgets.push(withinMs);
    this.origins.push(...(origin === undefined ? [] : [origin]));
    const failure = this.failures.shift();
    if (typeof failure === 'string') throw new OrionError(failure, `made to fail with ${failure}`);
    if (failure !== undefined) await failure;
    const result = this.answer?.(body) ?? this.#apply(body);
    return { index: this.view.appliedIndex, result };
  }

  async dryRun(body: CommandBody): Promise<Trial> {
    await this.readBarrier();
    const result: CommandResult = { kind: 'applied', changes: changesOf(body) };
    return { result: this.answer?.(body) ?? result, changes: this.trialChanges };
  }

  async proposeAsLeader(term: number, body: CommandBody): Promise<Applied> {
    if (term !== this.term) throw new OrionError('NO_LEADER', 'this peer does not lead that term');
    return this.propose(body);
  }

  async openBackup(): Promise<BackupSource> {
    return this.backups.open();
  }

  async readBarrier(): Promise<void> {
    this.barriers += 1;
    if (this.barrierFailure !== undefined) throw new OrionError(this.barrierFailure, 'no barrier');
  }

  /** Present while this peer's state differs from the others'. */
  differs: string | undefined;

  assertReadable(): void {
    if (this.differs !== undefined) throw new OrionError('NO_LEADER', this.differs);
  }

  readonly #resetListeners = new Set<(index: number) => void>();

  onReset(listener: (index: number) => void): () => void {
    this.#resetListeners.add(listener);
    return () => this.#resetListeners.delete(listener);
  }

  /** Another state took the place of this one; the test has put it there. */
  reset(): void {
    for (const listener of this.#resetListeners) listener(this.view.appliedIndex);
  }

  /** Of those who hear of changes or of another state. */
  readonly listeners = (): number => this.#changeListeners.size + this.#resetListeners.size;

  readonly leaderStats = new FakeStats();
  readonly stats = (): Promise<LeaderStats> => this.leaderStats.ask();
  readonly offerNodeStats = (read: () => LeaderStats['nodes']): void => void (this.leaderStats.nodes = read);

  freshness(): Freshness {
    const leader = this.term === undefined ? undefined : 'p1';
    return { index: this.view.appliedIndex, leader, lastContactMs: this.lastContactMs };
  }

  #maybeFail(): void {
    const failure = this.failures.shift();
    if (typeof failure === 'string') throw new OrionError(failure, 'as the test wants it');
  }

  /** Changes of members asked for, oldest first. */
  readonly changes: MemberRequest[] = [];

  /** Who asked for those, and for transfers. */
  readonly askers: Origin[] = [];

  async changeMembers(request: MemberRequest, origin: Origin): Promise<MembersAnswer> {
    this.changes.push(request);
    this.askers.push(origin);
    this.#maybeFail();
    return { configuration, voters: { before: 3, after: 4 }, tolerance: { before: 1, after: 1 } };
  }

  readonly transfers: (string | undefined)[] = [];

  async transferLeadership(to: string | undefined, origin: Origin): Promise<TransferAnswer> {
    this.transfers.push(to);
    this.askers.push(origin);
    this.#maybeFail();
    const same = { before: 3, after: 3 };
    return { configuration, voters: same, tolerance: same, before: 'p1', leader: to ?? 'p2' };
  }

  cluster(): ClusterView {
    return clusterAt(this.view.appliedIndex);
  }

  readonly notReady = (): readonly string[] => this.reasons;
  readonly leaderApi = (): string | undefined => this.leader;
  peerApis(): readonly string[] {
    return ['http://127.0.0.1:6060', 'http://127.0.0.1:6061'];
  }
  readonly controlTerm = (): number | undefined => this.term;

  onControlTerm(listener: (term: number | undefined) => void): () => void {
    this.#termListeners.add(listener);
    listener(this.term);
    return () => this.#termListeners.delete(listener);
  }

  onChanges(listener: (index: number, changes: readonly RowChange[]) => void): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  setTerm(term: number | undefined): void {
    this.term = term;
    for (const listener of this.#termListeners) listener(term);
  }

  /** Writes rows as one entry; `undefined` deletes what `before` names. */
  write(...changes: readonly { before?: OrionObject | undefined; after?: OrionObject | undefined }[]): void {
    this.view.appliedIndex += 1;
    for (const { before, after } of changes) {
      const row = after ?? before;
      if (row === undefined) continue;
      const table = this.view.tableOf(tableOf(row)).rows;
      if (after === undefined) table.delete(row.metadata.name);
      else table.set(row.metadata.name, after);
    }
    const told = changes.map(({ before, after }) => ({ before, after }));
    this.view.window.push({ index: this.view.appliedIndex, time: createdAt, changes: told });
    for (const listener of this.#changeListeners) listener(this.view.appliedIndex, told);
  }

  #apply(body: CommandBody): CommandResult {
    switch (body.kind) {
      case 'manifest.apply':
        this.view.appliedIndex += 1;
        return { kind: 'applied', changes: changesOf(body) };
      case 'setting.put': {
        const before = this.view.settings.get(body.name);
        const after = settingRow(body.name, body.data, this.view.appliedIndex + 1);
        this.write({ before, after });
        return { kind: 'object', created: before === undefined, object: after };
      }
      case 'service.scale': {
        const before = this.view.services.get(body.name);
        if (before === undefined) return refused('NOT_FOUND');
        const after = { ...before, spec: { ...before.spec, replicas: body.replicas } };
        this.write({ before, after });
        return { kind: 'object', created: false, object: after };
      }
      case 'service.delete':
        return this.#delete(this.view.services.get(body.name));
      case 'setting.delete':
        return this.#delete(this.view.settings.get(body.name));
      case 'node.delete':
        return this.#delete(this.view.nodes.get(body.name));
      default:
        this.view.appliedIndex += 1;
        return { kind: 'done' };
    }
  }

  #delete(before: OrionObject | undefined): CommandResult {
    if (before === undefined) return refused('NOT_FOUND');
    this.write({ before });
    return { kind: 'deleted' };
  }
}

export function refused(code: ErrorCode): CommandResult {
  return { kind: 'refused', code, message: `the state says ${code}`, issues: [] };
}

function changesOf(body: CommandBody): { kind: 'Service'; name: string; action: 'created' }[] {
  if (body.kind !== 'manifest.apply') return [];
  const services = body.manifests.flatMap((manifest) => manifest.services);
  return services.map(({ name }) => ({ kind: 'Service', name, action: 'created' }));
}
