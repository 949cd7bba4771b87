// The life of one replica as a function: stories, and properties over whatever may happen.

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newReplica, processOf, step, type ReplicaEffect, type ReplicaInput } from '../../agent/replica.ts';
import type { ProcessIdentity, Replica } from '../../src/protocol/agent-directory.ts';
import { assigned, script } from './rig.ts';

const timing = { aliveMs: 1_000, stableMs: 60_000 };
const process1: ProcessIdentity = { pid: 11, startTime: '1', bootId: 'b' };
const startedAt = '2026-01-01T00:00:00.000Z';
const launched: ReplicaInput = { kind: 'launched', process: process1, startedAt };
const crash: ReplicaInput = {
  kind: 'exited',
  process: process1,
  exit: { code: 1, signal: undefined, lastLines: 'oops' },
};
const stopInput: ReplicaInput = { kind: 'want', wanted: 'stopped' };
const runInput: ReplicaInput = { kind: 'want', wanted: 'running' };

function play(
  inputs: readonly ReplicaInput[],
  restart: 'always' | 'on-failure' | 'never' = 'always',
): { replica: Replica; effects: readonly ReplicaEffect[] } {
  let replica = newReplica(
    assigned('a', script('', { restart, stop: { signal: 'SIGINT', graceSeconds: 7 } })),
  );
  let effects: readonly ReplicaEffect[] = [];
  for (const input of inputs) ({ replica, effects } = step(replica, input, timing));
  return { replica, effects };
}

describe('stories', () => {
  test('it is launched, alive for a second, and runs; a stable minute later its failures are forgotten', () => {
    expect(play([runInput]).effects).toEqual([{ kind: 'launch' }]);
    expect(play([runInput, launched]).effects).toEqual([{ kind: 'wakeAfter', delayMs: 1_000 }]);
    const running = play([runInput, launched, crash, { kind: 'wake' }, launched, { kind: 'wake' }]);
    expect(running.replica).toMatchObject({ phase: { kind: 'running' }, failures: 1, restarts: 1 });
    expect(running.effects).toEqual([{ kind: 'wakeAfter', delayMs: 59_000 }]);
    const stable = step(running.replica, { kind: 'wake' }, timing);
    expect(stable.replica).toMatchObject({ phase: { kind: 'running' }, failures: 0, restarts: 1 });
  });

  test('one that never failed is left as it is: an idle node writes nothing', () => {
    const { replica } = play([runInput, launched, { kind: 'wake' }]);
    expect(step(replica, { kind: 'wake' }, timing).replica).toBe(replica);
  });

  test('each crash in a row waits longer; after a stable while the first wait is the shortest again', () => {
    const retries: number[] = [];
    let { replica } = play([runInput, launched]);
    const crashOnce = (): void => {
      const crashed = step(replica, crash, timing);
      retries.push(...crashed.effects.flatMap((effect) => (effect.kind === 'retry' ? [effect.attempt] : [])));
      replica = crashed.replica;
      for (const input of [{ kind: 'wake' } as const, launched]) ({ replica } = step(replica, input, timing));
    };
    for (let i = 0; i < 3; i += 1) crashOnce();
    for (let i = 0; i < 2; i += 1) ({ replica } = step(replica, { kind: 'wake' }, timing));
    crashOnce();
    expect(retries).toEqual([0, 1, 2, 0]);
  });

  test('the late word of a stopped process is not the end of the one after it', () => {
    const process2 = { ...process1, startTime: '2' };
    const relaunched: ReplicaInput = { kind: 'launched', process: process2, startedAt };
    const story = [runInput, launched, stopInput, runInput, { kind: 'groupGone' } as const, relaunched];
    expect(play([...story, crash])).toEqual({ ...play(story), effects: [] });
    expect(processOf(play(story).replica.phase)?.process).toEqual(process2);
  });

  test('an agent that dies in the middle of a stop stops on when it is back: the whole grace, and then SIGKILL', () => {
    const { phase } = play([runInput, launched, stopInput]).replica;
    const back: ReplicaInput = { kind: 'restored', process: process1, startedAt, lastLines: '' };
    const restored = play([runInput, launched, stopInput, back]);
    expect(restored.replica.phase).toEqual(phase);
    expect(restored.effects).toEqual([
      { kind: 'signal', process: process1, signal: 'SIGINT' },
      { kind: 'wakeAfter', delayMs: 7_000 },
    ]);
    const gone = play([runInput, launched, stopInput, back, { kind: 'groupGone' }]).replica;
    expect(gone.phase).toMatchObject({ kind: 'ended', end: { reason: 'STOPPED' } });
  });

  test('a crash takes what is left of its group along, before the next start', () => {
    expect(play([runInput, launched, crash]).effects[0]).toEqual({
      kind: 'signal',
      process: process1,
      signal: 'SIGKILL',
    });
  });

  test('a stop is a signal, a grace period, and then SIGKILL', () => {
    const stopping = play([runInput, launched, stopInput]);
    expect(stopping.effects).toEqual([
      { kind: 'signal', process: process1, signal: 'SIGINT' },
      { kind: 'wakeAfter', delayMs: 7_000 },
    ]);
    const killed = step(stopping.replica, { kind: 'wake' }, timing);
    expect(killed.effects).toEqual([{ kind: 'signal', process: process1, signal: 'SIGKILL' }]);
    const gone = step(killed.replica, { kind: 'groupGone' }, timing);
    expect(gone.replica.phase).toEqual({ kind: 'ended', end: { state: 'exited', reason: 'STOPPED' } });
  });

  test('a stop that comes while it is launched waits for its process, and stops that', () => {
    expect(play([runInput, stopInput]).effects).toEqual([]);
    expect(play([runInput, stopInput, launched]).replica.phase.kind).toBe('stopping');
  });

  test.each(['always', 'on-failure', 'never'] as const)('an unknown end is a failure (%s)', (restart) => {
    const unknown: ReplicaInput = {
      kind: 'exited',
      process: process1,
      exit: { code: undefined, signal: undefined, lastLines: '' },
    };
    const { phase } = play([runInput, launched, unknown], restart).replica;
    expect(phase).toMatchObject({
      kind: restart === 'never' ? 'ended' : 'waiting',
      end: { state: 'failed', reason: 'EXIT_UNKNOWN' },
    });
  });
});

