// The progress of one follower: what it may be sent, whatever answers come in whatever order.

import { equal, ok } from 'node:assert/strict';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  needsSnapshot,
  onAccepted,
  onRejected,
  onRoundAnswered,
  onSnapshotSent,
  onTime,
  probeFrom,
  type Progress,
} from '../../raft/progress.ts';
import { asIndex } from '../../raft/types.ts';

const window = { messagesMax: 3, bytesMax: 100 };
const patienceMs = 500;

const progressStep = fc.oneof(
  fc.record({ kind: fc.constant('send' as const) }),
  fc.record({ kind: fc.constant('accept' as const), upTo: fc.nat(12) }),
  fc.record({ kind: fc.constant('reject' as const), at: fc.nat(12), agreeMax: fc.nat(12) }),
  fc.record({ kind: fc.constant('round' as const) }),
  fc.record({ kind: fc.constant('time' as const), elapsedMs: fc.nat(600), heard: fc.boolean() }),
  fc.record({ kind: fc.constant('compact' as const), upTo: fc.nat(4) }),
  fc.record({ kind: fc.constant('sent' as const), index: fc.option(fc.nat(14), { nil: undefined }) }),
);
type ProgressStep = typeof progressStep extends fc.Arbitrary<infer Step> ? Step : never;

/** A progress, and beside it the plain list of what is under way. */
class Twins {
  steps = 0;
  progress: Progress = probeFrom({ match: asIndex(0), next: asIndex(6) });
  #underWay: number[] = [];
  #round = 1;
  #now = 0;
  /** The log begins behind it. */
  #base = 0;
  /** When the last snapshot failed. */
  #failedMs = 0;
  #heardMs: number | undefined;

  step(step: ProgressStep): void {
    this.steps += 1;
    switch (step.kind) {
      case 'send':
        return this.#send();
      case 'accept':
        return this.#accept(step.upTo);
      case 'reject':
        return this.#reject(step);
      case 'round':
        return this.#answerRound();
      case 'time':
        return this.#pass(step);
      case 'compact':
        return this.#compact(step.upTo);
      case 'sent':
        return this.#endSnapshot(step.index);
    }
  }

  check(): void {
    const { progress } = this;
    ok(progress.match < progress.next, 'next stays above match');
    if (progress.kind !== 'replicate') return;
    equal(progress.inflight.isEmpty, this.#underWay.length === 0);
    equal(progress.inflight.hasRoom, this.#underWay.length < 3 && this.#underWay.length * 40 < 100);
  }

  #send(): void {
    const { progress } = this;
    if (progress.kind === 'probe') {
      progress.due = 'nothing';
      progress.sentInRound = this.#round;
    } else if (progress.kind === 'snapshot') {
      if (progress.state === 'due') progress.state = 'sending';
    } else if (progress.inflight.hasRoom) {
      this.#underWay.push(progress.next);
      progress.inflight.add({ lastIndex: progress.next, bytes: 40 });
      progress.next = asIndex(progress.next + 1);
    }
  }

  #accept(upTo: number): void {
    const before = this.progress.match;
    const { kind, next } = this.progress;
    this.progress = onAccepted(this.progress, { match: asIndex(upTo), now: this.#now, window });
    equal(this.progress.match, Math.max(before, upTo), 'match never falls');
    const isShort = kind === 'snapshot' && upTo < next - 1;
    equal(this.progress.kind, upTo < before || isShort ? kind : 'replicate');
    this.#underWay = this.#underWay.filter((index) => index > this.progress.match);
  }

  #reject({ at, agreeMax }: { readonly at: number; readonly agreeMax: number }): void {
    const { match, next, kind } = this.progress;
    const isStale = kind === 'snapshot' || at <= match || (kind === 'probe' && at !== next - 1);
    this.progress = onRejected(this.progress, { rejected: asIndex(at), agreeMax: asIndex(agreeMax) });
    equal(this.progress.match, match);
    if (isStale) {
      equal(this.progress.next, next);
      return;
    }
    this.#underWay = [];
    equal(this.progress.next, Math.max(match + 1, Math.min(at, agreeMax + 1)));
    ok(
      this.progress.kind === 'probe' && this.progress.due === 'entries',
      'a new place is probed with entries',
    );
  }

  #answerRound(): void {
    const { progress } = this;
    const waits =
      progress.kind === 'probe' && progress.due === 'nothing' && progress.sentInRound < this.#round;
    onRoundAnswered(progress, this.#round);
    ok(
      !waits || (progress.kind === 'probe' && progress.due === 'bare'),
      'a later round permits the next probe',
    );
    this.#round += 1;
  }

  #pass({ elapsedMs, heard }: { readonly elapsedMs: number; readonly heard: boolean }): void {
    const { progress } = this;
    this.#now += elapsedMs;
    if (heard) this.#heardMs = this.#now;
    const isUnderWay = progress.kind === 'replicate' && this.#underWay.length > 0;
    const isStuck = isUnderWay && this.#now - progress.movedMs >= patienceMs;
    const waited = progress.kind === 'snapshot' && progress.state === 'waiting';
    this.progress = onTime(progress, { now: this.#now, patienceMs, lastHeardMs: this.#heardMs });
    equal(this.progress.kind, isStuck ? 'probe' : progress.kind);
    if (isStuck) this.#underWay = [];
    if (!waited || this.progress.kind !== 'snapshot') return;
    const isDue = this.#now - this.#failedMs >= patienceMs && (this.#heardMs ?? -1) > this.#failedMs;
    equal(this.progress.state, isDue ? 'due' : 'waiting', 'a snapshot is tried again with whoever is there');
  }

  /** The log is cut: whoever needs what is gone needs a snapshot. */
  #compact(upTo: number): void {
    this.#base += upTo;
    if (this.progress.kind === 'snapshot' || this.progress.next > this.#base) return;
    const { match } = this.progress;
    this.progress = needsSnapshot(this.progress, asIndex(this.#base));
    this.#underWay = [];
    equal(this.progress.match, match);
    equal(this.progress.next, this.#base + 1, 'what follows the snapshot is there');
    equal(this.progress.state, 'due');
  }

  #endSnapshot(index: number | undefined): void {
    const { progress } = this;
    const lastIndex = Math.max(12, this.#base);
    const sent = { index: index === undefined ? undefined : asIndex(index), lastIndex: asIndex(lastIndex) };
    this.progress = onSnapshotSent(progress, { ...sent, now: this.#now });
    equal(this.progress.match, progress.match, 'only the follower itself says what it holds');
    if (progress.kind !== 'snapshot') {
      equal(this.progress, progress, 'it had acknowledged enough before');
    } else if (index === undefined) {
      this.#failedMs = this.#now;
      ok(this.progress.kind === 'snapshot' && this.progress.state === 'waiting');
    } else {
      equal(this.progress.kind, 'probe');
      equal(this.progress.next, Math.max(Math.min(index, lastIndex), progress.match) + 1);
    }
  }
}

test('match never falls, next stays above it, a probe is alone, and the window holds', () => {
  fc.assert(
    fc.property(fc.array(progressStep, { maxLength: 80, size: 'max' }), (steps) => {
      const twins = new Twins();
      for (const step of steps) {
        twins.step(step);
        twins.check();
      }
      expect(twins.steps).toBe(steps.length);
    }),
    { numRuns: 500 },
  );
});
