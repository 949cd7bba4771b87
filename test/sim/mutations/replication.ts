// Known bugs of replication: what a follower takes over, what a leader believes of it, and what counts as committed.

import type { Mutation } from './mutation.ts';

const follower = 'raft/follower.ts';
const leadership = 'raft/leadership.ts';
const log = 'raft/log.ts';
const progress = 'raft/progress.ts';
const replication = 'raft/replication.ts';
const roles = 'raft/roles.ts';

export const replicationMutations: readonly Mutation[] = [
  {
    name: 'a leader commits an entry of an older term by counting its copies',
    source: '§5.4.2, figure 8',
    file: leadership,
    edits: [
      { find: ' || log.termAt(index) !== this.#term) return;', replace: ') return;' },
      {
        find: "assert(index >= this.#noopIndex, 'R6: the no-op is the first entry of its term');",
        replace: '',
      },
    ],
  },
  {
    name: 'a leader starts without a no-op',
    source: 'R6; §6.4: what older terms left is never committed until somebody writes',
    file: leadership,
    edits: [{ find: "= this.#append({ kind: 'noop' }, 0).index", replace: '= shared.log.lastIndex' }],
  },
  {
    name: 'a new leader believes that everybody holds what it holds',
    source: '§5.3: matchIndex starts at 0',
    file: replication,
    edits: [
      {
        find: 'probeFrom({ match: asIndex(0), next })',
        replace: 'probeFrom({ match: log.lastIndex, next })',
      },
    ],
  },
  {
    name: 'appends of an older leader are accepted',
    source: '§5.1',
    file: roles,
    edits: [
      {
        find: 'if (message.term < this.term) return this.#answerStale(message);',
        replace:
          "if (message.term < this.term && message.kind !== 'appendRequest') return this.#answerStale(message);",
      },
    ],
  },
  {
    name: 'heartbeats of an older leader are obeyed',
    source: '§5.1',
    file: roles,
    edits: [
      {
        find: 'if (message.term < this.term) return this.#answerStale(message);',
        replace:
          "if (message.term < this.term && message.kind !== 'heartbeatRequest') return this.#answerStale(message);",
      },
    ],
  },
  {
    name: 'a follower acknowledges its whole log instead of what it compared',
    source: '§5.3; a classic of student Rafts (MIT 6.824 guide)',
    file: follower,
    edits: [{ find: 'asIndex(previousIndex + entries.length)', replace: 'log.lastIndex' }],
  },
  {
    name: 'a follower commits beyond what it compared with the leader',
    source: "§5.3: the minimum of the leader's commit and the last *new* entry (MIT 6.824 guide)",
    file: follower,
    edits: [{ find: 'Math.min(request.commit, match)', replace: 'Math.min(request.commit, log.lastIndex)' }],
  },
  {
    name: 'a heartbeat names a commit index beyond what the follower matches',
    source: 'etcd-io/raft: min(match, committed) in bcastHeartbeat',
    file: replication,
    edits: [
      { find: 'Math.min(this.#shared.log.commit, told.progress.match)', replace: 'this.#shared.log.commit' },
    ],
  },
  {
    name: "a heartbeat's commit index is cut to the length of the log, whatever stands in it",
    source: 'etcd-io/raft: a heartbeat proves nothing about the log',
    file: 'raft/follower.ts',
    edits: [
      {
        find: 'if (commit > log.lastIndex) disk.onLoss();\n  else log.advanceCommit(commit);',
        replace: 'log.advanceCommit(asIndex(Math.min(commit + 1, log.lastIndex)));',
      },
    ],
  },
  {
    name: 'the entry before the new ones is not compared',
    source: '§5.3, the consistency check',
    file: follower,
    edits: [
      {
        find: 'if (log.termAt(previousIndex) !== previousTerm) return',
        replace: 'if (previousTerm > 0 && previousIndex > log.lastIndex) return',
      },
    ],
  },
  {
    name: 'an append cuts off whatever stands behind its place, also what agrees',
    source: '§5.3: only a conflict truncates (MIT 6.824 guide); appends are reordered and doubled',
    file: log,
    edits: [
      { find: 'if (this.termAt(entry.index) !== entry.term) break;', replace: 'if (entry.index > 0) break;' },
    ],
  },
  {
    name: 'a conflicting entry is kept',
    source: '§5.3: it and all behind it go',
    file: log,
    edits: [
      {
        find: 'if (entry.index <= this.lastIndex) this.#replaceFrom(entry);\n      else this.append(entry);',
        replace: 'if (entry.index > this.lastIndex) this.append(entry);',
      },
    ],
  },
  {
    name: 'a leader never goes back behind the entry that was rejected',
    source: '§5.3: nextIndex falls until the logs agree',
    file: progress,
    edits: [
      {
        find: 'Math.min(answer.rejected, answer.agreeMax + 1)',
        replace: 'answer.rejected + 1',
      },
    ],
  },
  {
    name: 'a lost append is never sent again',
    source: 'TiKV raft-rs, etcd-io/raft: a full window must drain without answers',
    file: progress,
    edits: [
      {
        find: 'if (time.now - progress.movedMs < time.patienceMs) return progress;',
        replace: 'if (time.now - progress.movedMs < time.patienceMs * 1e9) return progress;',
      },
    ],
  },
  {
    name: 'a lost probe is never sent again',
    source: "etcd-io/raft: a paused probe is resumed by a heartbeat's answer",
    file: progress,
    edits: [{ find: "if (round > progress.sentInRound) progress.due = 'bare';", replace: '' }],
  },
];