test('a program that shall run always and ends with 0 again and again is a crash loop; once, or as a job, it is none', () => {
  const done: ReplicaInput = { ...crash, exit: { ...crash.exit, code: 0 } };
  const again = [{ kind: 'wake' } as const, launched, done];
  expect(play([runInput, launched, done]).replica.phase).toMatchObject({
    end: { state: 'exited', reason: 'COMPLETED', exitCode: 0 },
  });
  expect(play([runInput, launched, done, ...again]).replica.phase).toMatchObject({
    kind: 'waiting',
    end: {
      state: 'failed',
      reason: 'CRASH_LOOP',
      exitCode: 0,
      message: 'exited with code 0; it wrote last:\noops',
    },
  });
  expect(play([runInput, launched, done], 'on-failure').replica.phase).toMatchObject({
    kind: 'ended',
    end: { state: 'exited', reason: 'COMPLETED' },
  });
});

test('ends in a row that nobody saw are a crash loop, too', () => {
  const unseen: ReplicaInput = { ...crash, exit: { ...crash.exit, code: undefined } };
  const { phase } = play([runInput, launched, unseen, { kind: 'wake' }, launched, unseen]).replica;
  expect(phase).toMatchObject({ kind: 'waiting', end: { reason: 'CRASH_LOOP' } });
});

describe('whatever happens', () => {
  const exit = fc.record({
    code: fc.constantFrom(undefined, 0, 1, 137),
    signal: fc.constant(undefined),
    lastLines: fc.constant(''),
  });
  const input: fc.Arbitrary<ReplicaInput> = fc.oneof(
    fc.constantFrom(stopInput, runInput, { kind: 'wake' } as const),
    fc.constant({ kind: 'answer' } as never),
    exit.map((exit) => ({ kind: 'exited', process: process1, exit }) as const),
    fc.constant({ kind: 'groupGone' } as const),
  );

  /** A machine that answers as the real one may: a launch once, an exit only of what lives. */
  function simulate(inputs: readonly ReplicaInput[], restart: 'always' | 'on-failure' | 'never'): void {
    let replica = newReplica(assigned('a', script('', { restart })));
    let launching = false;
    let leader = false;
    let group = false;
    for (const drawn of [runInput, ...inputs]) {
      let input = drawn;
      if ((input.kind as string) === 'answer') {
        if (!launching) continue;
        input = launched;
      }
      if (input.kind === 'exited' && !leader) continue;
      if (input.kind === 'groupGone' && (leader || replica.phase.kind !== 'stopping')) continue;
      if (input.kind === 'launched') [launching, leader, group] = [false, true, true];
      if (input.kind === 'exited') leader = false;
      if (input.kind === 'groupGone') group = false;
      const next = step(replica, input, timing);
      for (const effect of next.effects) {
        if (effect.kind === 'signal' && effect.signal === 'SIGKILL') [leader, group] = [false, false];
        if (effect.kind !== 'launch') continue;
        expect({ leader, group, launching }).toEqual({ leader: false, group: false, launching: false });
        expect(next.replica.wanted).toBe('running');
        launching = true;
      }
      expect(next.replica.phase.kind !== 'waiting' || next.replica.wanted === 'running').toBe(true);
      expect(processOf(next.replica.phase) !== undefined || !leader).toBe(true);
      replica = next.replica;
    }
  }

  test('there is at most one process, and none is started that is not wanted', () => {
    fc.assert(
      fc.property(
        fc.array(input, { maxLength: 40 }),
        fc.constantFrom('always' as const, 'on-failure' as const, 'never' as const),
        simulate,
      ),
      { numRuns: 500 },
    );
  });
});
