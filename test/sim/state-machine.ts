// The state that simulated peers agree on: a list of command numbers in the order of the log, and a hash over all of it.
// The least that tells every difference in what was applied, or in which order, and that can take the place of a log.

import { firstConfiguration } from '../../raft/configurations.ts';
import { asIndex, type Configuration, type Entry, type LogIndex, type Snapshot } from '../../raft/types.ts';
import { assert, present } from '../../src/lib/assert.ts';
import { digestOf, emptyDigest, mix } from './digest.ts';

/** A state at one index: what a flush makes durable, and what is sent to a peer that needs it. */
export interface StateImage {
  readonly applied: LogIndex;
  readonly hash: number;
  readonly commands: readonly number[];
  /** The last entry that was applied; none in the empty state. */
  readonly last: Entry | undefined;
  /** The newest that was applied; none in the empty state. */
  readonly configuration: Configuration | undefined;
}

export const emptyState: StateImage = {
  applied: asIndex(0),
  hash: emptyDigest,
  commands: [],
  last: undefined,
  configuration: undefined,
};

/** What a core is told of an image that is not empty. */
export function snapshotOf({ applied, hash, last, configuration }: StateImage): Snapshot {
  const { term, time } = present(last, 'something was applied');
  const members = present(configuration, 'whoever applied genesis has a configuration');
  return { index: applied, term, time, configuration: members, hash: String(hash) };
}

/** A command in the log: its number, then as many bytes of padding as make it `bytes` long (at least 8). */
export function encodeCommand(command: number, bytes: number): Uint8Array {
  const data = new Uint8Array(Math.max(8, bytes));
  new DataView(data.buffer).setFloat64(0, command);
  return data;
}

export function decodeCommand(data: Uint8Array): number {
  return new DataView(data.buffer, data.byteOffset).getFloat64(0);
}

export class StateMachine {
  #image: StateImage;
  /** Those of the image, and what was applied since. */
  #commands: number[];

  constructor(image: StateImage) {
    this.#image = image;
    this.#commands = [...image.commands];
  }

  get applied(): LogIndex {
    return this.#image.applied;
  }

  get hash(): number {
    return this.#image.hash;
  }

  apply(entry: Entry): void {
    const { applied, hash, commands, configuration } = this.#image;
    assert(entry.index === applied + 1, 'entries are applied in order, each once');
    this.#image = {
      applied: entry.index,
      hash: mix(hash, digestOf(entry)),
      commands,
      last: entry,
      configuration: configurationIn(entry) ?? configuration,
    };
    if (entry.payload.kind === 'command') this.#commands.push(decodeCommand(entry.payload.data));
  }

  /** From now on it is `image`. */
  reset(image: StateImage): void {
    this.#image = image;
    this.#commands = [...image.commands];
  }

  image(): StateImage {
    return { ...this.#image, commands: [...this.#commands] };
  }
}

/** The configuration that `entry` makes, if it does. */
export function configurationIn({ index, payload }: Entry): Configuration | undefined {
  switch (payload.kind) {
    case 'genesis':
      return firstConfiguration(payload.genesis);
    case 'configuration':
      return { ...payload.membership, index };
    default:
      return undefined;
  }
}
