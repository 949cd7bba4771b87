// One seed, one run of whole peers: faults for a while, then none, and then the cluster must get well.

import './bounds.ts';
import { setImmediate } from 'node:timers/promises';
import { messageOf } from '../../../src/lib/errors.ts';
import { Prng } from '../../../src/lib/prng.ts';
import { drawFrom } from '../faults.ts';
import { Violation } from '../observation.ts';
import { Trace } from '../trace.ts';
import { WholeCluster } from './cluster.ts';
import { converge } from './converge.ts';
import { DiskNemesis } from './disk-nemesis.ts';
import { soundWholeParts, type WholeParts } from './machine.ts';
import { WholeNemesis } from './nemesis.ts';
import { Operator } from './operator.ts';
import { Overtaking } from './overtaking.ts';
import { drawWholePlan } from './plan.ts';
import type { Situations } from './situations.ts';
import { Survivors } from './survivors.ts';

/** How long faults last, in virtual milliseconds. */
const safetyMs = { from: 4_000, to: 12_000 };
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
  const overtaking = plan.overtakes ? new Overtaking({ cluster, prng: new Prng(prng.next()) }) : undefined;
  let failure: string | undefined;
  try {
    for (const founder of cluster.founders) founder.start();
    nemesis.start();
    operator.start();
    diskNemesis.start();
    overtaking?.start();
    await runUntil(cluster, drawFrom(prng, safetyMs), () => false);
    overtaking?.stop();
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
