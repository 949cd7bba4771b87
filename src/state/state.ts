// The replicated state: entries in, results and changes out. The same entries give the same rows on every peer.
// Owns: the rows, the applied index, and which rows a flush has still to write. Does not own: the disk, the log.
//
// S1. Entries are applied strictly in order, and each advances `appliedIndex`, whatever becomes of its command.
// S2. Applying asks no clock, no chance, no locale, and nothing outside the rows and the entry.
// S3. Applying never throws for what a command says. A bug met on the way discards the command, answers INTERNAL with
//     the index, the same on every peer, and leaves the rows as they were.
// S4. A refused command changes no object.
// S5. A user's operation is done once, however often it comes; what became of it is remembered (operations.ts).

import { assert, present, unreachable } from '../lib/assert.ts';
import { messageOf } from '../lib/errors.ts';
import {
  type Command,
  type CommandBody,
  type CommandResult,
  commandSchemaVersion,
  type EntryResult,
} from '../protocol/command.ts';
import type { Assignment, Event, Node, Service, Setting } from '../protocol/objects.ts';
import type { OperationRow, RevisionRow } from '../protocol/records.ts';
import { refused } from './apply/judge.ts';
import { answerWithoutRun, type MembersChanged, outcomeOf, remember } from './apply/operation.ts';
import { runCommand } from './apply/run.ts';
import type { Bundles } from './bundles.ts';
import { atOnce, type Contents, contentsInSteps, contentsOf, rowsOf } from './contents.ts';
import { Overlay, type Sealed } from './overlay.ts';
import {
  byCodeUnits,
  keyOf,
  type ObjectRow,
  type Row,
  type RowKey,
  type RowWrite,
  type TableName,
  tableOf,
} from './row.ts';
import { emptyStateHash, IncrementalHash } from './state-hash.ts';
import type { Tables } from './table.ts';
import { timestamp } from './timestamp.ts';
import type { Change, RowChange, TableView, View } from './view.ts';

/** A committed entry, decoded. */
export interface Applicable {
  readonly index: number;
  readonly term: number;
  /** Milliseconds since 1970, stamped by the leader. */
  readonly time: number;
  readonly payload:
    | { readonly kind: 'noop' }
    | { readonly kind: 'genesis'; readonly clusterId: string }
    | MembersChanged
    | { readonly kind: 'command'; readonly command: Command };
}

export interface ApplyOutcome {
  /** Undefined for what is no command. */
  readonly result: EntryResult | undefined;
  readonly changes: readonly RowChange[];
}

/** A whole state, as a flush left it on disk; index 0, no rows and an empty cluster id for a new peer. */
export interface RestoredState {
  readonly applied: number;
  readonly clusterId: string;
  readonly rows: ReadonlyMap<RowKey, Row>;
  /** Of the rows (state-hash.ts). */
  readonly hash: string;
}

export class State implements View {
  #contents: Contents = contentsOf([]);
  #appliedIndex = 0;
  #clusterId = '';
  #dirty = new Map<RowKey, Row | undefined>();
  #hash = new IncrementalHash(emptyStateHash);

  constructor(restored: RestoredState) {
    atOnce(this.replace(restored));
  }

  /**
   * Another state takes the place of this one, whole, at the last of many steps: until then this one is read, and nothing is
   * applied to it. What was changed and not taken is forgotten with it.
   */
  *replace(restored: RestoredState): Generator<undefined, void> {
    this.#contents = yield* contentsInSteps(restored.rows.values());
    this.#appliedIndex = restored.applied;
    this.#clusterId = restored.clusterId;
    this.#dirty = new Map();
    this.#hash = new IncrementalHash(restored.hash);
  }

  get appliedIndex(): number {
    return this.#appliedIndex;
  }

  get clusterId(): string {
    return this.#clusterId;
  }

  get services(): TableView<Service> {
    return this.#tables.service;
  }

  get nodes(): TableView<Node> {
    return this.#tables.node;
  }

  get assignments(): TableView<Assignment> {
    return this.#tables.assignment;
  }

  get settings(): TableView<Setting> {
    return this.#tables.setting;
  }

  get events(): TableView<Event> {
    return this.#tables.event;
  }

  assignmentsOfService(name: string): readonly Assignment[] {
    return this.#tables.assignment.ofService(name);
  }

  assignmentsOfNode(name: string): readonly Assignment[] {
    return this.#tables.assignment.ofNode(name);
  }

  get windowStart(): number {
    return this.#contents.window.start;
  }

  changesSince(index: number): readonly Change[] {
    return this.#contents.window.since(index);
  }

  objectAt(table: TableName, name: string, index: number): ObjectRow | undefined {
    const was = this.#contents.window.befores(table, index);
    return was.has(name) ? was.get(name) : this.#tables[table].get(name);
  }

  valuesAt(table: TableName, index: number): readonly ObjectRow[] {
    const was = this.#contents.window.befores(table, index);
    const now: readonly ObjectRow[] = this.#tables[table].values();
    if (was.size === 0) return now;
    const rows = now.filter(({ metadata }) => !was.has(metadata.name));
    for (const row of was.values()) if (row !== undefined) rows.push(row);
    return rows.sort((a, b) => byCodeUnits(a.metadata.name, b.metadata.name));
  }

  operation(id: string): OperationRow | undefined {
    return this.#contents.operations.get(id);
  }

