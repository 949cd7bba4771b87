// A view over rows in maps, which a test fills.

import type { Assignment, Node, OrionObject, Service, Setting } from '../../src/protocol/objects.ts';
import type { TableView, View } from '../../src/state/view.ts';

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
  assignmentsOfService(name: string): readonly Assignment[] {
    return [...this.assignments.values()].filter((row) => row.spec.service === name);
  }
  assignmentsOfNode(name: string): readonly Assignment[] {
    return [...this.assignments.values()].filter((row) => row.spec.node === name);
  }
}
