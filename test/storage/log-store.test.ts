import { systemClock } from '../../src/lib/clock.ts';
import type { LogStore } from '../../src/peer/ports.ts';
import { nodeDisk } from '../../src/storage/node-disk.ts';
import { openSegmentLog } from '../../src/storage/segment-log.ts';
import { peerId, someStore } from './log-fixtures.ts';
import { openOn } from './log-model.ts';
import { logBaseSuite } from './log-base-suite.ts';
import { logStoreSuite } from './log-store-suite.ts';
import { emptyImage, MemoryLogStore } from './memory-log-store.ts';
import { SimDisk } from './sim-disk.ts';
import { tempDirectory } from './temp-directory.ts';

function suites(name: string, make: () => Promise<() => Promise<LogStore>>): void {
  logStoreSuite(name, make);
  logBaseSuite(name, make);
}

suites('memory', async () => {
  const image = emptyImage(peerId, someStore);
  return async () => new MemoryLogStore(image);
});

for (const segmentBytesMax of [512, 4_096, 1 << 20]) {
  suites(`segments of ${segmentBytesMax} bytes on a simulated disk`, async () => {
    const disk = new SimDisk();
    return () => openOn(disk, 1, { tailBytes: 1e6, segmentBytesMax });
  });
}

suites('segments on a real disk', async () => {
  const directory = await tempDirectory();
  const disk = nodeDisk;
  return () => openSegmentLog({ directory, disk, peerId, random, tailBytes: 1e6, clock: systemClock });
});

const random = (bytes: number): Uint8Array => crypto.getRandomValues(new Uint8Array(bytes));
