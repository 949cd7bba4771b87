// The objects of the cluster as the watch tells them, and the figures that come beside: what all views are drawn from.
//
// W1. An object is never replaced by an older one, and one that was deleted does not come back by an older message: lists
//     and changes may overlap.
// W2. Figures are a ring: however long somebody watches, nothing grows but with the cluster.

import { unreachable } from '../../src/lib/assert.ts';
import type { Assignment, Event, Node, OrionObject, Service, Setting } from '../../src/protocol/objects.ts';
import type { ClusterView } from '../../src/protocol/api.ts';
import type { Stats } from '../../src/protocol/watch.ts';
import { Ring } from './ring.ts';

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: OrionObject;
}

/** Shares of what a node has, 0 to 1, one a second. */
export interface Load {
  readonly cpu: Ring<number>;
  readonly memory: Ring<number>;
}

/** Seconds for which figures are kept: more than a wide terminal shows. */
const loadsMax = 240;

export class World {
  readonly services = new Map<string, Service>();
  readonly nodes = new Map<string, Node>();
  readonly assignments = new Map<string, Assignment>();
  readonly settings = new Map<string, Setting>();
  readonly events = new Map<string, Event>();
  readonly #ofService = new Map<string, Set<string>>();
  readonly #ofNode = new Map<string, Set<string>>();
  readonly #loads = new Map<string, Load>();
  readonly total: Load = { cpu: new Ring(loadsMax), memory: new Ring(loadsMax) };
  stats: Stats | undefined;
  /** As the leader sees it; as the peer does that is heard, while that has no news of a leader. */
  cluster: ClusterView | undefined;
  /** The log index that the objects are as of. */
  version = 0;
  /** True once the objects are there. */
  listed = false;

  /** What is, instead of whatever was. */
  reset(items: readonly OrionObject[], version: number): void {
    for (const table of [this.services, this.nodes, this.assignments, this.settings, this.events])
      table.clear();
    this.#ofService.clear();
    this.#ofNode.clear();
    for (const item of items) this.#put(item);
    this.version = version;
    this.listed = true;
  }

  /** The changes of one log index. */
  apply(changes: readonly Change[], version: number): void {
    if (version <= this.version) return; // W1
    this.version = version;
    for (const { type, object } of changes) {
      if (type === 'DELETED') this.#remove(object);
      else this.#put(object);
    }
  }

  measure(stats: Stats): void {
    this.stats = stats;
    this.cluster = stats.cluster;
    let [cpu, memory, cpuAll, memoryAll] = [0, 0, 0, 0];
    for (const [name, figures] of Object.entries(stats.nodes)) {
      const capacity = this.nodes.get(name)?.status.capacity;
      if (capacity === undefined) continue;
      const load = this.load(name);
      load.cpu.push(shareOf(figures.cpu, capacity.cpu));
      load.memory.push(shareOf(figures.memory, capacity.memory));
      cpu += figures.cpu;
      memory += figures.memory;
      cpuAll += capacity.cpu;
      memoryAll += capacity.memory;
    }
    this.total.cpu.push(shareOf(cpu, cpuAll));
    this.total.memory.push(shareOf(memory, memoryAll));
    for (const name of this.#loads.keys()) if (!this.nodes.has(name)) this.#loads.delete(name); // W2
  }

  load(node: string): Load {
    const known = this.#loads.get(node);
    if (known !== undefined) return known;
    const load: Load = { cpu: new Ring(loadsMax), memory: new Ring(loadsMax) };
    this.#loads.set(node, load);
    return load;
  }

  /** By replica index, the newest revision first. */
  assignmentsOfService(service: string): readonly Assignment[] {
    return this.#assignments(this.#ofService.get(service)).sort(
      (a, b) => a.spec.index - b.spec.index || b.spec.revision - a.spec.revision,
    );
  }

  assignmentsOfNode(node: string): readonly Assignment[] {
    return this.#assignments(this.#ofNode.get(node)).sort((a, b) =>
      replicaName(a) < replicaName(b) ? -1 : 1,
    );
  }

  #assignments(names: ReadonlySet<string> | undefined): Assignment[] {
    return [...(names ?? [])].flatMap((name) => this.assignments.get(name) ?? []);
  }

  #put(object: OrionObject): void {
    const { name } = object.metadata;
    switch (object.kind) {
      case 'Service':
        return void this.services.set(name, object);
      case 'Node':
        return void this.nodes.set(name, object);
      case 'Setting':
        return void this.settings.set(name, object);
      case 'Event':
        return void this.events.set(name, object);
      case 'Assignment':
        this.assignments.set(name, object);
        addTo(this.#ofService, object.spec.service, name);
        return addTo(this.#ofNode, object.spec.node, name);
      default:
        return unreachable(object);
    }
  }

  #remove(object: OrionObject): void {
    const { name } = object.metadata;
    switch (object.kind) {
      case 'Service':
        return void this.services.delete(name);
      case 'Node':
        return void this.nodes.delete(name);
      case 'Setting':
        return void this.settings.delete(name);
      case 'Event':
        return void this.events.delete(name);
      case 'Assignment':
        this.assignments.delete(name);
        removeFrom(this.#ofService, object.spec.service, name);
        return removeFrom(this.#ofNode, object.spec.node, name);
      default:
        return unreachable(object);
    }
  }
}

/** How people call a replica: `hello/0`. */
export const replicaName = ({ spec }: Assignment): string => `${spec.service}/${spec.index}`;

const shareOf = (part: number, whole: number): number => (whole <= 0 ? 0 : part / whole);

function addTo(index: Map<string, Set<string>>, key: string, name: string): void {
  const names = index.get(key);
  if (names === undefined) index.set(key, new Set([name]));
  else names.add(name);
}

function removeFrom(index: Map<string, Set<string>>, key: string, name: string): void {
  const names = index.get(key);
  names?.delete(name);
  if (names?.size === 0) index.delete(key);
}
