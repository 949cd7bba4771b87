// Known bugs of snapshots: what stands in the place of a log, and what is said of it.

import type { Mutation } from './mutation.ts';

const log = 'raft/log.ts';
const progress = 'raft/progress.ts';
const roles = 'raft/roles.ts';

export const snapshotMutations: readonly Mutation[] = [
  {
    name: 'a snapshot does not bring its configuration where the log has a newer one',
    source: 'openraft #1808: membership is reverted by an install',
    file: 'raft/configurations.ts',
    edits: [
      {
        find: 'this.#history = [configuration];',
        replace:
          'if (configuration.index < this.current.index) return;\n    this.#history = [configuration];',
      },
    ],
  },
  {
    name: 'a snapshot does not bring its configuration',
    source: '§5.1: it replaces what the log said',
    file: 'raft/configurations.ts',
    edits: [
      {
        find: '    this.#history = [configuration];\n    this.#quorum.adopt(configuration); // F4',
        replace: '    assert(configuration.index > 0, "it has one");',
      },
    ],
  },
  {
    name: 'a snapshot is acknowledged before it is durable',
    source: 'R10',
    file: roles,
    edits: [
      {
        find: "if (this.leader !== undefined) this.#answer(answerInstalled(this.leader, this.#shared), 'log');",
        replace:
          'if (this.leader !== undefined) this.#shared.outbox.send(answerInstalled(this.leader, this.#shared));',
      },
    ],
  },
  {
    name: 'a snapshot that is older than what is committed takes its place',
    source: '§5.1; RedisLabs/raft #49',
    file: 'raft/snapshots.ts',
    edits: [
      {
        find: 'index <= this.#log.commit || this.#log.termAt(index) === term',
        replace: 'this.#log.termAt(index) === term',
      },
    ],
  },
  {
    name: 'a snapshot drops the entries behind it, although the log holds its last one',
    source: '§5.1: what follows is retained; camunda #6092',
    file: 'raft/snapshots.ts',
    edits: [{ find: ' || this.#log.termAt(index) === term;', replace: ';' }],
  },
  {
    name: 'what was durable before stays so when a snapshot takes the place of the log',
    source: 'R10; L2: what is durable drops at once',
    file: log,
    edits: [{ find: 'this.#durable = asIndex(Math.min(this.#durable, this.#commit));', replace: '' }],
  },
  {
    name: 'a write that was on its way covers what comes behind a snapshot',
    source: 'R10; L3',
    file: log,
    edits: [
      {
        find: 'if (this.#proving !== undefined && this.#proving > this.#durable) this.#proving = this.#durable; // L3',
        replace: '',
      },
    ],
  },
  {
    name: 'what a snapshot holds does not count as applied',
    source: 'R10; L7',
    file: log,
    edits: [
      {
        find: 'if (this.#installing !== undefined) this.#applied = this.#handed = this.#installing; // L7',
        replace: '',
      },
    ],
  },
  {
    name: 'a log that begins behind a snapshot forgets the time of its last entry',
    source: 'the time stamped into entries never falls',
    file: log,
    edits: [
      {
        find: '    this.#lastTime = time;\n    this.#unappliedBytes = 0;',
        replace: '    this.#lastTime = time * 0;\n    this.#unappliedBytes = 0;',
      },
    ],
  },
  {
    name: 'who sends a snapshot is not believed in its term',
    source: '§5.1: a higher term is adopted, whatever says it',
    file: roles,
    edits: [
      {
        find: '    if (term > this.term) this.#becomeFollower(term, undefined); // M1\n    if (!this.#shared.snapshots',
        replace: '    if (term < 0) this.#becomeFollower(term, undefined);\n    if (!this.#shared.snapshots',
      },
    ],
  },
  {
    name: 'a snapshot that was sent counts as acknowledged',
    source: 'R10: sent is not acknowledged',
    file: progress,
    edits: [
      {
        find: 'return probeFrom({ match: progress.match, next: asIndex(Math.max(next, progress.match + 1)) });',
        replace: 'return probeFrom({ match: asIndex(next - 1), next: asIndex(next) });',
      },
    ],
  },
  {
    name: 'a snapshot that could not be sent is never sent again',
    source: 'etcd #10225, dgraph #2707: a follower in limbo',
    file: progress,
    edits: [
      {
        find: "return isDue ? { ...progress, state: 'due' } : progress;",
        replace: 'return isDue ? { ...progress } : progress;',
      },
    ],
  },
  {
    name: 'a follower that needs a snapshot stays in that state, whatever it acknowledges and whatever was sent',
    source: 'etcd-io/raft #110: an acknowledgement behind another snapshot than the one awaited',
    file: progress,
    edits: [
      {
        find: 'if (sent.index === undefined) return {',
        replace: 'if (sent.index === undefined || sent.index > 0) return {',
      },
      {
        find: "if (progress.kind === 'snapshot' && answer.match < progress.next - 1) {",
        replace: "if (progress.kind === 'snapshot') {",
      },
    ],
  },
  {
    name: 'a leader probes with entries that were cut off',
    source: 'R9: what was cut off is gone',
    file: 'raft/sending.ts',
    edits: [
      { find: "if (kind !== 'snapshot' && next <= base)", replace: "if (kind !== 'snapshot' && next <= 0)" },
    ],
  },
  {
    name: 'an append from before the base is compared at the base, whatever it brings',
    source: 'W3: only what is behind the base is looked at',
    file: 'raft/follower.ts',
    edits: [
      {
        find: 'const entries = request.entries.filter((entry) => entry.index > log.base);',
        replace: 'const { entries } = request;',
      },
    ],
  },
];
