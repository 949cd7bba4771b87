// What a state has applied is committed, and durable on the own disk (R7); within a run it only grows; and what a peer
// restarts from is never older than what it restarted from before. For peers that are seen from outside only.

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
    if (observation.kind !== 'started' && observation.kind !== 'reached') return undefined;
    const { peer, applied } = observation;
    const before = this.#applied.get(peer) ?? 0;
    this.#applied.set(peer, applied);
    if (observation.kind === 'reached') return checkApplied(peer, before, applied, evidence);
    const flushed = this.#flushed.get(peer) ?? 0;
    this.#flushed.set(peer, applied);
    return applied < flushed ? `${peer} restarts from ${applied}, earlier from ${flushed}` : undefined;
  }
}

function checkApplied(
  peer: StoreId,
  before: number,
  applied: number,
  evidence: Evidence,
): string | undefined {
  if (applied < before) return `the state of ${peer} falls from ${before} to ${applied}`;
  for (let index = before + 1; index <= applied; index += 1) {
    const committed = evidence.committedAt(index);
    if (committed === undefined) return `${peer} applies ${index}, which nobody committed`;
    if (isSame(evidence.synced(peer).at(index), committed)) continue;
    return `${peer} applies ${index} before its own disk has it`;
  }
  return undefined;
}
