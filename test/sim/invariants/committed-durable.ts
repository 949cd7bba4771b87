// A committed entry never changes and stays durable on a quorum: at the moment of its commit (R5, R6), and whatever a
// disk is told to truncate, or gives back at a restart, after that. (That nobody takes another entry for committed is
// judged where it is applied, in monotone.ts: a core's log runs ahead of what it has handed out.)
// The quorum is one of the configuration by which it was committed, and of the newest committed one behind it: both
// majorities of a joint one.

import type { StoreId } from '../../../raft/types.ts';
import type { Evidence } from '../evidence.ts';
import type { Electorate } from '../marked-log.ts';
import type { Observation } from '../observation.ts';
import type { Invariant } from './invariant.ts';

export class CommittedDurable implements Invariant {
  readonly name = 'committed entries are immutable and durable on a quorum';
  #judged = 0;

  check(observation: Observation, evidence: Evidence): string | undefined {
    switch (observation.kind) {
      case 'stepped':
        return this.#checkCommit(observation.peer, observation.status.commit, evidence);
      case 'synced':
      case 'started':
        if (evidence.agreed(observation.peer) >= this.#judged) return undefined;
        return this.#checkKept(evidence);
      default:
        return undefined;
    }
  }

  #checkCommit(peer: StoreId, commit: number, evidence: Evidence): string | undefined {
    if (commit > evidence.commit) return `${peer} takes entry ${commit} for committed, no leader does`;
    if (commit <= this.#judged) return undefined;
    this.#judged = commit;
    return this.#checkKept(evidence);
  }

  /** What is committed has its quorum, up to the newest committed configuration by that, and behind it by its own. */
  #checkKept(evidence: Evidence): string | undefined {
    const { electorate } = evidence;
    const settled = Math.min(this.#judged, electorate.index);
    const missing = judge(settled, electorate, evidence);
    if (missing !== undefined) return missing;
    const { runs } = evidence;
    for (let at = runs.length - 1; ; at -= 1) {
      const run = runs[at];
      if (run === undefined || run.to <= settled) return undefined;
      const to = Math.min(run.to, this.#judged);
      const lost = run.among.map((electorate) => judge(to, electorate, evidence));
      if (!lost.includes(undefined)) return lost[0];
    }
  }
}

/** Everything up to `index` is held by a majority of each set. */
function judge(index: number, { sets }: Electorate, evidence: Evidence): string | undefined {
  for (const set of sets) {
    const falling = set.map((voter) => evidence.agreed(voter)).sort((a, b) => b - a);
    const held = falling[Math.floor(set.length / 2)] ?? 0;
    if (held >= index) continue;
    const copies = falling.filter((agreed) => agreed > held).length;
    return `committed entry ${held + 1} is durable on ${copies} of ${set.length} voters only`;
  }
  return undefined;
}
