// What it would cost to run the Raft driver on a thread of its own: each write would cross to that thread and back. Here
// a worker answers at once; the figures are the time of a crossing and back, and how many a second there are room for.

import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { renderTable } from '../src/cli/table.ts';

const inFlightCounts = [1, 16, 64, 256];
const crossings = 100_000;
/** Of the encoded command of a small write. */
const commandBytes = 400;

interface Row {
  readonly inFlight: number;
  readonly microsecondsEach: number;
  readonly perSecond: number;
}

export async function benchCrossing(): Promise<void> {
  const worker = new Worker(new URL(import.meta.url));
  await once(worker, 'online');
  await cross(worker, 64); // Nobody is measured on cold code.
  const rows: Row[] = [];
  for (const inFlight of inFlightCounts) rows.push(await cross(worker, inFlight));
  await worker.terminate();
  process.stdout.write(
    renderTable<Row>(
      [
        { title: 'IN FLIGHT', cell: (row) => String(row.inFlight) },
        { title: 'µS THERE AND BACK', cell: (row) => String(row.microsecondsEach) },
        { title: 'PER SECOND', cell: (row) => String(row.perSecond) },
      ],
      rows,
    ),
  );
  for (const row of rows) process.stdout.write(`${JSON.stringify({ bench: 'crossing', ...row })}\n`);
}

/** As a driver would: each message is a command with its number, each answer an index. */
async function cross(worker: Worker, inFlight: number): Promise<Row> {
  const data = new Uint8Array(commandBytes);
  let sent = 0;
  const startMs = performance.now();
  await new Promise<void>((resolve) => {
    let answered = 0;
    const send = (): void => worker.postMessage({ requestId: (sent += 1), time: sent, data }, []);
    const onAnswer = (): void => {
      answered += 1;
      if (sent < crossings) return send();
      if (answered < crossings) return;
      worker.off('message', onAnswer);
      resolve();
    };
    worker.on('message', onAnswer);
    for (let i = 0; i < inFlight; i += 1) send();
  });
  const ms = performance.now() - startMs;
  return {
    inFlight,
    microsecondsEach: Number(((ms * 1_000 * inFlight) / crossings).toFixed(1)),
    perSecond: Math.round(crossings / (ms / 1_000)),
  };
}

if (!isMainThread) {
  parentPort?.on('message', ({ requestId }: { readonly requestId: number }) => {
    parentPort?.postMessage({ requestId, kind: 'applied', index: requestId, term: 1 }, []);
  });
}
