import { systemClock } from '../../src/lib/clock.ts';
import { Prng } from '../../src/lib/prng.ts';
import { nodeDisk } from '../../src/storage/node-disk.ts';
import { openSegmentLog } from '../../src/storage/segment-log.ts';
import { clock, peerId, someStore } from './log-fixtures.ts';
import { logStoreSuite } from './log-store-suite.ts';
import { emptyImage, MemoryLogStore } from './memory-log-store.ts';
import { SimDisk } from './sim-disk.ts';
import { tempDirectory } from './temp-directory.ts';

logStoreSuite('memory', async () => {
  const image = emptyImage(peerId, someStore);
  return async () => new MemoryLogStore(image);
});

for (const segmentBytesMax of [512, 4_096, 1 << 20]) {
  logStoreSuite(`segments of ${segmentBytesMax} bytes on a simulated disk`, async () => {
    const disk = new SimDisk();
    const prng = new Prng(1);
    const random = (bytes: number): Uint8Array => new Uint8Array(bytes).map(() => prng.next());
    return () =>
      openSegmentLog({ directory: '/data', disk, peerId, random, tailBytes: 1e6, clock, segmentBytesMax });
  });
}

logStoreSuite('segments on a real disk', async () => {
  const directory = await tempDirectory();
  const random = (bytes: number): Uint8Array => crypto.getRandomValues(new Uint8Array(bytes));
  return () =>
    openSegmentLog({ directory, disk: nodeDisk, peerId, random, tailBytes: 1e6, clock: systemClock });
});
