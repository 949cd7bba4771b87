// Tables of objects in memory: rows by name, read in the order of their names without sorting on a read.
// Owns: the rows and what finds them. Does not own: who may write (only State does, in apply).
//
// T1. Iteration is in the order of names by code units, on every peer alike.
// T2. A row is replaced, never changed; the service and the node of an assignment never change.
// T3. The services that use a setting are found at once: settings are written often.
// T4. A write moves the rows of one part, and a read after it copies whole parts: with one sorted list of 100,000 names a new
//     row cost 15 µs, and each read after a write 30 ms.

import { assert, present, unreachable } from '../lib/assert.ts';
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

/** Rows in one part; a fuller one becomes two. */
const partRowsMax = 512;

export class Table<T extends ObjectRow> implements TableView<T> {
  readonly #rows = new Map<string, T>();
  /** All of them, sorted (T1), in parts that are not empty (T4). */
  readonly #parts: T[][] = [];
  /** All parts together, made on the first read after a write. */
  #list: readonly T[] | undefined;

  get size(): number {
    return this.#rows.size;
  }

  get(name: string): T | undefined {
    return this.#rows.get(name);
  }

  /** As of now: what is written later does not change a list once taken. */
  values(): readonly T[] {
    this.#list ??= new Array<T>().concat(...this.#parts);
    return this.#list;
  }

  set(row: T): void {
    const { name } = row.metadata;
    const isNew = !this.#rows.has(name);
    this.#rows.set(name, row);
    this.#list = undefined;
    const at = this.#partOf(name);
    const part = this.#parts[at];
    if (part === undefined) return void this.#parts.push([row]);
    const position = firstWhere(part, (one) => one.metadata.name >= name);
    if (isNew) part.splice(position, 0, row);
    else part[position] = row;
    if (part.length > partRowsMax) this.#parts.splice(at + 1, 0, part.splice(part.length >>> 1));
  }

  delete(name: string): void {
    if (!this.#rows.delete(name)) return;
    this.#list = undefined;
    const at = this.#partOf(name);
    const part = present(this.#parts[at], 'each row stands in a part');
    const position = firstWhere(part, (one) => one.metadata.name >= name);
    assert(part[position]?.metadata.name === name, 'each row stands in the order of names');
    part.splice(position, 1);
    if (part.length === 0) this.#parts.splice(at, 1);
  }

  /** The position of the part in which `name` stands, if it stands anywhere. */
  #partOf(name: string): number {
    const next = firstWhere(this.#parts, ([first]) => (first as T).metadata.name > name);
    return Math.max(0, next - 1);
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

/** The first position whose item `holds`; those before do not, those behind all do. */
function firstWhere<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(items[middle] as T)) high = middle;
    else low = middle + 1;
  }
  return low;
}
