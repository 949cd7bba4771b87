// A twin of the log made of plain arrays, and the steps that both take: every cursor can be seen to be what it should be.

import { deepEqual, equal, ok } from 'node:assert/strict';
import * as fc from 'fast-check';
import { Configurations, firstConfiguration } from '../../raft/configurations.ts';
import { entryBytes } from '../../raft/entry-cache.ts';
import { Log, type Unwritten } from '../../raft/log.ts';
import { Quorum } from '../../raft/quorum.ts';
import { asIndex, asTerm, type Entry, type Snapshot } from '../../raft/types.ts';
import { termRunsOf } from './disk.ts';
import { command, genesisOf } from './node.ts';

export function noChanges(): Configurations {
  const first = firstConfiguration(genesisOf(['a']));
  return new Configurations({ first, later: [], quorum: new Quorum(first) });
}

const everything = Number.POSITIVE_INFINITY;

export const logStep = fc.oneof(
  fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constant('merge' as const), back: fc.nat(6), count: fc.nat(5), known: fc.nat(8) }),
  fc.record({ kind: fc.constant('write' as const) }),
  fc.record({ kind: fc.constant('written' as const) }),
  fc.record({ kind: fc.constant('commit' as const), ahead: fc.nat(4) }),
  fc.record({ kind: fc.constant('hand' as const), max: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ kind: fc.constant('apply' as const) }),
  fc.record({ kind: fc.constant('compact' as const), upTo: fc.nat(6) }),
  fc.record({ kind: fc.constant('install' as const), ahead: fc.nat(6) }),
  fc.record({ kind: fc.constant('restart' as const), tail: fc.nat(4), lost: fc.nat(4) }),
);
type LogStep = typeof logStep extends fc.Arbitrary<infer Step> ? Step : never;

interface Start {
  readonly length: number;
  readonly applied: number;
  readonly tail: number;
  readonly cacheBytesMax: number;
}

/** Position i holds the entry of index i + 1; undefined is what was cut off, all but the base's term of it. */
interface Image {
  readonly base: number;
  readonly baseTerm: number;
  readonly entries: readonly (Entry | undefined)[];
}

/** A log, and beside it in arrays: what it should hold, what is on disk, and what is on its way there. */
export class Twins {
  steps = 0;
  log: Log;
  readonly #cacheBytesMax: number;
  #image: Image;
  #disk: Image;
  #writing: Unwritten | undefined;
  #term = 1;
  #commit: number;
  #handed: number;
  #applied: number;
  /** The commit index at which the last snapshot took the log's place. */
  #replacedCommit = 0;

  constructor({ length, applied, tail, cacheBytesMax }: Start) {
    const entries = Array.from({ length }, (_, i) => command(i + 1, 1));
    this.#image = this.#disk = { base: 0, baseTerm: 0, entries };
    this.#cacheBytesMax = cacheBytesMax;
    this.#commit = this.#handed = this.#applied = Math.min(applied, length);
    this.log = this.#open(tail);
  }

