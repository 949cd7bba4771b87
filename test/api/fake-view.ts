// A view over rows in maps, which a test fills. Its window holds what the fake control plane writes.

import type { Assignment, Event, Node, OrionObject, Service, Setting } from '../../src/protocol/objects.ts';
import type { OperationRow, RevisionRow } from '../../src/protocol/records.ts';
import type { ObjectRow, TableName } from '../../src/state/row.ts';
import type { Change, TableView, View } from '../../src/state/view.ts';
import { ChangeWindow } from '../../src/state/window.ts';

class FakeTable<T extends OrionObject> implements TableView<T> {
  readonly rows = new Map<string, T>();
  get size(): number {
    return this.rows.size;
  }
  get(name: string): T | undefined {
    return this.rows.get(name);
  }
  values(): Iterable<T> {
    return [...this.rows.values()].toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  }
}

export class FakeView implements View {
  appliedIndex = 1;
  readonly clusterId = 'c1';
  readonly services = new FakeTable<Service>();
  readonly nodes = new FakeTable<Node>();
  readonly assignments = new FakeTable<Assignment>();
  readonly settings = new FakeTable<Setting>();
  readonly events = new FakeTable<Event>();
  readonly window = new ChangeWindow(() => undefined);
  readonly operationRows = new Map<string, OperationRow>();
  readonly revisionRows: RevisionRow[] = [];

  tableOf(table: TableName): FakeTable<OrionObject> {
    return this[`${table}s`];
  }
  assignmentsOfService(name: string): readonly Assignment[] {
    return [...this.assignments.values()].filter((row) => row.spec.service === name);
  }
  assignmentsOfNode(name: string): readonly Assignment[] {
    return [...this.assignments.values()].filter((row) => row.spec.node === name);
  }
  get windowStart(): number {
    return this.window.start;
  }
  changesSince(index: number): readonly Change[] {
    return this.window.since(index);
  }
  objectAt(table: TableName, name: string, index: number): ObjectRow | undefined {
    const was = this.window.befores(table, index);
    return was.has(name) ? was.get(name) : this.tableOf(table).get(name);
  }
  valuesAt(table: TableName, index: number): readonly ObjectRow[] {
    const was = this.window.befores(table, index);
    const rows = [...this.tableOf(table).values()].filter((row) => !was.has(row.metadata.name));
    for (const row of was.values()) if (row !== undefined) rows.push(row);
    return rows.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  }
  operation(id: string): OperationRow | undefined {
    return this.operationRows.get(id);
  }
  operationsBefore(index: number, count: number): readonly OperationRow[] {
    const rows = [...this.operationRows.values()].filter((row) => row.index < index);
    return rows.toSorted((a, b) => b.index - a.index).slice(0, count);
  }
  operationCountBefore(index: number): number {
    return this.operationsBefore(index, Number.POSITIVE_INFINITY).length;
  }
  revisionsOf(service: string): readonly RevisionRow[] {
    return this.revisionRows.filter((row) => row.service === service);
  }
}
