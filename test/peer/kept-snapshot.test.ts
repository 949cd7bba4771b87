// The state that is kept for receivers: not longer than it can be read.

import { expect, test } from 'vitest';
import { asIndex } from '../../raft/types.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { KeptSnapshot } from '../../src/peer/kept-snapshot.ts';
import type { SnapshotSource } from '../../src/peer/snapshot-ports.ts';

test('a state that cannot be read any more is closed, and whoever asks next gets another', async () => {
  const events: string[] = [];
  let opened = 0;
  const openSnapshot = async (): Promise<SnapshotSource> => {
    opened += 1;
    const name = `state ${opened}`;
    return {
      snapshot: { index: asIndex(191) } as SnapshotSource['snapshot'],
      read: async () => {
        if (name === 'state 1') throw new Error('it was replaced');
        return undefined;
      },
      close: async () => void events.push(`${name} closed`),
    };
  };
  const kept = new KeptSnapshot({ store: { openSnapshot }, clock: systemClock });

  const first = await kept.acquire(asIndex(100));
  await expect(first.source.read(0)).rejects.toThrow('it was replaced');
  first.release();
  const second = await kept.acquire(asIndex(100));
  await expect(second.source.read(0)).resolves.toBeUndefined();
  second.release();
  await kept.close();
  expect(opened).toBe(2);
  expect(events).toEqual(['state 1 closed', 'state 2 closed']);
});
