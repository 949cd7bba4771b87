// Power cuts at every operation of the disk: what was acknowledged is there, and at most the one operation in flight.

import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { assert } from '../../src/lib/assert.ts';
import { Prng } from '../../src/lib/prng.ts';
import type { LogStore } from '../../src/peer/ports.ts';
import { applied, contentOf, drawOperation, emptyModel, type Model, openOn } from './log-model.ts';
import { type Fate, SimDisk } from './sim-disk.ts';

const fates: readonly Fate[] = ['kept', 'lost', 'reordered', 'torn'];

/** One peer's disk, what it acknowledged, and what it was asked beyond that. */
class Run {
  readonly disk: SimDisk;
  readonly #prng: Prng;
  acknowledged: Model = emptyModel;
  #inFlight: Model | undefined;
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
    const found = await contentOf(this.#log);
    const isThere = [this.acknowledged, this.#inFlight].some((model) => isDeepStrictEqual(found, model));
    assert(isThere, `the log holds what it acknowledged (${this.#tell(found)})`);
    // What a start shows may be acknowledged from now on.
    this.acknowledged = found;
    this.#inFlight = undefined;
  }

  #tell(found: Model): string {
    const [expected, seen] = [this.acknowledged, found].map(({ hardState, entries }) => {
      return `term ${hardState.term}, ${entries.length} entries`;
    });
    return `acknowledged: ${expected}; found: ${seen}`;
  }

  async persist(): Promise<void> {
    if (this.#log === undefined) throw new Error('not open');
    const operation = drawOperation(this.acknowledged, this.#prng);
    this.#inFlight = applied(this.acknowledged, operation);
    await this.#log.persist(operation);
    this.acknowledged = this.#inFlight;
    this.#inFlight = undefined;
  }
}

/** The same operations each time, with two restarts between them; ends early when the disk does. */
async function story(run: Run): Promise<void> {
  try {
    for (let start = 0; start < 3; start += 1) {
      await run.open();
      for (let i = 0; i < 6; i += 1) await run.persist();
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
      await run.persist();
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
        await (mustRestart ? run.open() : run.persist()).catch((error: unknown) => {
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
    await run.persist();
    run.disk.fault = (operation) => (operation === 'datasync' ? new Error('EIO') : undefined);
    await expect(run.persist()).rejects.toMatchObject({ code: 'DISK_FAILED' });
    run.disk.fault = () => undefined;
    await run.open(); // The cache shows the failed write; the disk does not have it.
    run.disk.reboot('lost');
    await run.open();
  }
});
