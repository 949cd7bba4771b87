// A process that writes to the storage in argv[2] until it is killed, and says what was acknowledged, line by line.

import { asPeerId } from '../../raft/types.ts';
import { openStorage } from '../../src/storage/open.ts';
import { command, persistOf } from './log-fixtures.ts';

const storage = await openStorage({ directory: process.argv[2] ?? '', peerId: asPeerId('pi-1') });
for (let index = storage.log.restored.lastIndex + 1; ; index += 1) {
  await storage.log.persist(persistOf({ entries: [command(index, { bytes: 700 })] }));
  process.stdout.write(`${index}\n`);
}
