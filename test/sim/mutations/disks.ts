// Known bugs of disks that lost entries, or have no room: what their peers may still say, and what a leader makes of that.
// (raft.md, the simple rule for corruption; Protocol-Aware Recovery, FAST'18.)

import type { Mutation } from './mutation.ts';

const leadership = 'raft/leadership.ts';
const mending = 'raft/mending.ts';
const ownDisk = 'raft/own-disk.ts';
const replication = 'raft/replication.ts';

export const diskMutations: readonly Mutation[] = [
  {
    name: 'an impaired peer counts for commit',
    source: 'X1',
    file: replication,
    edits: [
      {
        find: 'return this.#mending.counts(follower) ? this.matchOf(follower) : asIndex(0);',
        replace: 'return this.matchOf(follower);',
      },
    ],
  },
  {
    name: 'an impaired peer grants votes',
    source: "Y1; FAST'18: a peer that forgot a vote",
    file: 'raft/election.ts',
    edits: [
      {
        find: 'isFree && isUpToDate(request, log) && !disk.isImpaired',
        replace: 'isFree && isUpToDate(request, log)',
      },
    ],
  },
  {
    name: 'an impaired peer campaigns',
    source: 'Y1',
    file: ownDisk,
    edits: [{ find: 'return !this.isImpaired && !this.#isFull', replace: 'return !this.#isFull' }],
  },
  {
    name: 'a peer is mended before the entry that mends it is committed',
    source: 'X2',
    file: mending,
    edits: [
      {
        find: 'index <= log.commit && index <= replication.matchOf(to)',
        replace: 'index <= replication.matchOf(to)',
      },
    ],
  },
  {
    name: 'an impaired peer is mended by any entry of the term',
    source: 'X2: one that was proposed after it said so, and was committed by a quorum without it',
    file: mending,
    edits: [
      { find: 'appended ??= append?.();', replace: 'appended ??= append && log.commit;' },
      { find: 'index <= log.commit && ', replace: '' },
    ],
  },
  {
    name: 'a mended peer says so before its disk does',
    source: 'Y2: a restart in between finds it impaired',
    file: ownDisk,
    edits: [
      {
        find: "this.#mending = 'written';",
        replace: "this.#mending = 'written';\n    this.#impairment = sound;",
      },
    ],
  },
  {
    name: 'what an impaired peer acknowledged before stays believed',
    source: 'X1: a rejection below what it once acknowledged was taken for a late one, for ever',
    file: leadership,
    edits: [{ find: 'if (isNews) this.#replication.onImpaired(message.from);', replace: '' }],
  },
  {
    name: 'an acknowledgement counts whichever run of the peer gave it',
    source: 'X1, X3',
    file: leadership,
    edits: [{ find: ' || !this.#mending.believes(message)', replace: '' }],
  },
  {
    name: 'a late answer says that an impaired peer is sound',
    source: 'X3',
    file: mending,
    edits: [{ find: 'round <= (last?.round ?? 0) || impairment', replace: 'impairment' }],
  },
  {
    name: 'an impaired peer takes the commit index of a heartbeat',
    source: 'Y3: that rests on what it acknowledged before it forgot',
    file: 'raft/follower.ts',
    edits: [{ find: ' && !disk.isImpaired) acceptCommit', replace: ') acceptCommit' }],
  },
  {
    name: 'an impaired learner is made a voter',
    source: 'X1',
    file: 'raft/member-changes.ts',
    edits: [
      {
        find: 'isCaughtUp: (storeId) => isFit(storeId) && ',
        replace: 'isCaughtUp: (storeId) => ',
      },
    ],
  },
  {
    name: 'a full disk takes in entries',
    source: 'Y4',
    file: 'raft/follower.ts',
    edits: [{ find: 'if (full && isNews(log, message)) return undefined;', replace: '' }],
  },
  {
    name: 'a leader takes proposals without room for them',
    source: 'Y4',
    file: leadership,
    edits: [
      {
        find: 'return disk.isFull || (isFull && log.unapplied > 0) ?',
        replace: 'return isFull && log.unapplied > 0 ?',
      },
    ],
  },
  {
    name: 'a peer without room campaigns',
    source: 'Y4: it could not append its no-op',
    file: ownDisk,
    edits: [{ find: '&& !this.#isFull &&', replace: '&&' }],
  },
];