  operationsBefore(index: number, count: number): readonly OperationRow[] {
    return this.#contents.operations.before(index, count);
  }

  operationCountBefore(index: number): number {
    return this.#contents.operations.countBefore(index);
  }

  revisionsOf(service: string): readonly RevisionRow[] {
    return this.#contents.revisions.of(service);
  }

  apply(entry: Applicable): ApplyOutcome {
    assert(entry.index === this.#appliedIndex + 1, 'entries are applied in order, each once'); // S1
    this.#appliedIndex = entry.index;
    const { payload } = entry;
    switch (payload.kind) {
      case 'noop':
        return { result: undefined, changes: [] };
      case 'genesis':
        this.#clusterId = payload.clusterId;
        return { result: undefined, changes: [] };
      case 'members':
        remember(this.#contents.operations, payload.origin, entry, payload.outcome);
        return { result: undefined, changes: [] };
      case 'command':
        return this.#applyCommand(payload.command, entry);
      default:
        return unreachable(payload);
    }
  }

  /** What applying `command` as the next entry would answer; nothing is kept. */
  dryRun(
    body: CommandBody,
    entry: { readonly term: number; readonly time: number },
  ): { readonly result: CommandResult; readonly changes: readonly RowChange[] } {
    const command: Command = { ...body, schema: commandSchemaVersion, requestId: '' };
    const { result, sealed } = this.#judge(command, { ...entry, index: this.#appliedIndex + 1 });
    return { result, changes: sealed.changes };
  }

  /** All rows, in no order. */
  rows(): Iterable<Row> {
    return rowsOf(this.#contents);
  }

  /** Rows changed and not yet taken. */
  get dirtyCount(): number {
    return this.#bundles.reduce((sum, { dirtyCount }) => sum + dirtyCount, this.#dirty.size);
  }

  /** The rows changed since the last call, as they are now; `undefined` for a deleted one. */
  takeDirty(): ReadonlyMap<RowKey, Row | undefined> {
    const dirty = this.#dirty;
    this.#dirty = new Map();
    for (const bundles of this.#bundles) bundles.takeDirty(dirty);
    return dirty;
  }

  /** Of all rows as of `appliedIndex`, the same on every peer. Costs what changed since the last call. */
  hash(): string {
    for (const bundles of this.#bundles) this.#hash.add(bundles.takeDelta());
    return this.#hash.value();
  }

  /** S5. */
  #applyCommand(command: Command, entry: Applicable): ApplyOutcome {
    const { origin } = command;
    const { operations } = this.#contents;
    const answer =
      origin &&
      answerWithoutRun(operations, origin, (kind, name) => this.#tables[tableOf({ kind })].get(name));
    if (answer !== undefined) return { result: answer, changes: [] };
    const { result, sealed } = this.#judge(command, entry);
    this.#keep(entry, sealed);
    if (origin !== undefined) remember(operations, origin, entry, outcomeOf(command, result));
    return { result, changes: sealed.changes };
  }

  #judge(
    command: Command,
    entry: { readonly index: number; readonly term: number; readonly time: number },
  ): { result: CommandResult; sealed: Sealed } {
    try {
      const actor = command.origin?.actor ?? 'anonymous';
      const overlay = new Overlay(this.#contents, entry, { clusterId: this.#clusterId, actor });
      const result = runCommand(overlay, command, entry.term);
      if (result.kind === 'refused') return { result, sealed: nothing }; // S4
      const sealed = overlay.seal();
      return { result: this.#asSealed(result, sealed.changes), sealed };
    } catch (error) {
      const message = `entry ${entry.index} (${command.kind}) met a bug and changed nothing: ${messageOf(error)}`;
      return { result: refused('INTERNAL', message), sealed: nothing }; // S3
    }
  }

  /** An object is answered as the entry leaves it, with its version and its derived status. */
  #asSealed(result: CommandResult, changes: readonly RowChange[]): CommandResult {
    if (result.kind !== 'object') return result;
    const { kind, metadata } = result.object;
    const changed = changes.find(
      ({ after }) => after?.kind === kind && after.metadata.name === metadata.name,
    );
    const object = changed?.after ?? this.#tables[tableOf(result.object)].get(metadata.name);
    assert(object !== undefined, 'an object that is answered is there');
    return { ...result, object };
  }

  #keep({ index, time }: Applicable, { changes, revisions }: Sealed): void {
    for (const change of changes) this.#write(change);
    for (const { row, isGone } of revisions) {
      const kept = this.#contents.revisions;
      this.#note(isGone ? kept.delete(row) : kept.put(row));
    }
    if (changes.length === 0) return;
    this.#contents.window.push({ index, time: timestamp(time), changes });
  }

  #write({ before, after }: RowChange): void {
    const row = present(after ?? before, 'a change has an object');
    if (after !== undefined) this.#tables.set(after);
    else this.#tables[tableOf(row)].delete(row.metadata.name);
    this.#note({ key: keyOf(row), before, after });
  }

  #note({ key, before, after }: RowWrite): void {
    this.#dirty.set(key, after);
    this.#hash.onChange(key, { before, after });
  }

  get #bundles(): readonly Bundles[] {
    return [this.#contents.window.bundles, this.#contents.operations.bundles];
  }

  get #tables(): Tables {
    return this.#contents.tables;
  }
}

const nothing: Sealed = { changes: [], revisions: [] };
