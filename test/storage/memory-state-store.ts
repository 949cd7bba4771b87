// A StateStore in memory, for tests of what stands above it. Its image outlives it, as a disk outlives a process.

import { asIndex, type LogIndex } from '../../raft/types.ts';
import type { StateFlush, StateStore } from '../../src/peer/ports.ts';
import type { Row, RowKey } from '../../src/state/row.ts';

/** What is durable. */
export interface MemoryStateImage {
  applied: LogIndex;
  readonly rows: Map<RowKey, Row>;
}

export const emptyStateImage = (): MemoryStateImage => ({ applied: asIndex(0), rows: new Map() });

export class MemoryStateStore implements StateStore {
  readonly #image: MemoryStateImage;

  constructor(image: MemoryStateImage = emptyStateImage()) {
    this.#image = image;
  }

  async load(): Promise<{ readonly applied: LogIndex; readonly rows: ReadonlyMap<RowKey, Row> }> {
    return { applied: this.#image.applied, rows: new Map(this.#image.rows) };
  }

  async flush({ applied, rows }: StateFlush): Promise<void> {
    for (const [key, row] of rows) {
      if (row === undefined) this.#image.rows.delete(key);
      else this.#image.rows.set(key, row);
    }
    this.#image.applied = applied;
  }

  async close(): Promise<void> {}
}
