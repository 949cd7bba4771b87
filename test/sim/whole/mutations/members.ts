// Known bugs of changes of members, as users ask for them and as a core makes them.

import type { Mutation } from '../../mutations/mutation.ts';

export const memberMutations: readonly Mutation[] = [
  {
    name: 'a change counts as done once it is appended',
    source: 'C2; nothing is committed yet',
    file: 'src/peer/member-changes.ts',
    edits: [
      {
        find: 'pending.place = { index: outcome.index, term: outcome.term };\n        return;',
        replace: `pending.place = { index: outcome.index, term: outcome.term };
        this.#settle(outcome.requestId, {
          kind: 'done',
          configuration: { index: outcome.index, voters: [], outgoing: [], learners: [], removed: [] },
        });
        return;`,
      },
    ],
  },
  {
    name: 'a change that another leader took over counts as refused',
    source: 'C3; a change of leader proves nothing',
    file: 'src/peer/member-changes.ts',
    edits: [
      {
        find: "const cancelTimer = this.#clock.after(withinMs, () => this.#settle(requestId, { kind: 'unknown' }));",
        replace:
          "const cancelTimer = this.#clock.after(withinMs, () => this.#settle(requestId, { kind: 'refused', reason: 'OVERTAKEN' }));",
      },
    ],
  },
  {
    name: 'voters change without a joint configuration',
    source: '§4.3; the single-server bug of 2015',
    file: 'raft/membership.ts',
    edits: [
      {
        find: 'return judgeVoters({ ...membershipOf(from), voters, outgoing: from.voters, learners }, facts);',
        replace: 'return allowed({ ...membershipOf(from), voters, outgoing: [], learners });',
      },
      {
        find: 'return judgeVoters({ ...membershipOf(from), voters, outgoing: from.voters }, facts);',
        replace: 'return allowed({ ...membershipOf(from), voters, outgoing: [] });',
      },
    ],
  },
  {
    name: 'a removed disk comes back',
    source: 'J3; what it promised before is not known to be on it',
    file: 'raft/membership.ts',
    edits: [{ find: "if (from.removed.includes(storeId)) return refused('REMOVED');", replace: '' }],
  },
  {
    name: 'a disk takes the place of another at once',
    source: 'J2; a vote that was given and forgotten',
    file: 'raft/membership.ts',
    edits: [
      {
        find: "return judgeAdd(withoutLearners(from, earlier), { ...member, wants: 'voter', replaces: old });",
        replace:
          'return allowed({ ...membershipOf(withoutLearners(from, earlier)), voters: [...from.voters.filter((one) => one.storeId !== old), member].sort(byStoreId) });',
      },
    ],
  },
];
