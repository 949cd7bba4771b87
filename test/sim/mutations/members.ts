// Known bugs of membership: who counts from when, what may change, and how.

import type { Mutation } from './mutation.ts';

const configurations = 'raft/configurations.ts';
const memberChanges = 'raft/member-changes.ts';
const membership = 'raft/membership.ts';

export const memberMutations: readonly Mutation[] = [
  {
    name: 'a configuration that is truncated stays in effect',
    source: '§4.1: whoever truncates it goes back to the one before; camunda #57393, canonical/raft #250',
    file: configurations,
    edits: [{ find: 'if (this.current.index < from) return;', replace: 'if (from > 0) return;' }],
  },
  {
    name: 'majorities are not told of a configuration that is truncated',
    source: '§4.1; openraft #370',
    file: configurations,
    edits: [{ find: 'this.#quorum.adopt(this.current); // F1', replace: '' }],
  },
  {
    name: 'a configuration is in effect once it is committed, not when it is appended',
    source: '§4.1: each server uses the latest in its log, committed or not; etcd #12359',
    file: configurations,
    edits: [
      {
        find: '    this.#history.push(configuration);\n    this.#quorum.adopt(configuration);',
        replace: '    this.#history.push(configuration);',
      },
      {
        find: 'if (newest > 0) this.#history = this.#history.slice(newest); // F3',
        replace:
          'if (newest > 0) this.#history = this.#history.slice(newest); // F3\n    const [first] = this.#history;\n    if (first !== undefined) this.#quorum.adopt(first);',
      },
    ],
  },
  {
    name: 'a restart forgets the configurations in the log',
    source: '§4.1; hashicorp/raft #117: a restart looks for the latest configuration in snapshot and log',
    file: 'raft/raft.ts',
    edits: [{ find: 'later: restored.configurations,', replace: 'later: [],' }],
  },
  {
    name: 'learners count like voters',
    source: '§4.2.1: they do not count towards majorities',
    file: configurations,
    edits: [
      {
        find: '    this.#history.push(configuration);\n    this.#quorum.adopt(configuration);',
        replace:
          '    this.#history.push(configuration);\n    const { voters, learners } = configuration;\n    this.#quorum.adopt({ ...configuration, voters: [...voters, ...learners] });',
      },
    ],
  },
  {
    name: 'in a joint configuration the new voters decide alone',
    source: '§4.3: majorities of both sets',
    file: 'raft/quorum.ts',
    edits: [
      {
        find: 'outgoing.length === 0 ? [idsOf(voters)] : [idsOf(voters), idsOf(outgoing)]',
        replace: 'outgoing.length < 0 ? [idsOf(outgoing)] : [idsOf(voters)]',
      },
    ],
  },
  {
    name: 'in a joint configuration the old voters decide alone',
    source: '§4.3: majorities of both sets',
    file: 'raft/quorum.ts',
    edits: [{ find: '[idsOf(voters), idsOf(outgoing)]', replace: '[idsOf(outgoing)]' }],
  },
  {
    name: 'a majority of old and new voters together decides in a joint configuration',
    source: '§4.3: separate majorities of both sets',
    file: 'raft/quorum.ts',
    edits: [
      {
        find: '[idsOf(voters), idsOf(outgoing)]',
        replace: '[[...new Set([...idsOf(voters), ...idsOf(outgoing)])]]',
      },
    ],
  },
  {
    name: 'a joint configuration is left before it is committed',
    source: '§4.3: once the joint one is committed, neither set decides without the other',
    file: memberChanges,
    edits: [
      {
        find: 'if (isJoint(current) && current.index <= log.commit) this.#append',
        replace: 'if (isJoint(current)) this.#append',
      },
    ],
  },
  {
    name: 'a joint configuration is left by nobody but by asking again',
    source: '§4.3: whichever leader finds it committed leaves it',
    file: memberChanges,
    edits: [
      {
        find: 'if (isJoint(current) && current.index <= log.commit) this.#append',
        replace: 'if (isJoint(current) && current.index < 0) this.#append',
      },
    ],
  },
  {
    name: 'members change before the leader has committed anything of its term',
    source: "Ongaro's correction of 2015 on raft-dev",
    file: memberChanges,
    edits: [{ find: "if (!isNoopCommitted) return 'NO_OP_NOT_COMMITTED';", replace: '' }],
  },
  {
    name: 'voters change one by one without a joint configuration, before the no-op',
    source: 'the single-server bug of 2015, as published: one add and one remove of two leaders',
    file: memberChanges,
    edits: [
      { find: "if (!isNoopCommitted) return 'NO_OP_NOT_COMMITTED';", replace: '' },
      {
        find: 'membership: judged.membership } as const',
        replace: 'membership: { ...judged.membership, outgoing: [] } } as const',
      },
    ],
  },
  {
    name: 'members change while the change before is not committed',
    source: '§4.1: one at a time',
    file: memberChanges,
    edits: [
      {
        find: "if (current.index > log.commit || isJoint(current)) return 'CHANGE_IN_PROGRESS';",
        replace: "if (isJoint(current)) return 'CHANGE_IN_PROGRESS';",
      },
    ],
  },
  {
    name: 'several voters change at once without a joint configuration',
    source: '§4.1: two majorities that share nobody',
    file: membership,
    edits: [
      {
        find: 'return isReached ? allowed(joint)',
        replace: 'return isReached ? allowed({ ...joint, outgoing: [] })',
      },
    ],
  },
  {
    name: 'a learner is made a voter however far it lags',
    source: '§4.2.1',
    file: memberChanges,
    edits: [
      {
        find: 'isCaughtUp: (storeId) => isFit(storeId) && this.#replication.holds(storeId, this.#beatCommit)',
        replace: 'isCaughtUp: (storeId) => this.#replication.has(storeId)',
      },
    ],
  },
  {
    name: 'what lags is measured by what was committed when the leader was elected',
    source: 'found in this core: a hand-over that was given up left an old measure',
    file: memberChanges,
    edits: [{ find: 'this.#beatCommit = this.#shared.log.commit;', replace: '' }],
  },
  {
    name: 'a store that was removed comes back as a member',
    source: 'J3: what it promised before is not known to be on its disk',
    file: membership,
    edits: [{ find: "if (from.removed.includes(storeId)) return refused('REMOVED');", replace: '' }],
  },
  {
    name: 'who joins is not sent anything before the next election',
    source: '§4.2.1: the leader replicates to whoever its log names',
    file: 'raft/leadership.ts',
    edits: [{ find: '        this.#replication.onConfiguration();\n', replace: '' }],
  },
  {
    name: 'whoever is removed by an entry that nobody has committed campaigns no more',
    source: '§4.2.2: it may be the only one whose log allows it',
    file: configurations,
    edits: [{ find: 'return this.#history.some(', replace: 'return this.#history.slice(-1).some(' }],
  },
];
