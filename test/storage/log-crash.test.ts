// Power cuts at every operation of the disk: what was acknowledged is there, and at most the one operation in flight.

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { asIndex, asTerm, type HardState, type PersistOperation } from '../../raft/types.ts';
import { assert } from '../../src/lib/assert.ts';
import { Prng } from '../../src/lib/prng.ts';
import type { LogStore } from '../../src/peer/ports.ts';
import { commands, persistOf, snapshotAt, someStore } from './log-fixtures.ts';
import {
  allows,
  applied,
  type Content,
  contentOf,
  drawCut,
  drawOperation,
  emptyModel,
  type Model,
  openOn,
} from './log-model.ts';
import { type Fate, SimDisk } from './sim-disk.ts';

const fates: readonly Fate[] = ['kept', 'lost', 'reordered', 'torn'];

/** One peer's disk, what it acknowledged, and what it was asked beyond that. */
class Run {
  readonly disk: SimDisk;
  readonly #prng: Prng;
  acknowledged: Model = emptyModel;
  #inFlight: readonly Model[] = [];
  #log: LogStore | undefined;
  #incarnation = 0;

  constructor(seed: number) {
    this.disk = new SimDisk(seed);
    this.#prng = new Prng(seed);
  }

  /** Starts, and checks what is there against what may be there. Rejects if the disk fails meanwhile. */
  async open(): Promise<void> {
    this.#log = await openOn(this.disk, 1);
    const { incarnation } = this.#log.identity;
    assert(incarnation > this.#incarnation, 'no incarnation is told twice');
    this.#incarnation = incarnation;
    assert(!this.#log.restored.impaired, 'a power cut is no damage');
    const found = await contentOf(this.#log);
    const model = [this.acknowledged, ...this.#inFlight].find((candidate) => allows(candidate, found));
    assert(model !== undefined, `the log holds what it acknowledged (${this.#tell(found)})`);
    // What a start shows may be acknowledged from now on.
    this.acknowledged = model;
    this.#inFlight = [];
  }

  #tell(found: Content): string {
    const [expected, seen] = [this.acknowledged, found].map(
      ({ hardState, base, entries }) =>
        `term ${hardState.term}, ${entries.length} entries behind ${base.index}`,
    );
    return `acknowledged: ${expected}; found: ${seen}`;
  }

  /** Now and then the log is cut at the same time. */
  draw(): Step {
    const cut = this.#prng.chance(0.2) ? drawCut(this.acknowledged, this.#prng) : undefined;
    const cutMax = cut ?? this.acknowledged.cutMax;
    return { cut, operation: drawOperation({ ...this.acknowledged, cutMax }, this.#prng) };
  }

  async perform({ cut, operation }: Step): Promise<void> {
    const log = this.#log;
    if (log === undefined) throw new Error('not open');
    if (cut !== undefined) this.acknowledged = { ...this.acknowledged, cutMax: cut };
    const after = applied(this.acknowledged, operation);
    // A snapshot may be installed without what follows it.
    const before = applied(this.acknowledged, { ...operation, entries: [] });
    this.#inFlight = operation.install === undefined ? [after] : [after, before];
    const [persisted, compacted] = await Promise.allSettled([
      log.persist(operation),
      cut === undefined ? undefined : log.compact(asIndex(cut)),
    ]);
    if (persisted.status === 'rejected') throw persisted.reason;
    this.acknowledged = after;
    this.#inFlight = [];
    if (compacted.status === 'rejected') throw compacted.reason;
  }
}

interface Step {
  readonly cut?: number | undefined;
  readonly operation: PersistOperation;
}

const vote = (term: number): HardState => ({ term: asTerm(term), vote: someStore });
const append = (from: number, to: number, term = 1, bytes = 700): PersistOperation =>
  persistOf({ entries: commands(from, to, { term, bytes }) });

/** Segments hold four of the larger entries. A restart stands between two lists. */
const script: readonly (readonly Step[])[] = [
  [
    { operation: append(1, 4) },
    { operation: persistOf({ hardState: vote(2), entries: commands(4, 8, { term: 2, bytes: 700 }) }) },
    { operation: append(8, 10, 2, 50) },
    // Reaches back to before its own segment, which is then not where the log can begin.
    { operation: persistOf({ truncateFrom: 4, entries: commands(4, 7, { term: 3, bytes: 50 }) }) },
    { operation: append(7, 10, 3, 50) },
    { operation: persistOf({ hardState: vote(3) }), cut: 8 },
    { operation: append(10, 12, 3), cut: 9 },
    { operation: append(12, 15, 3), cut: 11 },
  ],
  [
    { operation: persistOf({ hardState: vote(4) }), cut: 14 },
    // Behind the last entry, in a later term, with what follows it.
    {
      operation: persistOf({
        hardState: vote(6),
        install: snapshotAt(20, 5),
        entries: commands(21, 23, { term: 6 }),
      }),
    },
    { operation: append(23, 29, 6), cut: 22 },
  ],
  // Before the last entry.
  [{ operation: persistOf({ install: snapshotAt(26, 6) }) }, { operation: append(27, 33, 6), cut: 26 }],
];

/** Ends early when the disk does. */
async function story(run: Run): Promise<void> {
  try {
    for (const steps of script) {
      await run.open();
      for (const step of steps) await run.perform(step);
    }
  } catch (error) {
    if (!run.disk.isCrashed) throw error;
  }
}

async function operationsOf(seed: number): Promise<number> {
  const run = new Run(seed);
  await story(run);
  return run.disk.operations;
}

test.each(fates)(
  'a power cut at any operation, unsynced writes %s, loses nothing acknowledged',
  async (fate) => {
    const operations = await operationsOf(5);
    expect(operations).toBeGreaterThan(100);
    for (let at = 1; at <= operations; at += 1) {
      const run = new Run(5);
      run.disk.crashAfter(at);
      await story(run);
      run.disk.reboot(fate);
      await run.open();
      await run.perform(run.draw());
      run.disk.reboot('lost');
      await run.open();
    }
  },
);

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant({ kind: 'persist' } as const) },
    { weight: 1, arbitrary: fc.constant({ kind: 'restart' } as const) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('cut' as const),
        after: fc.integer({ min: 1, max: 40 }),
        fate: fc.constantFrom(...fates),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'failedSync' } as const) },
  ),
  { maxLength: 40 },
);

