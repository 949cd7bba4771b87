// Known bugs of states that travel, of logs that are cut, and of what a start makes of damage.

import type { Mutation } from '../../mutations/mutation.ts';

const logFiles = 'src/storage/log-files.ts';
const applier = 'src/peer/applier.ts';

export const snapshotMutations: readonly Mutation[] = [
  {
    name: 'the log begins behind a snapshot before the state is switched to it',
    source: 'R10; the order of a switch',
    file: 'src/peer/driver.ts',
    edits: [
      {
        find: 'if (operation.install === undefined) return this.#write(operation);',
        replace: 'this.#write(operation);\n    if (operation.install === undefined) return;',
      },
      { find: 'if (!this.#stopped) this.#write(operation);', replace: '' },
    ],
  },
  {
    name: 'the rows of a snapshot do not take the place of those of before',
    source: 'R10; openraft #1808',
    file: applier,
    edits: [
      {
        find: 'const { rows } = await this.#store.install(snapshot);',
        replace: 'await this.#store.install(snapshot);\n    const rows = new Map();',
      },
    ],
  },
  {
    name: 'a state is switched while its flush is under way',
    source: 'W5; rows of before come on top of those of the snapshot',
    file: applier,
    edits: [{ find: '    while (this.#flushing !== undefined) await this.#flushing; // W5\n', replace: '' }],
  },
  {
    name: 'what waits for its flush goes on top of a snapshot',
    source: 'W5; rows of before the switch come back',
    file: applier,
    edits: [
      { find: '    this.#onWritten(this.#unflushedBytes);\n', replace: '    this.#unflushedBytes = 0;\n' },
    ],
  },
  {
    name: 'the log is cut up to what is applied, flushed or not',
    source: 'R9; log cut before the state is synced',
    file: applier,
    edits: [
      {
        find: '    await this.#store.flush({ snapshot, rows });\n    this.#onWritten(bytes);\n    this.#events.onFlushed(snapshot.index);',
        replace:
          '    this.#events.onFlushed(snapshot.index);\n    await this.#store.flush({ snapshot, rows });\n    this.#onWritten(bytes);',
      },
    ],
  },
  {
    name: 'a state is handed over before all of it was compared and synced',
    source: 'V2; R10',
    file: 'src/peer/snapshot-receiver.ts',
    edits: [{ find: '      await sink.finish();\n', replace: '' }],
  },
  {
    name: 'a write that a snapshot went past counts as refused',
    source: 'P3; it may be part of the snapshot',
    file: 'src/peer/proposals.ts',
    edits: [
      {
        find: "this.#settle(requestId, isOvertaken ? { kind: 'refused', reason: 'OVERTAKEN' } : { kind: 'unknown' });",
        replace:
          "this.#settle(requestId, { kind: 'refused', reason: isOvertaken ? 'OVERTAKEN' : 'NOT_LEADER' });",
      },
    ],
  },
  {
    name: 'segments go before the base that stands for them',
    source: 'F2',
    file: logFiles,
    edits: [
      {
        find: `      await this.#writeBase({ base, hardState: this.#hardState, start });
      this.index.cutTo(base);
      await this.remove(this.segments.dropBefore(sequence));`,
        replace: `      await this.remove(this.segments.dropBefore(sequence));
      await this.#writeBase({ base, hardState: this.#hardState, start });
      this.index.cutTo(base);`,
      },
    ],
  },
  {
    name: 'a log that begins anew forgets term and vote',
    source: 'F3; R1',
    file: logFiles,
    edits: [
      {
        find: '      await this.append(change);\n      const before',
        replace:
          '      await this.append({ ...change, hardState: { ...change.hardState, vote: undefined } });\n      const before',
      },
    ],
  },
  {
    name: 'entries that were lost are not told of',
    source: 'raft.md: the simple rule for corruption',
    file: 'src/storage/segment-log.ts',
    edits: [{ find: '    await superblock.setImpaired(true); // L4\n', replace: '' }],
  },
  {
    name: 'a damaged batch passes for one that was never finished',
    source: 'raft.md: torn told from corrupt; Protocol-Aware Recovery',
    file: 'src/storage/recovery.ts',
    edits: [{ find: "if (found.kind === 'torn') break;", replace: "if (found.kind !== 'batch') break;" }],
  },
  {
    name: 'an old copy of a disk is let in',
    source: 'A4; what was promised since is not on it',
    file: 'src/peer/admission.ts',
    edits: [
      {
        find: 'if (hasGoneBack(identity, facts.incarnations.last(identity.storeId))) return staleReason;',
        replace: '',
      },
    ],
  },
  {
    name: 'one copy of the superblock holds what was told',
    source: 'S2 of src/storage/superblock.ts',
    file: 'src/storage/superblock.ts',
    edits: [{ find: '      .then(() => this.#writeOlder(this.#content));', replace: ';' }],
  },
  {
    name: 'runs of one number pass for one another',
    source: 'src/peer/stale.ts; an old copy that was started as often as the disk since',
    file: 'src/peer/stale.ts',
    edits: [
      {
        find: "return own !== '' && last.id !== '' && own !== last.id;",
        replace: 'return false;',
      },
    ],
  },
];
