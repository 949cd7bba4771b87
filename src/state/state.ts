// The replicated state: entries in, results and changes out. The same entries give the same rows on every peer.
// Owns: the tables, the applied index, and which rows a flush has still to write. Does not own: the disk, the log.
//
// S1. Entries are applied strictly in order, and each advances `appliedIndex`, whatever becomes of its command.
// S2. Applying asks no clock, no chance, no locale, and nothing outside the rows and the entry.
// S3. Applying never throws for what a command says. A bug met on the way discards the command, answers INTERNAL with
//     the index, the same on every peer, and leaves the rows as they were.
// S4. A refused command changes nothing.

import { assert, unreachable } from '../lib/assert.ts';
import { messageOf } from '../lib/errors.ts';
import type { Command, CommandResult } from '../protocol/command.ts';
import type { Assignment, Node, Service, Setting } from '../protocol/objects.ts';
import { createAssignment, reportAssignments, stopAssignment } from './apply/assignment.ts';
import { refused, stale } from './apply/judge.ts';
import { applyManifests } from './apply/manifest.ts';
import { deleteNode, registerNode, setNodeState } from './apply/node.ts';
import { deleteService, scaleService, setServiceConditions } from './apply/service.ts';
import { deleteSetting, putSetting } from './apply/setting.ts';
import { Overlay } from './overlay.ts';
import { type Row, type RowKey, rowKey } from './row.ts';
import { emptyStateHash, IncrementalHash } from './state-hash.ts';
import { tableOf, Tables } from './table.ts';
import type { RowChange, TableView, View } from './view.ts';

/** A committed entry, decoded. */
export interface Applicable {
  readonly index: number;
  readonly term: number;
  /** Milliseconds since 1970, stamped by the leader. */
  readonly time: number;
  readonly payload:
    | { readonly kind: 'noop' }
    | { readonly kind: 'genesis'; readonly clusterId: string }
    | { readonly kind: 'command'; readonly command: Command };
}

export interface ApplyOutcome {
  /** Undefined for what is no command. */
  readonly result: CommandResult | undefined;
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
  #tables = new Tables();
  #appliedIndex = 0;
  #clusterId = '';
  #dirty = new Map<RowKey, Row | undefined>();
  #hash = new IncrementalHash(emptyStateHash);

  constructor(restored: RestoredState) {
    this.reset(restored);
  }

  /** Another state takes the place of this one, whole: what was changed and not taken is forgotten with it. */
  reset(restored: RestoredState): void {
    this.#tables = new Tables();
    for (const row of restored.rows.values()) this.#tables.set(row);
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

  assignmentsOfService(name: string): readonly Assignment[] {
    return this.#tables.assignment.ofService(name);
  }

  assignmentsOfNode(name: string): readonly Assignment[] {
    return this.#tables.assignment.ofNode(name);
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
      case 'command': {
        const outcome = this.#judge(payload.command, entry);
        for (const change of outcome.changes) this.#write(change);
        return outcome;
      }
      default:
        return unreachable(payload);
    }
  }

  /** What applying `command` as the next entry would answer; nothing is kept. */
  dryRun(command: Command, entry: { readonly term: number; readonly time: number }): CommandResult {
    return this.#judge(command, { ...entry, index: this.#appliedIndex + 1 }).result;
  }

  /** Rows changed and not yet taken. */
  get dirtyCount(): number {
    return this.#dirty.size;
  }

  /** The rows changed since the last call, as they are now; `undefined` for a deleted one. */
  takeDirty(): ReadonlyMap<RowKey, Row | undefined> {
    const dirty = this.#dirty;
    this.#dirty = new Map();
    return dirty;
  }

  /** Of all rows as of `appliedIndex`, the same on every peer. Costs what changed since the last call. */
  hash(): string {
    return this.#hash.value();
  }

  #judge(
    command: Command,
    entry: { readonly index: number; readonly term: number; readonly time: number },
  ): { result: CommandResult; changes: readonly RowChange[] } {
    try {
      const overlay = new Overlay(this.#tables, { ...entry, clusterId: this.#clusterId });
      const result = run(overlay, command, entry.term);
      if (result.kind === 'refused') return { result, changes: [] }; // S4
      const changes = overlay.seal();
      return { result: this.#asSealed(result, changes), changes };
    } catch (error) {
      const message = `entry ${entry.index} (${command.kind}) met a bug and changed nothing: ${messageOf(error)}`;
      return { result: refused('INTERNAL', message), changes: [] }; // S3
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

  #write({ before, after }: RowChange): void {
    const row = after ?? before;
    assert(row !== undefined, 'a change has a row');
    if (after !== undefined) this.#tables.set(after);
    else this.#tables[tableOf(row)].delete(row.metadata.name);
    const key = rowKey(tableOf(row), row.metadata.name);
    this.#dirty.set(key, after);
    this.#hash.onChange(key, { before, after });
  }
}

function run(overlay: Overlay, command: Command, term: number): CommandResult {
  if ('fence' in command && command.fence.term !== term) {
    return stale(`it was decided in term ${command.fence.term}, and this is ${term}`);
  }
  switch (command.kind) {
    case 'manifest.apply':
      return applyManifests(overlay, command);
    case 'service.scale':
      return scaleService(overlay, command);
    case 'service.delete':
      return deleteService(overlay, command);
    case 'service.conditions':
      return setServiceConditions(overlay, command);
    case 'setting.put':
      return putSetting(overlay, command);
    case 'setting.delete':
      return deleteSetting(overlay, command);
    case 'node.register':
      return registerNode(overlay, command);
    case 'node.state':
      return setNodeState(overlay, command);
    case 'node.delete':
      return deleteNode(overlay, command);
    case 'assignment.create':
      return createAssignment(overlay, command);
    case 'assignment.stop':
      return stopAssignment(overlay, command);
    case 'assignment.report':
      return reportAssignments(overlay, command);
    default:
      return unreachable(command);
  }
}
