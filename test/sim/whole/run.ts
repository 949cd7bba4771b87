// One seed, one run of whole peers: faults for a while, then none, and then the cluster must get well.

import './bounds.ts';
import { setImmediate } from 'node:timers/promises';
import { unreachable } from '../../../src/lib/assert.ts';
import { messageOf } from '../../../src/lib/errors.ts';
import { Prng } from '../../../src/lib/prng.ts';
import { drawFrom } from '../faults.ts';
import { Violation } from '../observation.ts';
import { Trace } from '../trace.ts';
import { WholeCluster } from './cluster.ts';
import { CutShort } from './courses/cut-short.ts';
import { HeldFlush } from './courses/held-flush.ts';
import { LeftBehind } from './courses/left-behind.ts';
import { LostDisk } from './courses/lost-disk.ts';
import { Overtaking } from './courses/overtaking.ts';
import { converge } from './converge.ts';
import { DiskNemesis } from './disk-nemesis.ts';
import { soundWholeParts, type WholeParts } from './machine.ts';
import { WholeNemesis } from './nemesis.ts';
import { Operator } from './operator.ts';
import { type CourseName, drawWholePlan } from './plan.ts';
import type { Situations } from './situations.ts';
import type { Course } from './stage.ts';
import { Survivors } from './survivors.ts';

/** How long faults last, in virtual milliseconds. */
const safetyMs = { from: 4_000, to: 12_000 };
/** A course needs no longer. */
const courseMs = { from: 4_000, to: 4_500 };
/** What a healed cluster has to get well: stalls and hanging syncs, lost links, then elections. */
const livenessMs = (electionMaxMs: number): number => 20_000 + 20 * electionMaxMs;

export interface WholeResult {
  readonly seed: number;
  readonly failure: string | undefined;
  /** Messages delivered between peers. */
  readonly messages: number;
  readonly traceHash: string;
  readonly situations: Situations;
}

export async function runWhole(
  seed: number,
  options: { readonly parts?: WholeParts; readonly print?: (line: string) => void } = {},
): Promise<WholeResult> {
  const prng = new Prng(seed);
  const plan = drawWholePlan(new Prng(prng.next()));
  const trace = new Trace(options.print);
  options.print?.(`plan ${JSON.stringify(plan)}`);
  const cluster = new WholeCluster({ prng, plan, trace, parts: options.parts ?? soundWholeParts });
  const nemesis = new WholeNemesis({ cluster, plan, prng: new Prng(prng.next()) });
  const survivors = new Survivors(cluster);
  const operator = new Operator({ cluster, survivors, plan, prng: new Prng(prng.next()) });
  const diskNemesis = new DiskNemesis({ cluster, survivors, plan, prng: new Prng(prng.next()) });
  const course = courseOf(plan.course, { cluster, operator, prng: new Prng(prng.next()) });
  let failure: string | undefined;
  try {
    for (const founder of cluster.founders) founder.start();
    nemesis.start();
    operator.start();
    diskNemesis.start();
    course?.start();
    await runUntil(cluster, drawFrom(prng, plan.course === undefined ? safetyMs : courseMs), () => false);
    course?.stop();
    cluster.heal();
    nemesis.stop();
    diskNemesis.stop();
    operator.stop();
    const withinMs = livenessMs(plan.raft.electionMaxMs);
    await converge(cluster, operator, (isDone) => runUntil(cluster, withinMs, isDone));
  } catch (error) {
    const detail = error instanceof Violation ? error.message : ((error as Error).stack ?? messageOf(error));
    failure = `at ${cluster.time.now.toFixed(3)} ms: ${detail}`;
  }
  return { seed, failure, messages: cluster.messages, traceHash: trace.hash, situations: cluster.situations };
}

function courseOf(
  name: CourseName | undefined,
  parts: { cluster: WholeCluster; operator: Operator; prng: Prng },
): Course | undefined {
  switch (name) {
    case undefined:
      return undefined;
    case 'cutShort':
      return new CutShort(parts);
    case 'lostDisk':
      return new LostDisk(parts);
    case 'overtaking':
      return new Overtaking(parts);
    case 'leftBehind':
      return new LeftBehind(parts);
    case 'heldFlush':
      return new HeldFlush(parts);
    default:
      return unreachable(name);
  }
}

/** Runs event by event for `ms`, or until `isDone`: after each event all promises that can go on have gone on. */
async function runUntil(cluster: WholeCluster, ms: number, isDone: () => boolean): Promise<boolean> {
  const end = cluster.time.now + ms;
  while (cluster.time.now < end && !isDone()) {
    if (!cluster.time.step()) break;
    await setImmediate();
    cluster.judge.look(cluster.peers);
    if (cluster.broken !== undefined) throw cluster.broken;
  }
  return isDone();
}