test('whatever the order of writes, restarts, failed syncs and power cuts, the log equals its model', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), steps, async (seed, plan) => {
      const run = new Run(seed);
      let fate: Fate = 'lost';
      await run.open();
      for (const step of plan) {
        if (step.kind === 'cut') {
          run.disk.crashAfter(step.after);
          ({ fate } = step);
        }
        if (step.kind === 'failedSync') {
          run.disk.fault = (operation) => (operation === 'datasync' ? new Error('EIO') : undefined);
        }
        let mustRestart = step.kind === 'restart';
        await (mustRestart ? run.open() : run.perform(run.draw())).catch((error: unknown) => {
          if (!run.disk.isCrashed && step.kind !== 'failedSync') throw error;
          mustRestart = true;
        });
        run.disk.fault = () => undefined;
        // The start that follows may meet the next power cut of the plan, so only here is one certain to end.
        if (run.disk.isCrashed) run.disk.reboot(fate);
        if (mustRestart) await reopen(run, fate);
      }
      run.disk.reboot('lost');
      await expect(run.open()).resolves.toBeUndefined();
    }),
    { numRuns: 150 },
  );
});

async function reopen(run: Run, fate: Fate): Promise<void> {
  for (;;) {
    try {
      return await run.open();
    } catch (error) {
      if (!run.disk.isCrashed) throw error;
      run.disk.reboot(fate);
    }
  }
}

test('what a restart shows after a failed sync is still there after a power cut', async () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const run = new Run(seed);
    await run.open();
    await run.perform(run.draw());
    run.disk.fault = (operation) => (operation === 'datasync' ? new Error('EIO') : undefined);
    await expect(run.perform(run.draw())).rejects.toMatchObject({ code: 'DISK_FAILED' });
    run.disk.fault = () => undefined;
    await run.open(); // The cache shows the failed write; the disk does not have it.
    run.disk.reboot('lost');
    await run.open();
  }
});
