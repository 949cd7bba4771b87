// A StateStore in memory, for tests of what stands above it. Its image outlives it, as a disk outlives a process; what an
// operation does, it does at once and whole.

import type { Snapshot } from '../../raft/types.ts';
import { assert, present } from '../../src/lib/assert.ts';
import { OrionError } from '../../src/lib/errors.ts';
import { limits } from '../../src/lib/limits.ts';
import type { LoadedState, StateFlush, StateStore } from '../../src/peer/ports.ts';
import type { SnapshotChunk, SnapshotSink, SnapshotSource } from '../../src/peer/snapshot-ports.ts';
import { decodeRow, encodeRow } from '../../src/state/row-codec.ts';
import type { Row, RowKey } from '../../src/state/row.ts';
import { addDigests, hashOf, rowDigest } from '../../src/state/state-hash.ts';
import { badChunk, ChunkBuilder, readChunk } from '../../src/storage/snapshot-chunk.ts';

/** Rows as text, so that nobody changes a stored row through the object that was stored. */
type Texts = Map<RowKey, string>;

interface Staged {
  readonly snapshot: Snapshot;
  readonly texts: Texts;
  received: number;
  finished: boolean;
}

/** What is durable. */
export interface MemoryStateImage {
  snapshot: Snapshot | undefined;
  texts: Texts;
  installed: boolean;
  staged: Staged | undefined;
}

export const emptyStateImage = (): MemoryStateImage => ({
  snapshot: undefined,
  texts: new Map(),
  installed: false,
  staged: undefined,
});

export class MemoryStateStore implements StateStore {
  readonly #image: MemoryStateImage;
  readonly #chunkBytes: number;

  constructor(image: MemoryStateImage = emptyStateImage(), options: { readonly chunkBytes?: number } = {}) {
    this.#image = image;
    this.#chunkBytes = options.chunkBytes ?? limits.snapshotChunkBytes;
  }

  get snapshot(): Snapshot | undefined {
    return this.#image.snapshot;
  }

  async load(): Promise<LoadedState> {
    return {
      snapshot: this.#image.snapshot,
      rows: rowsOf(this.#image.texts),
      discarded: false,
      installed: this.#image.installed,
    };
  }

  async flush({ snapshot, rows }: StateFlush): Promise<void> {
    assert(snapshot.index >= (this.#image.snapshot?.index ?? 0), 'what is flushed rises');
    for (const [key, row] of rows) {
      if (row === undefined) this.#image.texts.delete(key);
      else this.#image.texts.set(key, encodeRow(row));
    }
    this.#image.snapshot = { ...snapshot, hash: hashOfAll(this.#image.texts) };
    this.#image.installed = false;
  }

  async openSnapshot(): Promise<SnapshotSource> {
    const snapshot = present(this.#image.snapshot, 'a state that was flushed is sent');
    const chunks = chunksOf(this.#image.texts, this.#chunkBytes);
    return { snapshot, read: async (number) => chunks[number], close: async () => undefined };
  }

  async stage(snapshot: Snapshot): Promise<SnapshotSink> {
    const image = this.#image;
    if (image.staged === undefined || !isSame(image.staged.snapshot, snapshot)) {
      image.staged = { snapshot, texts: new Map(), received: 0, finished: false };
    }
    const staged = image.staged;
    return {
      get received() {
        return staged.received;
      },
      write: async (chunk) => {
        if (chunk.number !== staged.received) throw badChunk(chunk, `chunk ${staged.received} is the next`);
        for (const { key, text } of readChunk(chunk)) staged.texts.set(key, Buffer.from(text).toString());
        staged.received += 1;
      },
      finish: async () => {
        staged.finished = hashOfAll(staged.texts) === snapshot.hash;
        if (staged.finished) return;
        image.staged = undefined;
        throw new OrionError(
          'MALFORMED',
          'A snapshot was taken in whole, and is not the one that was offered.',
        );
      },
      close: async () => undefined,
    };
  }

  async install(snapshot: Snapshot): Promise<{ readonly rows: ReadonlyMap<RowKey, Row> }> {
    const image = this.#image;
    const { staged } = image;
    if (staged !== undefined && isSame(staged.snapshot, snapshot)) {
      assert(staged.finished, 'what is installed was finished');
      image.texts = staged.texts;
      image.snapshot = staged.snapshot;
      image.installed = true;
      image.staged = undefined;
    }
    assert(image.snapshot !== undefined && isSame(image.snapshot, snapshot), 'what is installed was staged');
    return { rows: rowsOf(image.texts) };
  }

  async discard(): Promise<void> {
    this.#image.staged = undefined;
  }

  async close(): Promise<void> {}
}

const isSame = (a: Snapshot, b: Snapshot): boolean =>
  a.index === b.index && a.term === b.term && a.hash === b.hash;

function rowsOf(texts: Texts): Map<RowKey, Row> {
  return new Map([...texts].map(([key, text]) => [key, decodeRow(text)]));
}

function hashOfAll(texts: Texts): string {
  let sum = 0n;
  for (const [key, text] of texts) sum = addDigests(sum, rowDigest(key, text));
  return hashOf(sum);
}

function chunksOf(texts: Texts, chunkBytes: number): SnapshotChunk[] {
  const rows = [...texts].map(([key, text]) => ({ key, text: Buffer.from(text) }));
  rows.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  const chunks: SnapshotChunk[] = [];
  let builder = new ChunkBuilder(chunkBytes);
  for (const row of rows) {
    builder.add(row);
    if (!builder.isFull) continue;
    chunks.push(builder.build(chunks.length));
    builder = new ChunkBuilder(chunkBytes);
  }
  if (!builder.isEmpty) chunks.push(builder.build(chunks.length));
  return chunks;
}
