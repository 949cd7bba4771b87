// The overlay on which one command runs: it reads through to the tables, and keeps what it writes to itself.
// Why: a command is all or nothing; one that is refused, or meets a bug half-way, is forgotten with its overlay.
// Owns: the writes of one entry, and the metadata that follows from it. Does not own: the tables.
//
// O1. The tables are never written here; `seal` says what to write.
// O2. A row that ends up as it was is no change: its resourceVersion stays.
// O3. A changed row has the entry's index as its resourceVersion, and its generation rises with its spec alone.
// O4. Derived status agrees with the rows it is derived from, in every entry (status.ts).

import { assert } from '../lib/assert.ts';
import type { Assignment, Event, Metadata, Service } from '../protocol/objects.ts';
import type { RevisionRow } from '../protocol/records.ts';
import { settingsOf } from '../protocol/references.ts';
import type { Contents } from './contents.ts';
import { byCodeUnits, type ObjectRow, tableOf, type TableName } from './row.ts';
import { same } from './same.ts';
import { withNodeStatus, withServiceStatus } from './status.ts';
import type { RowOf, Tables } from './table.ts';
import { timestamp } from './timestamp.ts';
import type { RowChange } from './view.ts';

/** The entry whose command runs. */
interface RunningEntry {
  readonly index: number;
  /** Milliseconds since 1970, stamped by the leader. */
  readonly time: number;
}

/** Of the cluster in which it runs, and who asked for it. */
interface Origin {
  readonly clusterId: string;
  readonly actor: string;
}

/** What an entry changes. */
export interface Sealed {
  readonly changes: readonly RowChange[];
  /** Revisions to put, and to delete. */
  readonly revisions: readonly { readonly row: RevisionRow; readonly isGone: boolean }[];
}

/** By table and name; undefined for a row that is deleted. Most entries write to one table: there are maps only of those. */
type Writes = { [Name in TableName]: Map<string, RowOf[Name] | undefined> | undefined };

