// Known bugs of the log on disk, and of who a disk says it is.

import type { Mutation } from '../../mutations/mutation.ts';

const superblock = 'src/storage/superblock.ts';

export const storageMutations: readonly Mutation[] = [
  {
    name: 'a run has the number of the one before',
    source: 'incarnation not raised; late answers pass for those of this run',
    file: superblock,
    edits: [
      {
        find: 'newer.content.incarnation + 1',
        replace: 'newer.content.incarnation',
      },
    ],
  },
  {
    name: 'a new segment stands in a directory that is not synced',
    source: 'W1; the file is gone after a power cut',
    file: 'src/storage/segment-writer.ts',
    edits: [
      {
        find: '    this.#active = { segment, file, bytes: 0 };\n    await this.#disk.syncDirectory(this.#directory);\n',
        replace: '    this.#active = { segment, file, bytes: 0 };\n',
      },
    ],
  },
  {
    name: 'a batch is written without being synced',
    source: 'R4',
    file: 'src/storage/segment-writer.ts',
    edits: [
      {
        find: 'const file = await this.#disk.openToWriteThrough(segment.path);',
        replace: 'const file = await this.#disk.openToWrite(segment.path);',
      },
    ],
  },
];
