// Files of a log that go while it is open: what would be written into them no restart would find.

import { expect, test } from 'vitest';
import { limits } from '../../src/lib/limits.ts';
import { newestSegment } from './damage.ts';
import { command, commands, persistOf } from './log-fixtures.ts';
import { openOn } from './log-model.ts';
import { SimDisk } from './sim-disk.ts';

test('a log whose newest file was removed under it takes nothing any more, soon', async () => {
  const disk = new SimDisk();
  let nowMs = 0;
  const clock = { monotonicMs: () => nowMs, after: () => () => undefined };
  const log = await openOn(disk, 1, { clock });
  await log.persist(persistOf({ entries: commands(1, 3) }));
  nowMs += limits.logInPlaceMs;
  await log.persist(persistOf({ entries: [command(3)] }));
  await disk.unlink(newestSegment(disk));
  nowMs += limits.logInPlaceMs;
  const gone = {
    code: 'DISK_FAILED',
    message: expect.stringContaining('was removed while it was in use') as unknown,
  };
  await expect(log.persist(persistOf({ entries: [command(4)] }))).rejects.toMatchObject(gone);
});
