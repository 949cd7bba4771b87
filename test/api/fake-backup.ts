// What a control plane without a cluster hands out as its backup.

import { OrionError } from '../../src/lib/errors.ts';
import type { BackupSource } from '../../src/peer/control-plane.ts';
import type { BackupChunk, BackupHeader } from '../../src/protocol/backup.ts';

export const backupHeader: BackupHeader = {
  format: 2,
  clusterId: 'c1',
  name: 'home',
  version: '1.2.3',
  takenAt: 1_700_000_000_000,
  index: 17,
  term: 3,
  time: 1_700_000_000_000,
  hash: 'f'.repeat(32),
};

async function* chunksOf(contents: AsyncIterable<string>): AsyncGenerator<BackupChunk> {
  let number = 0;
  for await (const content of contents) {
    yield { number, bytes: Buffer.from(content), checksum: number };
    number += 1;
  }
}

export class FakeBackups {
  /** Contents of the chunks of the next backup; absent: it cannot be opened. */
  contents: AsyncIterable<string> | undefined;
  /** Opened and not closed. */
  openCount = 0;

  open(): BackupSource {
    if (this.contents === undefined) throw new OrionError('NO_LEADER', 'no backup');
    this.openCount += 1;
    let isOpen = true;
    return {
      header: backupHeader,
      chunks: chunksOf(this.contents),
      close: async () => {
        if (isOpen) this.openCount -= 1;
        isOpen = false;
      },
    };
  }
}
