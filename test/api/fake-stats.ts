// The leader's statistics, as a test has them.

import { OrionError, type ErrorCode } from '../../src/lib/errors.ts';
import type { ClusterView } from '../../src/protocol/api.ts';
import type { LeaderStats } from '../../src/protocol/watch.ts';

export class FakeStats {
  /** What the leader answers in turn; when there is nothing more it does not answer. */
  readonly answers: (LeaderStats | ErrorCode)[] = [];
  asked = 0;
  /** What the gateway offered. */
  nodes: () => LeaderStats['nodes'] = () => ({});

  async ask(): Promise<LeaderStats> {
    this.asked += 1;
    const answer = this.answers.shift();
    if (typeof answer === 'string') throw new OrionError(answer, 'as the test wants it');
    return answer ?? new Promise(() => {});
  }
}

export function clusterAt(appliedIndex: number): ClusterView {
  return {
    clusterId: 'c1',
    name: 'home',
    self: 'p1',
    leader: 'p1',
    term: 3,
    commitIndex: 1,
    appliedIndex,
    peers: [],
    quorum: { need: 2, have: 3, voters: 3 },
    log: { base: 0, lastIndex: 1, bytes: 0 },
    alarms: [],
  };
}
