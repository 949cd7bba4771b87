// Known bugs of elections: votes, terms, and who may campaign.

import type { Mutation } from './mutation.ts';

const election = 'raft/election.ts';
const roles = 'raft/roles.ts';

export const electionMutations: readonly Mutation[] = [
  {
    name: 'votes are given without a look at the log',
    source: '§5.4.1',
    file: election,
    edits: [
      {
        find: 'if (request.lastTerm !== log.lastTerm) return request.lastTerm > log.lastTerm;\n  return request.lastIndex >= log.lastIndex;',
        replace: 'return request.lastIndex >= 0 || log.lastIndex >= 0;',
      },
    ],
  },
  {
    name: 'the longer log wins an election, whatever its last term',
    source: '§5.4.1: up to date is the term first, then the length',
    file: election,
    edits: [
      {
        find: 'if (request.lastTerm !== log.lastTerm) return request.lastTerm > log.lastTerm;',
        replace: '',
      },
    ],
  },
  {
    name: 'the last term alone wins an election, whatever the length',
    source: '§5.4.1: up to date is the term first, then the length',
    file: election,
    edits: [{ find: 'return request.lastIndex >= log.lastIndex;', replace: 'return true;' }],
  },
  {
    name: 'a peer votes for everyone who asks in a term',
    source: '§5.2, one vote a term',
    file: election,
    edits: [{ find: 'hardState.vote === undefined || hardState.vote === request.from', replace: 'true' }],
  },
  {
    name: 'the answer to a pre-vote counts as a vote',
    source: '§9.6: a pre-vote promises nothing',
    file: roles,
    edits: [
      { find: "if (preVote !== (role.kind === 'preCandidate')) return;", replace: '' },
      {
        find: 'if (preVote && granted && term !== this.term + 1) return; // for an earlier campaign',
        replace: '',
      },
    ],
  },
  {
    name: 'votes of an older term count',
    source: '§5.1: what has a stale term is rejected',
    file: roles,
    edits: [
      {
        find: 'if (message.term < this.term) return this.#answerStale(message);',
        replace:
          "if (message.term < this.term && message.kind !== 'voteResponse') return this.#answerStale(message);",
      },
    ],
  },
  {
    name: 'a pre-vote raises the term of whoever is asked',
    source: '§9.6: no term rises before an election can be won',
    file: roles,
    edits: [{ find: 'if (!preVote && message.term > this.term)', replace: 'if (message.term > this.term)' }],
  },
  {
    name: 'a leader does not step down when it hears a higher term',
    source: '§5.1',
    file: roles,
    edits: [
      {
        find: 'if (message.term > this.term && !isPreVote)',
        replace: "if (message.term > this.term && !isPreVote && this.#role.kind !== 'leader')",
      },
    ],
  },
  {
    name: 'a candidate of a lower term gets a vote',
    source: '§5.1',
    file: roles,
    edits: [
      {
        find: '!isStale && deservesVote(',
        replace: 'isStale || deservesVote(',
      },
    ],
  },
  {
    name: 'votes are given while a leader is heard',
    source: '§4.2.3: otherwise a lease proves nothing',
    file: roles,
    edits: [
      {
        find: 'if (!isStale && this.#isSticky && !this.#succession.excuses(message, this.term)) return; // M1',
        replace: '',
      },
    ],
  },
  {
    name: 'half of the voters are a quorum',
    source: 'Q1: any two quorums share a voter',
    file: 'raft/quorum.ts',
    edits: [
      {
        find: 'falling[Math.floor(voters.length / 2)]',
        replace: 'falling[Math.floor(voters.length / 2) - 1]',
      },
    ],
  },
];
