// A process that starts on damaged data directories, one after the other, and says how each start ended: a process of its
// own, since LevelDB trusts lengths in its files, and a damaged one can end the process.

import { isOrionError, messageOf } from '../../src/lib/errors.ts';
import type { StoreIdentity } from '../../src/peer/ports.ts';
import { nodeDisk } from '../../src/storage/node-disk.ts';
import { openParts } from '../crash/parts.ts';
import { type Parts, readAll } from '../crash/play.ts';
import { persistOf } from '../crash/made.ts';
import { describeFixture } from './fixture.ts';
import { judgeFlipped, type Verdict } from './judge.ts';

export interface StartRequest {
  readonly directory: string;
  readonly was: StoreIdentity;
}

export type StartAnswer =
  | {
      readonly kind: 'started';
      readonly verdict: Verdict;
      /** Whether the transfer that was under way had to begin anew. */
      readonly anew: boolean;
    }
  | { readonly kind: 'wrong'; readonly why: string };

const fixture = describeFixture();

process.on('message', (request: StartRequest) => {
  start(request).then(
    (answer) => process.send?.(answer),
    (error: unknown) => process.send?.({ kind: 'wrong', why: messageOf(error) } satisfies StartAnswer),
  );
});
process.on('disconnect', () => process.exit(0));

async function start({ directory, was }: StartRequest): Promise<StartAnswer> {
  const parts = await openParts({ disk: nodeDisk, directory });
  let verdict: Verdict;
  let anew: boolean;
  try {
    verdict = judgeFlipped(await readAll(parts), fixture, was);
    anew = await endTransfer(parts);
  } finally {
    await parts.close();
  }
  const again = await openParts({ disk: nodeDisk, directory });
  const { snapshot, rows } = again.loaded;
  await again.close();
  const { foreign } = fixture;
  if (snapshot?.hash !== foreign.snapshot.hash || rows.size !== foreign.rows.size) {
    throw new Error('what was installed is not there after a restart');
  }
  return { kind: 'started', verdict, anew };
}

/** Takes in the rest of the state that was on its way, and goes on behind it. */
async function endTransfer(parts: Parts): Promise<boolean> {
  const { state, log } = parts;
  const { snapshot, chunks } = fixture.foreign;
  const receive = async (): Promise<number> => {
    const sink = await state.stage(snapshot);
    const { received } = sink;
    try {
      for (const chunk of chunks.slice(received)) await sink.write(chunk);
      await sink.finish();
    } finally {
      await sink.close();
    }
    return received;
  };
  let received = 0;
  try {
    received = await receive();
  } catch (error) {
    if (!isOrionError(error, 'MALFORMED')) throw error;
    await receive(); // what was damaged is dropped: from the first chunk on
  }
  const { rows } = await state.install(snapshot);
  if (rows.size !== fixture.foreign.rows.size) throw new Error('rows that were sent are not there');
  await log.persist(persistOf({ install: snapshot }));
  return received < (fixture.disk.staged?.received ?? 0);
}
