// Which rows go on when a cluster begins anew behind a state: the objects, and what is remembered of them; not the window
// of changes, whose positions mean nothing behind a jump of versions. In its place stands a row that says so, and behind all
// operations one that says who began it anew.
//
// Operations go on, into another cluster too: what the state holds of a write and that it was done belong together. So
// whoever tries a write again over a restore is answered when it is in the backup, and is heard when it is not.

import { OrionError } from '../lib/errors.ts';
import type { BackupChunk } from '../protocol/backup.ts';
import type { OperationRow } from '../protocol/records.ts';
import { operationBundle } from '../state/operation-codec.ts';
import { encodeRow } from '../state/row-codec.ts';
import { keyOf } from '../state/row.ts';
import { addDigests, hashOf, rowDigest } from '../state/state-hash.ts';
import { timestamp } from '../state/timestamp.ts';
import { windowBegins } from '../state/window.ts';
import { ChunkBuilder, type EncodedRow, readChunk } from '../storage/snapshot-chunk.ts';

export interface Inherited {
  /** State hash of the rows in `chunks`. */
  readonly hash: string;
  /** The same each time it is asked. */
  readonly chunks: () => AsyncIterable<BackupChunk>;
}

/** `at`: where the cluster begins anew, `by`: the operation that did it, at the same index. Throws MALFORMED when the rows are not those of `hash`. */
export async function carryOver(
  inherited: Inherited,
  at: { readonly index: number; readonly time: number; readonly by: OperationRow },
): Promise<{ readonly hash: string; readonly chunks: AsyncIterable<BackupChunk> }> {
  const { chunks } = inherited;
  const beginning = [windowBegins({ index: at.index, time: timestamp(at.time) }), operationBundle(at.by)];
  const added = beginning.map((row): EncodedRow => ({ key: keyOf(row), text: Buffer.from(encodeRow(row)) }));
  let found = 0n;
  let kept = added.map(digestOf).reduce(addDigests);
  for await (const chunk of chunks()) {
    for (const row of readChunk(chunk)) {
      const digest = digestOf(row);
      found = addDigests(found, digest);
      if (goesOn(row)) kept = addDigests(kept, digest);
    }
  }
  if (hashOf(found) !== inherited.hash) {
    throw new OrionError(
      'MALFORMED',
      'The rows are not those that the state is said to have: take another backup.',
    );
  }
  return { hash: hashOf(kept), chunks: rewritten(chunks(), added) };
}

async function* rewritten(
  chunks: AsyncIterable<BackupChunk>,
  added: readonly EncodedRow[],
): AsyncGenerator<BackupChunk, void, undefined> {
  yield chunkOf(0, added);
  for await (const chunk of chunks) yield chunkOf(chunk.number + 1, readChunk(chunk).filter(goesOn));
}

function chunkOf(number: number, rows: readonly EncodedRow[]): BackupChunk {
  const builder = new ChunkBuilder(0);
  for (const row of rows) builder.add(row);
  return builder.build(number);
}

const digestOf = ({ key, text }: EncodedRow): bigint => rowDigest(key, text.toString());
/** Not the window; nor records as backups of format 2 have them, each in a row of its own. */
const goesOn = ({ key }: EncodedRow): boolean => !/^(changes|change|operation)\//.test(key);
