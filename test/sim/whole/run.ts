// One seed, one run of whole peers: faults for a while, then none; and then the cluster must elect, serve, agree, and still
// have every acknowledged write.

import { setImmediate } from 'node:timers/promises';
import { present } from '../../../src/lib/assert.ts';
import { messageOf } from '../../../src/lib/errors.ts';
import { Prng } from '../../../src/lib/prng.ts';
import { drawFaults, drawFrom } from '../faults.ts';
import { Violation } from '../observation.ts';
import { Trace } from '../trace.ts';
import { seenBy } from './client.ts';
import { WholeCluster } from './cluster.ts';
import { soundWholeParts, type WholeParts } from './machine.ts';
import type { Situations } from './situations.ts';
import { encodeRow } from '../../../src/state/row-codec.ts';
import type { Row } from '../../../src/state/row.ts';
import type { View } from '../../../src/state/view.ts';
import { isSettled } from './workload.ts';
import { WholeNemesis } from './nemesis.ts';

/** How long faults last, in virtual milliseconds. */
const safetyMs = { from: 4_000, to: 12_000 };
/** Between two attempts in the healed cluster, in virtual milliseconds. */
const retryMs = 200;
/** After it an attempt that was not answered is made again, in virtual milliseconds. */
const patienceMs = 4_000;
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
  const plan = drawFaults(new Prng(prng.next()));
  const trace = new Trace(options.print);
  options.print?.(`plan ${JSON.stringify(plan)}`);
  const syncErrorChance = prng.chance(0.3) ? prng.fraction() * 0.03 : 0;
  const parts = options.parts ?? soundWholeParts;
  const cluster = new WholeCluster({ prng, plan, trace, parts, syncErrorChance });
  let failure: string | undefined;
  try {
    for (const peer of cluster.peers) peer.start();
    const nemesis = new WholeNemesis({ cluster, plan, prng: new Prng(prng.next()) });
    nemesis.start();
    await runUntil(cluster, drawFrom(prng, safetyMs), () => false);
    cluster.heal();
    nemesis.stop();
    await converge(cluster, livenessMs(plan.raft.electionMaxMs));
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
    if (!cluster.step()) break;
    await setImmediate();
    if (cluster.broken !== undefined) throw cluster.broken;
  }
  return isDone();
}

async function converge(cluster: WholeCluster, ms: number): Promise<void> {
  const need = async (what: string, isDone: () => boolean): Promise<void> => {
    if (!(await runUntil(cluster, ms, isDone))) {
      const states = cluster.peers.map(({ name, peer }) => `${name} ${JSON.stringify(peer?.cluster())}`);
      throw new Violation(`liveness: ${what} (${states.join('; ')})`);
    }
  };
  const { peers } = cluster;
  await need('the healed cluster has a leader that may control', () =>
    peers.some(({ peer }) => peer?.controlTerm() !== undefined),
  );
  cluster.situations.add('clusters founded');
  for (const kind of ['scale', 'write', 'read'] as const) {
    const served = new Set<string>();
    for (const peer of peers) askUntilServed(cluster, peer, kind, () => served.add(peer.name));
    await need(`every peer serves a ${kind}`, () => served.size === peers.length);
  }
  await need('every replica that is asked for runs, and no other', () =>
    peers.every(({ peer }) => peer !== undefined && isSettled(peer.view, cluster.agents)),
  );
  await need('all states agree', () => statesAgree(cluster));
}

/** Asks again and again: what a first try meets may be on its way out, and never answer. */
function askUntilServed(
  cluster: WholeCluster,
  target: WholeCluster['peers'][number],
  kind: 'scale' | 'write' | 'read',
  onServed: () => void,
): void {
  const client = present(cluster.clients[0], 'a cluster has clients');
  let isOver = false;
  const again = (): void => {
    if (isOver) return;
    isOver = true;
    cluster.time.after(retryMs, () => askUntilServed(cluster, target, kind, onServed));
  };
  if (target.peer === undefined) return again();
  cluster.time.after(patienceMs, again);
  target.enter(() => {
    const asked = kind === 'scale' ? client.scale(target, 5) : client[kind](target);
    asked.then(
      (served) => {
        if (!served) return again();
        isOver = true;
        onServed();
      },
      (error: unknown) => {
        cluster.broken ??= error;
      },
    );
  });
}

const rowsOf = (view: View): Row[] => [
  ...view.settings.values(),
  ...view.services.values(),
  ...view.nodes.values(),
  ...view.assignments.values(),
];

function statesAgree({ peers, registers }: WholeCluster): boolean {
  const views = peers.map(({ peer }) => peer?.view);
  const [first] = views;
  if (first === undefined || !views.every((view) => view?.appliedIndex === first.appliedIndex)) return false;
  const texts = new Set(views.map((view) => (view === undefined ? '' : rowsOf(view).map(encodeRow).join())));
  if (texts.size !== 1) throw new Violation(`states: they differ at ${first.appliedIndex}`);
  for (const { peer } of peers) {
    for (const { metadata } of first.settings.values()) {
      registers.served(registers.beginRead(metadata.name), seenBy(present(peer, 'it is up'), metadata.name));
    }
  }
  return true;
}
