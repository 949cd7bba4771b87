// Tables of objects in memory: rows by name, read in the order of their names without sorting on a read.
// Owns: the rows and what finds them. Does not own: who may write (only State does, in apply).
//
// T1. Iteration is in the order of names by code units, on every peer alike.
// T2. A row is replaced, never changed; the service and the node of an assignment never change.
// T3. The services that use a setting are found at once: settings are written often.

import { assert, unreachable } from '../lib/assert.ts';
import type { Assignment, Event, Node, Service, Setting } from '../protocol/objects.ts';
import { settingsOf } from '../protocol/references.ts';
import type { ObjectRow } from './row.ts';
import type { TableView } from './view.ts';

/** Which type of row a table holds. */
export interface RowOf {
  service: Service;
  node: Node;
  assignment: Assignment;
  setting: Setting;
  event: Event;
}

export class Table<T extends ObjectRow> implements TableView<T> {
  readonly #rows = new Map<string, T>();
  /** Sorted (T1). */
  readonly #names: string[] = [];
  /** The rows in the order of `#names`, made on the first read after a write. */
  #list: readonly T[] | undefined;

  get size(): number {
    return this.#rows.size;
  }

  get(name: string): T | undefined {
    return this.#rows.get(name);
  }

  /** As of now: what is written later does not change a list once taken. */
  values(): readonly T[] {
    this.#list ??= this.#names.map((name) => this.#rows.get(name) as T);
    return this.#list;
  }

  set(row: T): void {
    const { name } = row.metadata;
    if (!this.#rows.has(name)) this.#names.splice(lowerBound(this.#names, name), 0, name);
    this.#rows.set(name, row);
    this.#list = undefined;
  }

  delete(name: string): void {
    if (!this.#rows.delete(name)) return;
    const position = lowerBound(this.#names, name);
    assert(this.#names[position] === name, 'each row stands in the order of names');
    this.#names.splice(position, 1);
    this.#list = undefined;
  }
}

/** Services, found by the settings that they use as well (T3). */
class ServiceTable extends Table<Service> {
  readonly #bySetting = new Map<string, Table<Service>>();

  using(setting: string): readonly Service[] {
    return this.#bySetting.get(setting)?.values() ?? [];
  }

  override set(row: Service): void {
    const before = this.get(row.metadata.name);
    const after = settingsOf(row.spec);
    super.set(row);
    for (const setting of after) group(this.#bySetting, setting).set(row);
    if (before === undefined || before.spec === row.spec) return;
    for (const setting of settingsOf(before.spec)) {
      if (!after.has(setting)) ungroup(this.#bySetting, setting, row.metadata.name);
    }
  }

  override delete(name: string): void {
    const row = this.get(name);
    if (row === undefined) return;
    super.delete(name);
    for (const setting of settingsOf(row.spec)) ungroup(this.#bySetting, setting, name);
  }
}

/** Assignments, found by their service and by their node as well. */
class AssignmentTable extends Table<Assignment> {
  readonly #byService = new Map<string, Table<Assignment>>();
  readonly #byNode = new Map<string, Table<Assignment>>();

  ofService(name: string): readonly Assignment[] {
    return this.#byService.get(name)?.values() ?? [];
  }

  ofNode(name: string): readonly Assignment[] {
    return this.#byNode.get(name)?.values() ?? [];
  }

  override set(row: Assignment): void {
    const before = this.get(row.metadata.name);
    if (before !== undefined) {
      assert(before.spec.service === row.spec.service, 'an assignment stays with its service'); // T2
      assert(before.spec.node === row.spec.node, 'an assignment stays on its node'); // T2
    }
    super.set(row);
    group(this.#byService, row.spec.service).set(row);
    group(this.#byNode, row.spec.node).set(row);
  }

  override delete(name: string): void {
    const row = this.get(name);
    if (row === undefined) return;
    super.delete(name);
    ungroup(this.#byService, row.spec.service, name);
    ungroup(this.#byNode, row.spec.node, name);
  }
}

/** Every table of objects. */
export class Tables {
  readonly service = new ServiceTable();
  readonly node = new Table<Node>();
  readonly assignment = new AssignmentTable();
  readonly setting = new Table<Setting>();
  readonly event = new Table<Event>();

  set(row: ObjectRow): void {
    switch (row.kind) {
      case 'Service':
        return this.service.set(row);
      case 'Node':
        return this.node.set(row);
      case 'Assignment':
        return this.assignment.set(row);
      case 'Setting':
        return this.setting.set(row);
      case 'Event':
        return this.event.set(row);
      default:
        return unreachable(row);
    }
  }
}

function group<T extends ObjectRow>(groups: Map<string, Table<T>>, key: string): Table<T> {
  let table = groups.get(key);
  if (table === undefined) {
    table = new Table<T>();
    groups.set(key, table);
  }
  return table;
}

function ungroup<T extends ObjectRow>(groups: Map<string, Table<T>>, key: string, name: string): void {
  const table = groups.get(key);
  table?.delete(name);
  if (table?.size === 0) groups.delete(key);
}

/** The first position whose name is not below `name`. */
function lowerBound(names: readonly string[], name: string): number {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((names[middle] as string) < name) low = middle + 1;
    else high = middle;
  }
  return low;
}
