// Known bugs around disks that lost entries or have no room: whose word counts, and when it counts again.

import type { Mutation } from './mutation.ts';

const election = 'raft/election.ts';
const follower = 'raft/follower.ts';
const leadership = 'raft/leadership.ts';
const mending = 'raft/mending.ts';
const ownDisk = 'raft/own-disk.ts';
const replication = 'raft/replication.ts';

export const diskMutations: readonly Mutation[] = [
  {
    name: 'a peer whose disk lost entries votes as before',
    source:
      'Protocol-Aware Recovery (FAST 2018): a log cut short votes and acknowledges as of an earlier moment',
    file: election,
    edits: [
      { find: ' && !disk.isImpaired;', replace: ' && disk !== undefined;' },
      { find: 'if (disk.isImpaired || !deserves', replace: 'if (disk === undefined || !deserves' },
    ],
  },
  {
    name: 'a peer whose disk lost entries campaigns as before',
    source: 'raft.md, the simple rule for corruption',
    file: ownDisk,
    edits: [{ find: 'return !this.isImpaired && !this.#isFull', replace: 'return !this.#isFull' }],
  },
  {
    name: 'what an impaired peer acknowledges counts for commit',
    source: 'raft.md, the simple rule for corruption',
    file: replication,
    edits: [
      {
        find: 'return this.#mending.counts(follower) ? this.matchOf(follower) : asIndex(0);',
        replace: 'return this.matchOf(follower);',
      },
    ],
  },
  {
    name: 'an impaired peer is mended by any entry of the term',
    source: 'raft.md: one that was proposed after it said so and was committed by a quorum without it',
    file: mending,
    edits: [
      { find: 'appended ??= append?.();', replace: 'appended ??= append && log.commit;' },
      { find: 'index <= log.commit && ', replace: '' },
    ],
  },
  {
    name: 'a peer says that it is sound before that is durable',
    source: 'Y2',
    file: ownDisk,
    edits: [
      {
        find: "if (this.isImpaired && isHeld && index <= log.durable) this.#mending = 'due';",
        replace:
          "if (this.isImpaired && isHeld && index <= log.durable) {\n      this.#mending = 'due';\n      this.#impairment = sound;\n    }",
      },
    ],
  },
  {
    name: 'an impaired peer takes a commit index that rests on what it forgot',
    source: 'Y3',
    file: follower,
    edits: [{ find: ' && !disk.isImpaired) acceptCommit', replace: ') acceptCommit' }],
  },
  {
    name: 'a leader goes on where an impaired peer was before it lost entries',
    source: 'X1: a rejection below what it once acknowledged was taken for a late one, for ever',
    file: leadership,
    edits: [{ find: 'if (isNews) this.#replication.onImpaired(message.from);', replace: '' }],
  },
  {
    name: 'a peer whose disk is full takes in entries',
    source: 'raft.md, disk trouble',
    file: follower,
    edits: [{ find: 'if (full && isNews(log, message)) return undefined;', replace: '' }],
  },
  {
    name: 'a peer whose disk is full campaigns',
    source: 'Y4: its no-op would not fit',
    file: ownDisk,
    edits: [{ find: ' && !this.#isFull && ', replace: ' && ' }],
  },
];
