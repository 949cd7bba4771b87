// Known bugs of a leader's proofs: reads, the lease for controllers, check-quorum.

import type { Mutation } from './mutation.ts';

const leadership = 'raft/leadership.ts';
const reads = 'raft/reads.ts';
const rounds = 'raft/rounds.ts';

export const leadingMutations: readonly Mutation[] = [
  {
    name: 'a leader serves reads without asking anyone',
    source: 'R12; §6.4',
    file: reads,
    edits: [
      {
        find: 'this.#batches.filter((batch) => batch.round <= round)',
        replace: 'this.#batches.filter((batch) => batch.round > 0 || round > 0)',
      },
    ],
  },
  {
    name: 'a read joins a round that was sent before it came',
    source: 'R12; G1 of reads.ts',
    file: reads,
    edits: [
      {
        find: 'this.#waiting.push(reader);',
        replace:
          'const last = this.#batches.pop();\n    if (last === undefined) this.#waiting.push(reader);\n    else this.#batches.push({ ...last, readers: [...last.readers, reader] });',
      },
    ],
  },
  {
    name: 'a leader serves reads before its no-op is committed',
    source: 'R12; §6.4, etcd-io/raft #7331',
    file: leadership,
    edits: [
      {
        find: 'return this.#shared.log.commit >= this.#noopIndex;',
        replace: 'return this.#shared.log.commit > 0;',
      },
    ],
  },
  {
    name: 'a read gets the index that the leader has applied, not the one it has committed',
    source: '§6.4: readIndex is the commit index',
    file: leadership,
    edits: [
      {
        find: 'this.#reads.onRound(round, this.#shared.log.commit)',
        replace: 'this.#reads.onRound(round, this.#shared.log.applied)',
      },
    ],
  },
  {
    name: 'a follower serves reads by its own commit index',
    source: '§6.4: a follower asks the leader',
    file: 'raft/roles.ts',
    edits: [
      {
        find: 'const isAsked = this.leader !== undefined && this.#forwardedReads.tryAdd(requestId);',
        replace:
          "if (this.leader !== undefined) return outbox.answerRead({ kind: 'confirmed', requestId, index: this.#shared.log.commit });\n    const isAsked = false;",
      },
    ],
  },
  {
    name: 'an answer to a heartbeat of an earlier term of the same leader counts for this one',
    source: 'found in this core: a stale answer said the round of another term',
    file: 'raft/follower.ts',
    edits: [
      {
        find: 'round: 0,',
        replace: "round: message.kind === 'heartbeatRequest' ? message.round : 0,",
      },
    ],
  },
  {
    name: 'one answer renews the lease, not a quorum',
    source: '§6.4.1',
    file: rounds,
    edits: [
      {
        find: 'return this.#quorum.reached((voter) =>\n      voter === this.#self ? now : (this.#answerOf(voter)?.sentMs ?? Number.NEGATIVE_INFINITY),\n    );',
        replace:
          'return Math.max(\n      this.#quorum.voters.length === 1 ? now : Number.NEGATIVE_INFINITY,\n      ...[...this.#answered.values()].map(({ sentMs }) => sentMs),\n    );',
      },
    ],
  },
  {
    name: 'controllers run until the leader steps down',
    source: 'K3: two thresholds, so that nobody else decides meanwhile',
    file: leadership,
    edits: [
      {
        find: 'const untilMs = this.#rounds.quorumSentMs(timer.now) + config.electionMinMs;',
        replace: 'const untilMs = this.#rounds.quorumSentMs(timer.now) + config.electionMaxMs;',
      },
    ],
  },
  {
    name: 'controllers run on after a late tick',
    source: 'raft.md, Time: a leader proves itself again first',
    file: leadership,
    edits: [{ find: 'this.#leaseFromRound = this.#rounds.current + 1;', replace: '' }],
  },
  {
    name: 'controllers run on a state that lags behind the terms before',
    source: 'K3: the no-op applied',
    file: leadership,
    edits: [
      {
        find: 'if (log.applied < this.#noopIndex || this.#rounds',
        replace: 'if (log.applied < 0 || this.#rounds',
      },
    ],
  },
  {
    name: 'a leader never steps down for want of a quorum',
    source: '§6.2, check-quorum; hashicorp/raft #503',
    file: leadership,
    edits: [
      {
        find: 'return timer.now - confirmedMs >= config.electionMaxMs;',
        replace: 'return timer.now - confirmedMs >= config.electionMaxMs * 1e9;',
      },
    ],
  },
  {
    name: 'controllers run on while the leader hands over',
    source: 'R11: the lease is void before TimeoutNow is sent',
    file: leadership,
    edits: [{ find: 'if (this.#transfer.isUnderWay) return undefined;', replace: '' }],
  },
];
