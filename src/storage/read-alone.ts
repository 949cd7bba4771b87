// A process that reads the state in argv[2] and does nothing else: whether that ends it is all that anybody wants to know.
// It ends with the one that asked, too, since LevelDB lets only one process at a state.

import { nodeDisk } from './node-disk.ts';
import { classicLevelAt, StateDatabase } from './state-database.ts';

process.on('disconnect', () => process.exit(0));

try {
  const path = process.argv[2] ?? '';
  const database = await StateDatabase.open({ path, disk: nodeDisk, levelAt: classicLevelAt });
  await database.record();
  for await (const rows of database.rows()) void rows;
} catch {
  // Whatever can be said about this state is found out by whoever reads it next.
}
process.exit(0);
