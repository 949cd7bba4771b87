// What a state has applied is committed, and durable on the own disk (R7), or stands in a snapshot of what is committed;
// within a run it only grows; and what a peer restarts from is never older than what it restarted from before. For peers
// that are seen from outside only.

import type { StoreId } from '../../../raft/types.ts';
import type { Evidence } from '../evidence.ts';
import { isSame } from '../marked-log.ts';
import type { Observation } from '../observation.ts';
import type { Invariant } from './invariant.ts';

export class Reached implements Invariant {
  readonly name = 'what is applied is committed and durable';
  readonly #flushed = new Map<StoreId, number>();
  readonly #applied = new Map<StoreId, number>();

  check(observation: Observation, evidence: Evidence): string | undefined {
    switch (observation.kind) {
      case 'damaged': // Its state may be gone, or an older one.
        this.#flushed.delete(observation.peer);
        return undefined;
      case 'started': {
        const { peer, applied } = observation;
        const flushed = this.#flushed.get(peer) ?? 0;
        this.#flushed.set(peer, applied);
        this.#applied.set(peer, applied);
        return applied < flushed ? `${peer} restarts from ${applied}, earlier from ${flushed}` : undefined;
      }
      case 'installed':
        return this.#move(observation, checkSnapshot, evidence);
      case 'reached':
        return this.#move(observation, checkApplied, evidence);
      default:
        return undefined;
    }
  }

  #move(
    { peer, applied }: { readonly peer: StoreId; readonly applied: number },
    check: typeof checkApplied,
    evidence: Evidence,
  ): string | undefined {
    const before = this.#applied.get(peer) ?? 0;
    this.#applied.set(peer, applied);
    if (applied < before) return `the state of ${peer} falls from ${before} to ${applied}`;
    return check(peer, before, applied, evidence);
  }
}

function checkSnapshot(
  peer: StoreId,
  _before: number,
  applied: number,
  evidence: Evidence,
): string | undefined {
  if (evidence.committedAt(applied) !== undefined) return undefined;
  return `${peer} takes over a state of ${applied}, which nobody committed`;
}

function checkApplied(
  peer: StoreId,
  before: number,
  applied: number,
  evidence: Evidence,
): string | undefined {
  for (let index = before + 1; index <= applied; index += 1) {
    const committed = evidence.committedAt(index);
    if (committed === undefined) return `${peer} applies ${index}, which nobody committed`;
    if (isSame(evidence.synced(peer).at(index), committed)) continue;
    return `${peer} applies ${index} before its own disk has it`;
  }
  return undefined;
}
