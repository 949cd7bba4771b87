// What may be on a disk after a power cut: each part as before the step that was under way, or as after it, and all of them
// such that a peer can go on.

import { isDeepStrictEqual } from 'node:util';
import { after, type DiskModel, flushedIndexOf, lastIndexOf, type LogModel, type Step } from './model.ts';
import type { Found } from './play.ts';

/** A moment at which the power goes. */
export interface Expectation {
  readonly before: DiskModel;
  /** Under way, begun on `before`. */
  readonly step: Step;
  /** The highest that anybody was told. */
  readonly incarnation: number;
  /** Once anybody was told. */
  readonly storeId: string | undefined;
}

/**
 * What is wrong with `found`, or the disk that it is. A transfer's progress is judged by whoever goes on with it.
 */
export function judge(found: Found, expectation: Expectation): DiskModel | string {
  const { before, step } = expectation;
  const later = after(before, step);
  if (found.incarnation <= expectation.incarnation) return `incarnation ${found.incarnation} was told before`;
  if (expectation.storeId !== undefined && found.storeId !== expectation.storeId)
    return 'it is another store';
  if (found.impaired) return 'the log takes itself for damaged';
  if (found.discarded) return 'the state takes itself for damaged';
  // A compaction that ends beside an append may be there without it.
  const cutMax = step.kind === 'together' ? later.log.cutMax : before.log.cutMax;
  const logs: LogModel[] = [{ ...before.log, cutMax }, later.log];
  // The log begins anew in one piece, and what stands behind the snapshot follows in another. A start that finds the state
  // switched begins the log anew by itself, with the hard state that it has.
  if (step.kind === 'install') {
    const { term } = later.log.start;
    const hardState = before.log.hardState.term < term ? { term, vote: undefined } : before.log.hardState;
    logs.push({ ...later.log, entries: [] }, { ...later.log, entries: [], hardState });
  }
  const log = logs.find((model) => isLog(found, model));
  if (log === undefined)
    return `the log is ${tellLog(found)}; expected ${tell(before.log)} or ${tell(later.log)}`;
  const state = [before.state, later.state].find(
    ({ snapshot, rows }) => isSameText(found.snapshot, snapshot) && isDeepStrictEqual(found.rows, rows),
  );
  if (state === undefined) {
    const expected = `${flushedIndexOf(before.state)} or ${flushedIndexOf(later.state)}`;
    return `the state is at ${flushedIndexOf(found)}; expected its rows at ${expected}`;
  }
  if (![before.clusterId, later.clusterId].includes(found.clusterId))
    return `it is of cluster ${found.clusterId}`;
  if (found.base.index > flushedIndexOf(state)) {
    return `the log begins behind ${found.base.index}, the state is at ${flushedIndexOf(state)} (R9)`;
  }
  if (flushedIndexOf(state) > lastIndexOf(log)) return 'the state holds more than the log (R7)';
  const hasBegun = lastIndexOf(log) > 0;
  if (found.hasGenesis !== hasBegun) return 'genesis is lost';
  const isInstalled = step.kind === 'install' && state === later.state;
  if (step.kind === 'install' && isInstalled !== (log !== logs[0])) return 'an install is half done (R10)';
  const { committed } = log === logs[0] ? before : later;
  return { clusterId: found.clusterId, log, state, staged: undefined, committed };
}

function isLog({ hardState, base, entries }: Found, model: LogModel): boolean {
  const cut = base.index - model.start.index;
  if (cut < 0 || base.index > Math.max(model.cutMax, model.start.index) || cut > model.entries.length)
    return false;
  const begins = cut === 0 ? model.start : model.entries[cut - 1];
  return (
    base.term === begins?.term &&
    base.time === begins.time &&
    isDeepStrictEqual(hardState, model.hardState) &&
    isDeepStrictEqual(entries, model.entries.slice(cut))
  );
}

/** A field that is undefined does not survive as text, and means the same when it is absent. */
const isSameText = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const tell = ({ hardState, start, entries, cutMax }: LogModel): string =>
  `term ${hardState.term}, ${start.index} to ${start.index + entries.length}, cut up to ${cutMax}`;
const tellLog = ({ hardState, base, entries }: Found): string =>
  `term ${hardState.term}, ${base.index} to ${base.index + entries.length}`;
