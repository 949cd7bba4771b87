// A simulated agent: keeps a session with whichever peer may control, runs what it is assigned, and says what it runs.
// Owns: what runs on its node, which outlives every session and every peer. Does not own: who leads, what is assigned.
// A1. One look after the other; a session is one process of one peer in one term, and begins with all that runs.

import type { AssignmentReport } from '../../../src/protocol/command.ts';
import type { Assignment } from '../../../src/protocol/objects.ts';
import { isOrionError } from '../../../src/lib/errors.ts';
import type { Peer } from '../../../src/peer/peer.ts';
import type { Control } from '../../../src/control/control.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { WholePeer } from './whole-peer.ts';

const lookMs = 300;
const expectedCodes = ['NO_LEADER', 'NO_QUORUM', 'BUSY', 'OUTCOME_UNKNOWN'] as const;

interface Session {
  readonly peer: Peer;
  readonly term: number;
}

export interface SimAgentOptions {
  readonly name: string;
  readonly time: VirtualTime;
  readonly peers: readonly WholePeer[];
  readonly onBroken: (error: unknown) => void;
}

export class SimAgent {
  readonly name: string;
  readonly #options: SimAgentOptions;
  /** By assignment: the sequence of its last report. */
  readonly #running = new Map<string, number>();
  #session: Session | undefined;
  #silentUntilMs = 0;

  constructor(options: SimAgentOptions) {
    this.name = options.name;
    this.#options = options;
    this.#lookLater();
  }

  /** How many assignments run on this node. */
  get count(): number {
    return this.#running.size;
  }

  get isSilent(): boolean {
    return this.#options.time.now < this.#silentUntilMs;
  }

  runs(assignmentId: string): boolean {
    return this.#running.has(assignmentId);
  }

  /** Its node is cut off from every peer for `ms`; what runs on it runs on. */
  silence(ms: number): void {
    this.#silentUntilMs = this.#options.time.now + ms;
    this.#session = undefined;
  }

  #lookLater(): void {
    this.#options.time.after(lookMs, () => {
      if (!this.isSilent) this.#look();
      this.#lookLater();
    });
  }

  #look(): void {
    const { peers, onBroken } = this.#options;
    const target = peers.find(({ peer }) => peer?.controlTerm() !== undefined);
    target?.enter(() => {
      const { peer, control } = target;
      const term = peer?.controlTerm();
      if (peer === undefined || control === undefined || term === undefined) return;
      // A node that was given up has no session any more: it says anew what it still runs.
      const isGivenUp = peer.view.nodes.get(this.name)?.status.state === 'down';
      const isSame = this.#session?.peer === peer && this.#session.term === term && !isGivenUp;
      // Sessions end when a peer may not control for a while, although its term goes on.
      const act =
        isSame && control.liveNodes.has(this.name)
          ? this.#serve({ peer, term }, control)
          : this.#register({ peer, term }, control);
      act.catch((error: unknown) => {
        this.#session = undefined;
        if (!isOrionError(error, ...expectedCodes)) onBroken(error);
      });
    });
  }

  async #register(session: Session, control: Control): Promise<void> {
    const { peer, term } = session;
    const { result } = await peer.proposeAsLeader(term, {
      kind: 'node.register',
      fence: { term },
      node: this.name,
      address: '127.0.0.1',
      labels: {},
      capacity: { cpu: 4, memory: 1_000_000 },
      runtimes: ['command'],
      running: [...this.#running.keys()],
    });
    if (result.kind === 'refused' || peer.controlTerm() !== term) return;
    this.#session = session;
    control.sessionOpened(this.name);
  }

  async #serve({ peer, term }: Session, control: Control): Promise<void> {
    control.heartbeat(this.name);
    const assignments = peer.view.assignmentsOfNode(this.name);
    this.#follow(assignments);
    const reports = assignments.map((one) => this.#reportOf(one)).filter((report) => report !== undefined);
    if (reports.length === 0) return;
    await peer.proposeAsLeader(term, {
      kind: 'assignment.report',
      fence: { term },
      node: this.name,
      reports,
    });
  }

  /** What is wanted runs, what is not ends. */
  #follow(assignments: readonly Assignment[]): void {
    const wanted = new Set(
      assignments.filter(({ spec }) => spec.desired === 'running').map(({ metadata }) => metadata.name),
    );
    for (const assignmentId of this.#running.keys()) {
      if (!wanted.has(assignmentId)) this.#running.delete(assignmentId);
    }
    for (const assignmentId of wanted) {
      if (!this.#running.has(assignmentId)) this.#running.set(assignmentId, 0);
    }
  }

  /** Absent when the state has it already. */
  #reportOf({ metadata, spec, status }: Assignment): AssignmentReport | undefined {
    const assignmentId = metadata.name;
    const state = spec.desired === 'running' ? 'running' : 'exited';
    if (status.state === state) return undefined;
    const sequence = Math.max(this.#running.get(assignmentId) ?? 0, status.sequence) + 1;
    if (this.#running.has(assignmentId)) this.#running.set(assignmentId, sequence);
    return { assignmentId, sequence, state, ports: {}, restarts: 0 };
  }
}
