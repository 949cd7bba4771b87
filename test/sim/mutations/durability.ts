// Known bugs of durability: what is said, counted or applied before it would survive a power cut.

import type { Mutation } from './mutation.ts';

const durability = 'raft/durability.ts';
const log = 'raft/log.ts';
const roles = 'raft/roles.ts';

export const durabilityMutations: readonly Mutation[] = [
  {
    name: 'term and vote are written one after the other',
    source: 'R1; hashicorp/raft #661',
    file: durability,
    edits: [
      {
        find: '  #hardStateDirty = false;\n',
        replace: '  #hardStateDirty = false;\n  #isHalfWritten = false;\n',
      },
      {
        find: 'const hardState = this.#hardStateDirty ? this.#hardState : undefined;\n    this.#hardStateDirty = false;',
        replace: `const isHalf = this.#hardStateDirty && !this.#isHalfWritten && this.#hardState.vote !== undefined;
    const whole = this.#hardStateDirty ? this.#hardState : undefined;
    const hardState = isHalf ? { term: this.#hardState.term, vote: undefined } : whole;
    this.#isHalfWritten = isHalf;
    this.#hardStateDirty = isHalf;`,
      },
    ],
  },
  {
    name: 'a new term is written only with a vote',
    source: 'R4: the term never after what is said in it',
    file: durability,
    edits: [
      {
        find: 'this.#hardStateDirty = true;\n    this.#hardStateOperation = this.#issued + 1;',
        replace:
          'if (hardState.vote === undefined) return;\n    this.#hardStateDirty = true;\n    this.#hardStateOperation = this.#issued + 1;',
      },
    ],
  },
  {
    name: 'a vote is sent before it is durable',
    source: 'R1',
    file: roles,
    edits: [
      {
        find: "this.#answer({ kind: 'voteResponse', from: self, to: from, term: this.term, preVote, granted }, 'term'); // R1",
        replace:
          "this.#shared.outbox.send({ kind: 'voteResponse', from: self, to: from, term: this.term, preVote, granted });",
      },
    ],
  },
  {
    name: 'a candidate asks for votes before its own is durable',
    source: 'R3',
    file: 'raft/election.ts',
    edits: [
      {
        find: "assert(durability.hold(message, 'log'), 'a new term is never durable at once'); // R2, R3",
        replace:
          "if (message.to === self) durability.hold(message, 'log');\n    else shared.outbox.send(message);",
      },
    ],
  },
  {
    name: 'entries are acknowledged before they are durable',
    source: 'R4',
    file: 'raft/follower.ts',
    edits: [{ find: "basisIndex <= log.durable ? 'term' : 'log'", replace: "'term'" }],
  },
  {
    name: 'an append without entries is acknowledged before what it compares is durable',
    source: 'R4; yugabyte-db #32875',
    file: 'raft/follower.ts',
    edits: [
      {
        find: "basisIndex <= log.durable ? 'term' : 'log'",
        replace: "request.entries.length === 0 || basisIndex <= log.durable ? 'term' : 'log'",
      },
    ],
  },
  {
    name: 'an old write covers entries that replaced those it carried',
    source: 'R4 by index instead of by operation, across a truncation',
    file: log,
    edits: [
      {
        find: 'if (this.#proving !== undefined && this.#proving > before) this.#proving = before;',
        replace: '',
      },
    ],
  },
  {
    name: 'what is durable does not drop when the log is truncated',
    source: 'L2; raft.md: what is durable drops at once when a truncation is issued',
    file: log,
    edits: [{ find: 'if (this.#durable > before) this.#durable = before;', replace: '' }],
  },
  {
    name: 'a truncation is not told to the disk',
    source: '§5.3',
    file: log,
    edits: [
      {
        find: 'this.#truncateFrom = asIndex(Math.min(this.#truncateFrom ?? entry.index, entry.index));',
        replace: '',
      },
    ],
  },
  {
    name: 'a leader counts itself before its own disk has the entry',
    source: 'R5',
    file: 'raft/leadership.ts',
    edits: [{ find: 'voter === self ? log.durable :', replace: 'voter === self ? log.lastIndex :' }],
  },
  {
    name: 'entries are applied before the own disk has them',
    source: 'R7; etcd #14370',
    file: log,
    edits: [
      {
        find: 'Math.min(this.#commit, this.#durable, this.#applied + applyingMax)',
        replace: 'Math.min(this.#commit, this.#applied + applyingMax)',
      },
      { find: 'Math.min(this.#commit, this.#durable), ', replace: 'this.#commit, ' },
    ],
  },
  {
    name: 'everything in the log counts as committed after a restart',
    source: '§5.3: the commit index is volatile',
    file: log,
    edits: [
      {
        find: 'this.#commit = this.#applied = this.#handed = options.applied;',
        replace: 'this.#applied = this.#handed = options.applied;\n    this.#commit = options.lastIndex;',
      },
    ],
  },
];