export class Overlay {
  readonly index: number;
  /** The entry's time as RFC 3339. */
  readonly time: string;
  /** Who asked for this entry. */
  readonly actor: string;
  readonly #clusterId: string;
  readonly #tables: Tables;
  readonly #base: Pick<Contents, 'revisions'>;
  readonly #writes: Writes = {
    service: undefined,
    node: undefined,
    assignment: undefined,
    setting: undefined,
    event: undefined,
  };
  /** Of each service whose revisions this entry writes, all that it leaves; oldest first. */
  readonly #revisions = new Map<string, readonly RevisionRow[]>();
  /** Names whose status is derived anew when sealing (O4). */
  readonly #touchedServices = new Set<string>();
  readonly #touchedNodes = new Set<string>();
  #created = 0;

  constructor(base: Pick<Contents, 'tables' | 'revisions'>, entry: RunningEntry, origin: Origin) {
    this.#base = base;
    this.#tables = base.tables;
    this.#clusterId = origin.clusterId;
    this.index = entry.index;
    this.time = timestamp(entry.time);
    this.actor = origin.actor;
  }

  get<Name extends TableName>(table: Name, name: string): RowOf[Name] | undefined {
    const writes: ReadonlyMap<string, RowOf[Name] | undefined> | undefined = this.#writes[table];
    if (writes?.has(name) === true) return writes.get(name);
    return this.#tables[table].get(name) as RowOf[Name] | undefined;
  }

  services(): readonly Service[] {
    return merged(this.#tables.service.values(), this.#writes.service, () => true);
  }

  /** Services whose spec names the setting. */
  servicesUsing(setting: string): readonly Service[] {
    const base = this.#tables.service.using(setting);
    return merged(base, this.#writes.service, ({ spec }) => settingsOf(spec).has(setting));
  }

  events(): readonly Event[] {
    return merged(this.#tables.event.values(), this.#writes.event, () => true);
  }

  assignmentsOfService(name: string): readonly Assignment[] {
    const base = this.#tables.assignment.ofService(name);
    return merged(base, this.#writes.assignment, (row) => row.spec.service === name);
  }

  assignmentsOfNode(name: string): readonly Assignment[] {
    const base = this.#tables.assignment.ofNode(name);
    return merged(base, this.#writes.assignment, (row) => row.spec.node === name);
  }

  /** Metadata of a row that this entry creates. Its uid says where it was born, and so is never used twice. */
  metadata({ name, labels, owner }: Pick<Metadata, 'name' | 'labels' | 'owner'>): Metadata {
    assert(this.#clusterId !== '', 'no command stands before genesis');
    this.#created += 1;
    return {
      annotations: {},
      createdAt: this.time,
      generation: 1,
      labels,
      name,
      ...(owner !== undefined && { owner }),
      resourceVersion: String(this.index),
      uid: `${this.#clusterId.slice(0, 16)}-${this.index.toString(36)}-${this.#created}`,
      updatedAt: this.time,
    };
  }

  put<Name extends TableName>(table: Name, row: RowOf[Name]): void {
    this.#write(table, row.metadata.name, row);
    this.#touch(row);
  }

  delete(row: ObjectRow): void {
    this.#write(tableOf(row), row.metadata.name, undefined);
    this.#touch(row);
  }

  /** Oldest first. */
  revisionsOf(service: string): readonly RevisionRow[] {
    return this.#revisions.get(service) ?? this.#base.revisions.of(service);
  }

  /** It takes the place of the row of the same service and revision, if there is one. */
  putRevision(row: RevisionRow): void {
    const rows = [...this.#otherRevisions(row), row].sort((a, b) => a.revision - b.revision);
    this.#revisions.set(row.service, rows);
  }

  /** `row`: one of `revisionsOf`. */
  deleteRevision(row: RevisionRow): void {
    this.#revisions.set(row.service, this.#otherRevisions(row));
  }

  #otherRevisions({ service, revision }: RevisionRow): readonly RevisionRow[] {
    return this.revisionsOf(service).filter((other) => other.revision !== revision);
  }

  /** What this entry changes. Nothing is written after it. */
  seal(): Sealed {
    for (const name of this.#touchedServices) this.#deriveService(name);
    for (const name of this.#touchedNodes) this.#deriveNode(name);
    const changes: RowChange[] = [];
    for (const table of tables) {
      const writes = this.#writes[table];
      if (writes === undefined) continue;
      for (const [name, after] of writes) {
        const before = this.#tables[table].get(name);
        if (!same(before, after)) changes.push({ before, after: after && this.#stamped(after, before) });
      }
    }
    return { changes, revisions: this.#changedRevisions() };
  }

  /** O2. */
  #changedRevisions(): Sealed['revisions'] {
    if (this.#revisions.size === 0) return [];
    return [...this.#revisions].flatMap(([service, rows]) => {
      const before = new Map(this.#base.revisions.of(service).map((row) => [row.revision, row]));
      const left = new Set(rows.map(({ revision }) => revision));
      const gone = [...before.values()].filter(({ revision }) => !left.has(revision));
      const put = rows.filter((row) => !same(before.get(row.revision), row));
      return gone.map((row) => ({ row, isGone: true })).concat(put.map((row) => ({ row, isGone: false })));
    });
  }

  #write<Name extends TableName>(table: Name, name: string, row: RowOf[Name] | undefined): void {
    const writes: Map<string, RowOf[Name] | undefined> = this.#writes[table] ?? new Map();
    writes.set(name, row);
    this.#writes[table] = writes as Writes[Name];
  }

  #touch(row: ObjectRow): void {
    if (row.kind === 'Service') this.#touchedServices.add(row.metadata.name);
    if (row.kind === 'Assignment') {
      this.#touchedServices.add(row.spec.service);
      this.#touchedNodes.add(row.spec.node);
    }
    if (row.kind === 'Node') {
      const { name } = row.metadata;
      this.#touchedNodes.add(name);
      for (const assignment of this.assignmentsOfNode(name))
        this.#touchedServices.add(assignment.spec.service);
    }
  }

  #deriveService(name: string): void {
    const service = this.get('service', name);
    if (service === undefined) return;
    const derived = withServiceStatus(service, {
      assignments: this.assignmentsOfService(name),
      isNodeReady: (node) => this.get('node', node)?.status.state === 'ready',
      time: this.time,
    });
    this.#write('service', name, derived);
  }

  #deriveNode(name: string): void {
    const node = this.get('node', name);
    if (node !== undefined) this.#write('node', name, withNodeStatus(node, this.assignmentsOfNode(name)));
  }

  /** O3. */
  #stamped(after: ObjectRow, before: ObjectRow | undefined): ObjectRow {
    if (before === undefined) return after;
    const generation = before.metadata.generation + (same(before.spec, after.spec) ? 0 : 1);
    const stamp = { generation, resourceVersion: String(this.index), updatedAt: this.time };
    return Object.assign({}, after, { metadata: Object.assign({}, after.metadata, stamp) });
  }
}

const tables = ['service', 'node', 'assignment', 'setting', 'event'] as const satisfies readonly TableName[];

/** `base` as `writes` leave it, in the order of names. */
function merged<T extends ObjectRow>(
  base: readonly T[],
  writes: ReadonlyMap<string, T | undefined> | undefined,
  belongs: (row: T) => boolean,
): readonly T[] {
  if (writes === undefined) return base;
  const rows = base.filter((row) => !writes.has(row.metadata.name));
  for (const row of writes.values()) if (row !== undefined && belongs(row)) rows.push(row);
  return rows.sort((a, b) => byCodeUnits(a.metadata.name, b.metadata.name));
}
