// Within a run term, commit and applied index never fall; entries are applied one by one, each committed and locally
// durable (R7); what a peer restarts from is never older than what it restarted from before. So every index that was
// ever acknowledged is either in the flushed state or applied again. A snapshot only brings a state forward, and what was
// cut off from a log is in the flushed state (R9).

import type { LogIndex, StoreId } from '../../../raft/types.ts';
import type { Evidence } from '../evidence.ts';
import { isSame, markOf } from '../marked-log.ts';
import type { Observation, ObservedStatus } from '../observation.ts';
import type { Invariant } from './invariant.ts';

interface Run {
  readonly flushed: LogIndex;
  applied: LogIndex;
  status: ObservedStatus | undefined;
}

export class Monotone implements Invariant {
  readonly name = 'term, commit and applied only rise';
  readonly #runs = new Map<StoreId, Run>();

  check(observation: Observation, evidence: Evidence): string | undefined {
    switch (observation.kind) {
      case 'started': {
        const { peer, applied } = observation;
        const flushed = this.#runs.get(peer)?.flushed ?? 0;
        this.#runs.set(peer, { flushed: applied, applied, status: undefined });
        if (applied < observation.base)
          return `${peer} restarts from ${applied}, its log from ${observation.base}`;
        if (applied < flushed) return `${peer} restarts from ${applied}, earlier from ${flushed}`;
        return undefined;
      }
      case 'damaged':
        this.#runs.delete(observation.peer);
        return undefined;
      case 'stepped':
        return this.#checkStatus(observation);
      case 'installed':
        return this.#checkInstalled(observation, evidence);
      case 'applied':
        return this.#checkApplied(observation, evidence);
      default:
        return undefined;
    }
  }

  #checkStatus({ peer, status }: Extract<Observation, { kind: 'stepped' }>): string | undefined {
    const run = this.#runs.get(peer);
    if (run === undefined) return `${peer} steps before it started`;
    const before = run.status;
    run.status = status;
    if (before === undefined) return undefined;
    for (const field of ['term', 'commit', 'applied'] as const) {
      if (status[field] < before[field]) {
        return `${field} of ${peer} falls from ${before[field]} to ${status[field]}`;
      }
    }
    return undefined;
  }

  #checkInstalled(
    { peer, applied }: Extract<Observation, { kind: 'installed' }>,
    evidence: Evidence,
  ): string | undefined {
    const run = this.#runs.get(peer);
    if (run === undefined) return `${peer} installs before it started`;
    const before = run.applied;
    run.applied = applied;
    if (applied <= before) return `${peer} installs a state of ${applied}, it has applied ${before}`;
    return applied <= evidence.commit ? undefined : `${peer} installs ${applied}, which nobody committed`;
  }

  #checkApplied(
    { peer, entry }: Extract<Observation, { kind: 'applied' }>,
    evidence: Evidence,
  ): string | undefined {
    const run = this.#runs.get(peer);
    if (run === undefined) return `${peer} applies before it started`;
    if (entry.index !== run.applied + 1) return `${peer} applies ${entry.index} after ${run.applied}`;
    run.applied = entry.index;
    const mark = markOf(entry);
    if (!isSame(mark, evidence.committedAt(entry.index))) {
      return `${peer} applies an entry at ${entry.index} that is not committed`;
    }
    if (isSame(mark, evidence.synced(peer).at(entry.index))) return undefined;
    return `${peer} applies ${entry.index} before its own disk has it`;
  }
}
