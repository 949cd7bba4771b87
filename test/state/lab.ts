// A state to try commands on: what a log would hand it, without a log. Every row that it lets out is frozen, so that
// a test in which a row is changed in place fails where that happens.

import { assert } from '../../src/lib/assert.ts';
import type {
  CommandBody,
  CommandResult,
  ManifestService,
  Origin,
  SeenEvent,
} from '../../src/protocol/command.ts';
import type { Assignment, Node, Service, ServiceSpec } from '../../src/protocol/objects.ts';
import { rolledOut, rollingOut } from '../../src/protocol/progress.ts';
import { encodeRow } from '../../src/state/row-codec.ts';
import { keyOf, type Row, type RowKey } from '../../src/state/row.ts';
import { addDigests, emptyStateHash, hashOf, rowDigest } from '../../src/state/state-hash.ts';
import { type Applicable, type ApplyOutcome, State } from '../../src/state/state.ts';

const clusterId = '0123456789abcdef0123456789abcdef';
export const startMs = 1_750_000_000_000;

export function spec(overrides: Partial<ServiceSpec> = {}): ServiceSpec {
  return {
    path: '/srv/app',
    runtime: 'node',
    entry: 'server.js',
    args: [],
    ports: [],
    env: {},
    resources: { cpu: 0, memory: 0 },
    restart: 'always',
    stop: { signal: 'SIGTERM', graceSeconds: 10 },
    replicas: 1,
    placement: { labels: {}, strategy: 'spread' },
    ...overrides,
  };
}

export function applying(
  owner: string,
  services: Record<string, Partial<ServiceSpec>>,
  options: { prune?: boolean; labels?: Record<string, string> } = {},
): CommandBody {
  const listed: ManifestService[] = Object.entries(services).map(([name, overrides]) => ({
    name,
    labels: options.labels ?? {},
    spec: spec(overrides),
  }));
  return {
    kind: 'manifest.apply',
    manifests: [{ owner, services: listed }],
    prune: options.prune ?? false,
  };
}

/** An event as a recorder tells it. */
export function seen(overrides: Partial<SeenEvent> = {}): SeenEvent {
  const at = new Date(startMs).toISOString();
  return {
    regarding: { kind: 'Service', name: 'web', uid: 'u1' },
    type: 'Normal',
    reason: 'Created',
    message: 'it was created',
    source: 'rollout',
    count: 1,
    firstSeen: at,
    lastSeen: at,
    ...overrides,
  };
}

export const newState = (): State =>
  new State({ applied: 0, clusterId: '', rows: new Map(), hash: emptyStateHash });

/** Of rows, one by one: what the state adds up as they change. */
export function hashOfRows(rows: ReadonlyMap<RowKey, Row>): string {
  let sum = 0n;
  for (const [key, row] of rows) sum = addDigests(sum, rowDigest(key, encodeRow(row)));
  return hashOf(sum);
}

/** All rows of a state, as a disk would hold them. */
export function rowsOf(state: State): Map<RowKey, Row> {
  return new Map([...state.rows()].map((row) => [keyOf(row), row]));
}

/** Its objects alone. */
export function objectsOf(state: State): Map<RowKey, Row> {
  return new Map([...rowsOf(state)].filter(([, row]) => 'metadata' in row));
}

/** The whole state as plain data, for comparisons. */
export const contentOf = (state: State): unknown => ({
  index: state.appliedIndex,
  clusterId: state.clusterId,
  rows: rowsOf(state),
});

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const item of Object.values(value)) freeze(item);
}

export class Lab {
  readonly state: State;
  readonly log: Applicable[] = [];
  term = 1;
  time = startMs;

  constructor(state: State = newState()) {
    this.state = state;
    if (state.appliedIndex === 0) this.#apply({ kind: 'genesis', clusterId });
  }

  /** `origin`: it is a user's. */
  entry(body: CommandBody, origin?: Origin): ApplyOutcome {
    const requestId = origin?.operation ?? String(this.state.appliedIndex + 1).padStart(32, '0');
    return this.#apply({ kind: 'command', command: { ...body, schema: 1, requestId, origin } });
  }

  run(body: CommandBody): CommandResult {
    const { result } = this.entry(body);
    assert(result !== undefined, 'a command has a result');
    assert(result.kind !== 'repeated', 'a command without an operation is always run');
    return result;
  }