  step(step: LogStep): void {
    this.steps += 1;
    switch (step.kind) {
      case 'append':
        return this.#append(step.count);
      case 'merge':
        return this.#merge(step);
      case 'write':
        if (this.#writing === undefined && this.log.hasUnwritten) this.#writing = this.log.takeUnwritten();
        return;
      case 'written':
        return this.#written();
      case 'commit':
        this.#commit = Math.min(this.#image.entries.length, this.#commit + step.ahead);
        return this.log.advanceCommit(asIndex(this.#commit));
      case 'hand':
        return this.#hand(step.max);
      case 'apply':
        this.log.advanceApplied(asIndex(this.#handed));
        if (!this.#isInstalling) this.#applied = this.#handed;
        return;
      case 'compact':
        return this.#compact(step.upTo);
      case 'install':
        return this.#install(step.ahead);
      case 'restart':
        return this.#restart(step);
    }
  }

  /** Everything that can be seen of the log is what the arrays say. */
  check(): void {
    const { log } = this;
    const { base, baseTerm, entries } = this.#image;
    equal(log.base, base);
    equal(log.lastIndex, entries.length);
    for (let index = 0; index <= entries.length; index += 1)
      equal(log.termAt(asIndex(index)), this.#termAt(index));
    equal(log.lastTerm, entries.at(-1)?.term ?? baseTerm);
    for (const term of [this.#term - 2, this.#term])
      this.#checkAgreement(this.steps % (entries.length + 1), term);
    this.#checkDurable();
    ok(log.firstCached > base, 'what was cut off left memory');
    const inMemory = entries.slice(log.firstCached - 1);
    deepEqual(log.slice({ from: log.firstCached, to: log.lastIndex, bytesMax: everything }), inMemory);
    equal(log.unapplied, entries.length - this.#applied);
    const unapplied = inMemory.filter((entry) => entry !== undefined && entry.index > this.#applied);
    equal(
      log.unappliedBytes,
      unapplied.reduce((sum, entry) => sum + (entry === undefined ? 0 : entryBytes(entry)), 0),
    );
  }

  /** The highest index with at most `term`, where those that were cut off count as if they had it. */
  #checkAgreement(index: number, term: number): void {
    const { base } = this.#image;
    let agreed = index;
    while (agreed >= Math.max(base, 1) && (this.#termAt(agreed) ?? 0) > term) agreed -= 1;
    const bound = { index: asIndex(index), term: asTerm(Math.max(0, term)) };
    equal(this.log.highestWithTermAtMost(bound), agreed);
  }

  #checkDurable(): void {
    const { log } = this;
    const { entries } = this.#image;
    ok(log.durable >= this.#applied, 'what is applied stays durable');
    if (this.#isInstalling) {
      ok(log.durable <= this.#replacedCommit, 'L7: no more than was committed before');
      return;
    }
    const differs = entries.findIndex((entry, i) => i >= log.base && this.#disk.entries[i] !== entry);
    ok(log.durable <= (differs < 0 ? entries.length : differs), 'durable is what the disk holds, or less');
    const isSettled = this.#writing === undefined && !log.hasUnwritten;
    ok(!isSettled || log.durable === entries.length, 'all is durable once nothing is on its way');
  }

  /** A snapshot has taken the log's place, but not yet on the disk. */
  get #isInstalling(): boolean {
    return this.#image.base > this.#applied;
  }

  #termAt(index: number): number | undefined {
    const { base, baseTerm, entries } = this.#image;
    if (index === base) return baseTerm;
    if (index === 0 && base === 1) return 0; // the log still begins with the first run
    return index < base ? undefined : entries[index - 1]?.term;
  }

  #open(tail: number): Log {
    const { base, baseTerm, entries } = this.#image;
    const held = entries.filter((entry) => entry !== undefined);
    const runs = termRunsOf(held).filter(({ term }, i) => i > 0 || term !== baseTerm);
    return new Log({
      configurations: noChanges(),
      base: { index: asIndex(base), time: base },
      lastIndex: asIndex(entries.length),
      termRuns: base === 0 ? runs : [{ from: asIndex(base), term: asTerm(baseTerm) }, ...runs],
      tail: held.slice(-Math.max(1, tail)),
      applied: asIndex(this.#applied),
      cacheBytesMax: this.#cacheBytesMax,
    });
  }

  #append(count: number): void {
    const from = this.#image.entries.length + 1;
    this.#term = Math.max(this.#term, this.#image.baseTerm);
    const added = Array.from({ length: count }, (_, i) => command(from + i, this.#term));
    this.#image = { ...this.#image, entries: [...this.#image.entries, ...added] };
    for (const entry of added) this.log.append(entry);
  }

  /** From somewhere above the commit index: some entries that are known, then some of a new term. */
  #merge(step: { readonly back: number; readonly count: number; readonly known: number }): void {
    const { entries } = this.#image;
    const first = Math.max(2, this.#commit + 1, entries.length + 1 - step.back);
    const known = entries.slice(first - 1, first - 1 + Math.min(step.count, step.known));
    const freshCount = step.count - known.length;
    if (freshCount > 0) this.#term += 1;
    const freshFrom = first + known.length;
    const fresh = Array.from({ length: freshCount }, (_, i) => command(freshFrom + i, this.#term));
    if (freshCount > 0)
      this.#image = { ...this.#image, entries: [...entries.slice(0, freshFrom - 1), ...fresh] };
    this.log.merge([...known, ...fresh].filter((entry) => entry !== undefined));
  }

  #written(): void {
    if (this.#writing === undefined) return;
    const { install, truncateFrom, entries } = this.#writing;
    if (install !== undefined) this.#disk = emptyBehind(install);
    const kept = this.#disk.entries.slice(0, (truncateFrom ?? everything) - 1);
    entries.forEach((entry, i) => equal(entry.index, kept.length + 1 + i, 'writes leave no gap'));
    this.#disk = { ...this.#disk, entries: [...kept, ...entries] };
    this.#writing = undefined;
    this.log.onWritten();
    if (install !== undefined) this.#applied = this.#handed = install.index;
  }

  #hand(max: number): void {
    const range = this.log.applicable(max);
    const to = Math.min(this.#commit, this.log.durable, this.#applied + max);
    const isDue = to > this.#handed && !this.#isInstalling;
    deepEqual(range, isDue ? { from: this.#handed + 1, to } : undefined);
    if (range === undefined) return;
    const wanted = this.#image.entries.slice(range.from - 1, range.to).filter((entry) => entry !== undefined);
    deepEqual(this.log.slice({ ...range, bytesMax: everything }) ?? wanted, wanted);
    this.log.hand(wanted);
    this.#handed = range.to;
  }

  #compact(upTo: number): void {
    const base = Math.min(this.log.durable, this.#applied, this.#image.base + upTo);
    this.log.compact(asIndex(base));
    if (base <= this.#image.base) return;
    this.#image = cut(this.#image, base, this.#termAt(base));
    this.#disk = cut(this.#disk, base, this.#image.baseTerm);
  }

  #install(ahead: number): void {
    if (this.#isInstalling) return;
    this.#term += 1;
    const [index, term] = [asIndex(this.#commit + 1 + ahead), asTerm(this.#term)];
    const configuration = firstConfiguration(genesisOf(['a']));
    const snapshot = { index, term, time: index, configuration, hash: '' };
    this.log.install(snapshot);
    this.#image = emptyBehind(snapshot);
    this.#replacedCommit = this.#commit;
    this.#commit = index;
  }

  /** `lost`: applied and not in the flushed state. */
  #restart({ tail, lost }: { readonly tail: number; readonly lost: number }): void {
    this.#image = this.#disk;
    this.#writing = undefined;
    this.#applied = Math.max(this.#disk.base, Math.min(this.#applied, this.#disk.entries.length) - lost);
    this.#commit = this.#handed = this.#applied;
    this.log = this.#open(tail);
  }
}

function emptyBehind({ index, term }: Pick<Snapshot, 'index' | 'term'>): Image {
  return { base: index, baseTerm: term, entries: Array.from({ length: index }, () => undefined) };
}

function cut({ entries }: Image, base: number, baseTerm = 0): Image {
  return { base, baseTerm, entries: entries.map((entry, i) => (i < base ? undefined : entry)) };
}
