// Known bugs of what drives a core: who is told what, when, and how it is asked again.

import type { Mutation } from '../../mutations/mutation.ts';

const applier = 'src/peer/applier.ts';
const driver = 'src/peer/driver.ts';
const proposals = 'src/peer/proposals.ts';
const questions = 'src/peer/questions.ts';

export const peerMutations: readonly Mutation[] = [
  {
    name: 'questions are numbered from 1 in every run',
    source: 'Q3; found in this project',
    file: questions,
    edits: [{ find: 'options.incarnation * numbersOfRun; // Q3', replace: '0;' }],
  },
  {
    name: 'what was asked over a link that fell counts as never asked',
    source: 'Q1; the outcome is unknown, not a refusal',
    file: questions,
    edits: [
      {
        find: "if (waiting.to === storeId) this.#settle(requestId, { kind: 'unknown' });",
        replace:
          "if (waiting.to === storeId) this.#settle(requestId, { kind: 'unsent', reason: 'NO_LINK' });",
      },
    ],
  },
  {
    name: 'what a later try says counts, though the outcome of one before is unknown',
    source: 'X3; a write is refused, and done',
    file: 'src/peer/writer.ts',
    edits: [{ find: 'doubt ??= outcomeUnknown();', replace: '' }],
  },
  {
    name: 'an operation that comes again is done again',
    source: 'S5; a write is done twice',
    file: 'src/state/state.ts',
    edits: [{ find: 'if (answer !== undefined) return', replace: 'if (answer === null) return' }],
  },
  {
    name: 'a forwarded write of which its leader cannot tell counts as refused',
    source: 'X1; a write is done twice',
    file: 'src/peer/forwarding.ts',
    edits: [
      {
        find: "    case 'refused':\n    case 'unknown':\n      return answer;",
        replace:
          "    case 'refused':\n      return answer;\n    case 'unknown':\n      return { kind: 'refused', reason: 'NOT_LEADER' };",
      },
    ],
  },
  {
    name: 'whatever is applied at the index of a proposal is that proposal',
    source: 'P3; etcd #741',
    file: proposals,
    edits: [{ find: 'if (place.term === entry.term) {', replace: 'if (place.term > 0) {' }],
  },
  {
    name: 'a proposal is given up as refused when its leader appends in its place',
    source: 'P3; a change of leader proves nothing',
    file: proposals,
    edits: [
      {
        find: "if (older !== undefined) this.#settle(older, { kind: 'unknown' });",
        replace: "if (older !== undefined) this.#settle(older, { kind: 'refused', reason: 'OVERTAKEN' });",
      },
    ],
  },
  {
    name: 'a write is refused once its time is up, though it is in a log',
    source: 'X2; the outcome is unknown',
    file: proposals,
    edits: [
      {
        find: "const cancelTimer = this.#clock.after(withinMs, () => this.#settle(requestId, { kind: 'unknown' }));",
        replace:
          "const cancelTimer = this.#clock.after(withinMs, () => this.#settle(requestId, { kind: 'refused', reason: 'OVERTAKEN' }));",
      },
    ],
  },
  {
    name: 'a read does not wait until its index is applied',
    source: 'R12',
    file: 'src/peer/barriers.ts',
    edits: [
      {
        find: 'if (index <= applied) settleAll',
        replace: 'if (index > 0 || applied > 0) settleAll',
      },
    ],
  },
  {
    name: 'a read joins a request that was made before it',
    source: 'B1; etcd #20418',
    file: 'src/peer/barriers.ts',
    edits: [
      {
        find: '      const group = this.#gathering;\n      const settle',
        replace: '      const group = [...this.#asked.values()][0] ?? this.#gathering;\n      const settle',
      },
    ],
  },
  {
    name: 'a state that is flushed claims what is applied when the flush ends',
    source: 'W2; the applied index ahead of its rows',
    file: applier,
    edits: [
      {
        find: 'await this.#store.flush({ snapshot, rows });',
        replace: `await new Promise<void>((resolve) => void this.#clock.after(20, resolve));
    await this.#store.flush({ snapshot: this.#point ?? snapshot, rows });`,
      },
    ],
  },
  {
    name: 'a write to the log that failed counts as done',
    source: 'D3; fsyncgate',
    file: driver,
    edits: [
      {
        find: 'this.#log.persist(operation).then(',
        replace: 'this.#log.persist(operation).catch(() => undefined).then(',
      },
    ],
  },
  {
    name: 'a write is durable as soon as it was begun',
    source: 'R4, R5',
    file: driver,
    edits: [
      {
        find: "        this.#push({ kind: 'persisted', operation: operation.operation });\n",
        replace: '',
      },
      {
        find: '    this.#writingTicks = 0;\n    this.#log.persist',
        replace:
          "    this.#writingTicks = 0;\n    this.#push({ kind: 'persisted', operation: operation.operation });\n    this.#log.persist",
      },
    ],
  },
  {
    name: 'a process that slept still takes itself for the one that may decide',
    source: 'L2',
    file: 'src/peer/leadership.ts',
    edits: [
      {
        find: 'return this.#clock.monotonicMs() < this.#untilMs ? this.#controlTerm : undefined;',
        replace: 'return this.#clock.monotonicMs() > 0 ? this.#controlTerm : undefined;',
      },
    ],
  },
];
