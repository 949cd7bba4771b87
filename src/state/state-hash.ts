// The state hash: one number for all rows, whatever the order in which they came to be.
//
// H1. It is the sum of the rows' digests modulo 2^128, so that a change costs as much as the rows it touches. A digest is the
//     first half of SHA-256 over key, line feed and text (row-codec.ts); neither holds a line feed.
// H2. Equal rows give equal hashes on every peer. Peers compare them, a store checks what it loads against the one
//     that it wrote, and a snapshot is named by it.
//
// Known: with digests of 128 bits, somebody who may choose rows could search for two sets of equal sum. The hash finds faults
// of disks and of programs; it does not authenticate.

import { digest128 } from '../lib/hash.ts';
import { specBytesOf } from '../protocol/references.ts';
import { encodeRow } from './row-codec.ts';
import type { Row, RowKey } from './row.ts';

export function rowDigest(key: RowKey, text: string): bigint {
  return digest128(`${key}\n${text}`);
}

/** `delta`: digests of rows that came, less those of rows that went. */
export function addDigests(sum: bigint, delta: bigint): bigint {
  return BigInt.asUintN(128, sum + delta);
}

/** 32 hex digits. */
export function hashOf(sum: bigint): string {
  return sum.toString(16).padStart(32, '0');
}

/** Of a state without rows. */
export const emptyStateHash = hashOf(0n);

/** Rows whose digests are made in one go: a millisecond or two, */
const changedMax = 256;
/** also where rows are large: as much text of them, and up to a row more. */
const changedCharsMax = 256 * 1024;

/**
 * The hash of rows in memory. A row that changes many times in a short while is digested once, as it is; as it was it was
 * digested before, and that number is kept. Whoever looks at the hash waits for few of them.
 */
export class IncrementalHash {
  #sum: bigint;
  #changed = new Map<RowKey, { readonly before: Row | undefined; readonly after: Row | undefined }>();
  /** Of what may be large in them. */
  #changedChars = 0;
  /** Of rows, as the sum has them; not of those that nobody has changed since they were loaded. */
  readonly #digests = new Map<RowKey, bigint>();

  constructor(hash: string) {
    this.#sum = BigInt(`0x${hash}`);
  }

  onChange(
    key: RowKey,
    { before, after }: { readonly before: Row | undefined; readonly after: Row | undefined },
  ): void {
    const known = this.#changed.get(key);
    this.#changed.set(key, { before: known === undefined ? before : known.before, after });
    this.#changedChars += largeCharsOf(after);
    if (this.#changed.size >= changedMax || this.#changedChars >= changedCharsMax) this.#digest();
  }

  /** Rows changed whose digests are kept elsewhere: what they add to the sum. */
  add(delta: bigint): void {
    this.#sum = addDigests(this.#sum, delta);
  }

  value(): string {
    this.#digest();
    return hashOf(this.#sum);
  }

  #digest(): void {
    let delta = 0n;
    for (const [key, { before, after }] of this.#changed) {
      delta -= this.#digests.get(key) ?? (before === undefined ? 0n : rowDigest(key, encodeRow(before)));
      if (after === undefined) {
        this.#digests.delete(key);
        continue;
      }
      const digest = rowDigest(key, encodeRow(after));
      delta += digest;
      this.#digests.set(key, digest);
    }
    this.#changed = new Map();
    this.#changedChars = 0;
    this.add(delta);
  }
}

/** About as much as a row has beyond what every row has. */
function largeCharsOf(row: Row | undefined): number {
  switch (row?.kind) {
    case 'Setting':
      return row.spec.data.length;
    case 'Assignment':
      return specBytesOf(row.spec.workload);
    case 'Service':
    case 'Revision':
      return specBytesOf(row.spec);
    default:
      return 0;
  }
}
