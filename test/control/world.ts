// A cluster in one hand: the real state and the real controllers, with agents and a log that move only when told to.
// Commands wait in `proposals` until `commit`; agents act on what the state says when `agent` is called for them.

import { assert } from '../../src/lib/assert.ts';
import { OrionError } from '../../src/lib/errors.ts';
import type { CommandBody, CommandResult } from '../../src/protocol/command.ts';
import type { Assignment } from '../../src/protocol/objects.ts';
import { isLive } from '../../src/protocol/replica.ts';
import { Control } from '../../src/control/control.ts';
import type { RowChange } from '../../src/state/view.ts';
import { Lab } from '../state/lab.ts';

interface Proposal {
  readonly term: number;
  readonly body: CommandBody;
  readonly settle: (outcome: { result: CommandResult } | Error) => void;
}

export class World {
  readonly lab = new Lab();
  readonly control: Control;
  readonly proposals: Proposal[] = [];
  readonly errors: unknown[] = [];
  /** Ids of the assignments whose process runs, by node. */
  readonly processes = new Map<string, Set<string>>();
  /** Whether a replica crashes instead of running. */
  crashes: (assignment: Assignment) => boolean = () => false;
  /** Somebody else who sees what changes. */
  onChanges: (changes: readonly RowChange[]) => void = () => {};
  /** Monotonic milliseconds. */
  now = 1_000;

  constructor() {
    this.control = new Control({
      view: this.lab.state,
      propose: (term, body) => this.#propose(term, body),
      nowMs: () => this.now,
      onError: (error) => this.errors.push(error),
    });
  }

  #propose(term: number, body: CommandBody): Promise<{ result: CommandResult }> {
    return new Promise((resolve, reject) => {
      const settle: Proposal['settle'] = (outcome) =>
        outcome instanceof Error ? reject(outcome) : resolve(outcome);
      this.proposals.push({ term, body, settle });
    });
  }

  /** A command of somebody else, applied at once. */
  run(body: CommandBody): CommandResult {
    const { result, changes } = this.lab.entry(body);
    this.control.onChanges(changes);
    this.onChanges(changes);
    assert(result !== undefined && result.kind !== 'repeated', "a controller's command is run");
    return result;
  }

  /** A node's agent opens a session, as the gateway does it. */
  connect(node: string, options: Parameters<Lab['register']>[1] = {}): void {
    const running = this.processesOf(node);
    const { labels = {}, cpu = 4, memory = 1_000, runtimes = ['node'] } = options;
    this.run({
      kind: 'node.register',
      fence: this.lab.fence,
      node,
      address: '127.0.0.1',
      labels,
      capacity: { cpu, memory },
      runtimes,
      running: [...running],
    });
    this.control.sessionOpened(node);
    for (const id of running) this.#report(id, 'running');
  }

  processesOf(node: string): Set<string> {
    const processes = this.processes.get(node) ?? new Set();
    this.processes.set(node, processes);
    return processes;
  }

  /** Applies the oldest command that waits; false when there is none. */
  async commit(): Promise<boolean> {
    const proposal = this.proposals.shift();
    if (proposal === undefined) return false;
    if (proposal.term === this.lab.term) proposal.settle({ result: this.run(proposal.body) });
    else proposal.settle(new OrionError('NO_LEADER', 'another term has begun'));
    await drained();
    return true;
  }

  /** The node's agent does what the state asks of it, and reports; false when there was nothing to do. */
  agent(node: string): boolean {
    const processes = this.processesOf(node);
    let acted = false;
    const rows = this.lab.state.assignmentsOfNode(node);
    for (const id of processes) {
      if (!rows.some((row) => row.metadata.name === id && row.status.state !== 'lost')) {
        processes.delete(id);
        acted = true;
      }
    }
    for (const row of rows) acted = this.#act(row, processes) || acted;
    return acted;
  }

  #act(row: Assignment, processes: Set<string>): boolean {
    const id = row.metadata.name;
    if (row.spec.desired === 'stopped') {
      processes.delete(id);
      this.#report(id, 'exited');
      return true;
    }
    // As the agent does: what it is to run and does not is started, whatever was last reported of it.
    const isGone = row.status.state === 'running' && !processes.has(id);
    if (row.status.state !== 'pending' && row.status.state !== 'starting' && !isGone) return false;
    if (this.crashes(row)) {
      this.#report(id, 'failed');
    } else {
      processes.add(id);
      this.#report(id, 'running');
    }
    return true;
  }

  #report(id: string, state: 'running' | 'exited' | 'failed'): void {
    if (this.lab.state.assignments.get(id) !== undefined) this.run(this.lab.reporting(id, state));
  }

  /** Time passes; every node with a session is heard. */
  async tick(ms = 100): Promise<void> {
    this.now += ms;
    for (const node of this.control.liveNodes) this.control.heartbeat(node);
    this.control.tick();
    await drained();
  }

  /** Lets everybody act until nobody has anything left to do, back-offs included. */
  async settle(): Promise<void> {
    await drained();
    for (let quietTicks = 0; quietTicks < 60; quietTicks += 1) {
      while (await this.commit()) quietTicks = 0;
      for (const node of this.control.liveNodes) if (this.agent(node)) quietTicks = 0;
      await this.tick();
    }
  }

  /** `index@node` of each live replica of a service, sorted. */
  replicas(service: string): string[] {
    const rows = this.lab.state.assignmentsOfService(service).filter(isLive);
    return rows.map(({ spec }) => `${spec.index}@${spec.node}`).sort();
  }

  /** Processes of a service, wherever they run. */
  running(service: string): Assignment[] {
    const rows = this.lab.state.assignmentsOfService(service);
    return rows.filter(({ metadata, spec }) => this.processesOf(spec.node).has(metadata.name));
  }

  condition(service: string, type: string): string | undefined {
    const { conditions } = this.lab.service(service).status;
    const condition = conditions.find((candidate) => candidate.type === type);
    return condition && `${condition.status} ${condition.reason}: ${condition.message}`;
  }
}

/** When every microtask has run. */
export const drained = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
