// What clients saw, judged as registers: each key's writes and reads must fit one order that also fits the times at which
// they began and ended (linearizability). The order is known: every setting carries the log index of its last write.
//
// G1. An operation sees, or is ordered behind, everything on its key that ended before it began.
// G2. A version has one value for everybody, a value one version, and a value is seen only after its write began.
// G3. A write that was refused is never seen, nor committed. One whose outcome is unknown may be, or not.

import { assert } from '../../../src/lib/assert.ts';
import { Violation } from '../observation.ts';

/** What was read: a value and the index of the write that made it. */
export interface Seen {
  readonly value: string;
  readonly version: number;
}

/** An operation that has begun, and what it must not miss. */
export interface Begun {
  readonly key: string;
  /** The highest version of the key that anyone had seen by then. */
  readonly floor: number;
}

export class Registers {
  readonly #floors = new Map<string, number>();
  readonly #versions = new Map<string, string>();
  /** By value: what became of its write, and the highest version that anyone had seen when it began. */
  readonly #writes = new Map<string, { isRefused: boolean; readonly floor: number }>();
  readonly #committed = new Set<string>();
  /** By value: the version at which it was seen. */
  readonly #seen = new Map<string, number>();

  beginRead(key: string): Begun {
    return { key, floor: this.#floors.get(key) ?? 0 };
  }

  /** `value` is one that no other write has. */
  beginWrite(key: string, value: string): Begun {
    assert(!this.#writes.has(value), 'values are unique');
    const begun = this.beginRead(key);
    this.#writes.set(value, { isRefused: false, floor: begun.floor });
    return begun;
  }

  /** The write is in the state, as version `version`. */
  acknowledged(begun: Begun, seen: Seen): void {
    this.#see(begun.key, seen);
  }

  /** The write is not in the state and never will be. */
  refused(value: string): void {
    if (this.#seen.has(value)) throw new Violation(`registers: ${value} was refused, and seen`);
    if (this.#committed.has(value)) throw new Violation(`registers: ${value} was refused, and committed`);
    const write = this.#writes.get(value);
    if (write !== undefined) write.isRefused = true;
  }

  /** A write of it is committed. */
  committed(value: string): void {
    this.#committed.add(value);
    if (this.#writes.get(value)?.isRefused === true)
      throw new Violation(`registers: ${value} is committed, and was refused`);
  }

  /** What a read found; undefined when the key was not there. */
  served(begun: Begun, seen: Seen | undefined): void {
    if ((seen?.version ?? 0) < begun.floor) {
      throw new Violation(
        `registers: a read of ${begun.key} sees version ${seen?.version ?? 'none'}, ${begun.floor} was seen before it`,
      );
    }
    if (seen !== undefined) this.#see(begun.key, seen);
  }

  #see(key: string, { value, version }: Seen): void {
    const write = this.#writes.get(value);
    if (write === undefined || write.isRefused) {
      const was = write === undefined ? 'never written' : 'refused';
      throw new Violation(`registers: ${value} of ${key} is seen, and was ${was}`);
    }
    if (version <= write.floor) {
      throw new Violation(`registers: ${value} of ${key} is version ${version}, behind ${write.floor}`);
    }
    const known = this.#versions.get(`${key}@${version}`) ?? value;
    if (known !== value)
      throw new Violation(`registers: version ${version} of ${key} is ${known} and ${value}`);
    const once = this.#seen.get(value) ?? version;
    if (once !== version)
      throw new Violation(`registers: ${value} was written twice, as ${once} and ${version}`);
    this.#versions.set(`${key}@${version}`, value);
    this.#seen.set(value, version);
    this.#floors.set(key, Math.max(this.#floors.get(key) ?? 0, version));
  }
}