  /** The code with which `body` is refused; undefined when it is not. */
  refusal(body: CommandBody): string | undefined {
    const result = this.run(body);
    return result.kind === 'refused' ? result.code : undefined;
  }

  noop(): void {
    this.#apply({ kind: 'noop' });
  }

  get fence(): { term: number } {
    return { term: this.term };
  }

  service(name: string): Service {
    return found(this.state.services.get(name));
  }

  node(name: string): Node {
    return found(this.state.nodes.get(name));
  }

  assignment(name: string): Assignment {
    return found(this.state.assignments.get(name));
  }

  register(
    node: string,
    options: {
      running?: string[];
      cpu?: number;
      memory?: number;
      labels?: Record<string, string>;
      runtimes?: ('node' | 'bun')[];
    } = {},
  ): CommandResult {
    return this.run({
      kind: 'node.register',
      fence: this.fence,
      node,
      address: '127.0.0.1',
      labels: options.labels ?? {},
      capacity: { cpu: options.cpu ?? 4, memory: options.memory ?? 1_000 },
      runtimes: options.runtimes ?? ['node'],
      running: options.running ?? [],
    });
  }

  nodeState(node: string, state: 'ready' | 'unknown' | 'down'): CommandResult {
    const { resourceVersion } = this.node(node).metadata;
    return this.run({ kind: 'node.state', fence: this.fence, node, resourceVersion, state, reason: 'Test' });
  }

  creation(service: string, index: number, node: string): CommandBody & { kind: 'assignment.create' } {
    const { metadata, status } = this.service(service);
    return {
      kind: 'assignment.create',
      fence: this.fence,
      service,
      serviceUid: metadata.uid,
      generation: metadata.generation,
      revision: status.revision,
      index,
      node,
    };
  }

  /** Places a replica; the answer is the assignment's id. */
  place(service: string, index: number, node: string): string {
    const result = this.run(this.creation(service, index, node));
    assert(result.kind === 'object', `the replica is placed: ${JSON.stringify(result)}`);
    return result.object.metadata.name;
  }

  /** What the reconciler has to say of a service. */
  saying(
    service: string,
    what: 'complete' | 'failed' | 'rolling',
  ): CommandBody & { kind: 'service.conditions' } {
    const { metadata, status } = this.service(service);
    const { revision } = status;
    const failed = {
      type: 'Progressing',
      status: 'False',
      reason: 'ReplicaFailed',
      message: 'it failed',
    } as const;
    const said = { complete: rolledOut(revision), failed, rolling: rollingOut(revision) };
    return {
      kind: 'service.conditions',
      fence: this.fence,
      service,
      serviceUid: metadata.uid,
      generation: metadata.generation,
      revision,
      conditions: [said[what]],
    };
  }

  stopping(assignmentId: string): CommandBody {
    const { metadata, spec } = this.assignment(assignmentId);
    const { resourceVersion } = metadata;
    const generation = this.state.services.get(spec.service)?.metadata.generation ?? 0;
    return { kind: 'assignment.stop', fence: this.fence, assignmentId, resourceVersion, generation };
  }

  reporting(
    assignmentId: string,
    state: 'starting' | 'running' | 'stopping' | 'exited' | 'failed',
    options: { sequence?: number; node?: string; ports?: Record<string, number> } = {},
  ): CommandBody {
    const row = this.state.assignments.get(assignmentId);
    const sequence = options.sequence ?? (row?.status.sequence ?? 0) + 1;
    return {
      kind: 'assignment.report',
      fence: this.fence,
      node: options.node ?? row?.spec.node ?? 'nowhere',
      reports: [{ assignmentId, sequence, state, ports: options.ports ?? {}, restarts: 0 }],
    };
  }

  report(...args: Parameters<Lab['reporting']>): ApplyOutcome {
    return this.entry(this.reporting(...args));
  }

  #apply(payload: Applicable['payload']): ApplyOutcome {
    this.time += 1_000;
    const entry = { index: this.state.appliedIndex + 1, term: this.term, time: this.time, payload };
    this.log.push(entry);
    const outcome = this.state.apply(entry);
    for (const row of rowsOf(this.state).values()) freeze(row);
    return outcome;
  }
}

function found<T>(value: T | undefined): T {
  assert(value !== undefined, 'the object of this test exists');
  return value;
}
