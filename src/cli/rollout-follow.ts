// Rollouts, followed to their end: what is said on the way, and how it ends.
// Owns: one look after the other at services and their assignments. Does not own: what a rollout is (protocol/rollout.ts).
//
// F1. It ends when every rollout has ended: complete, or failed, or its service gone. One that failed is told at once, with
//     the last lines that the replica wrote, while the others are followed on.
// F2. Whoever stops watching stops nothing: a rollout goes on without us.

import type { Assignment } from '../protocol/objects.ts';
import { type FailedReplica, type Rollout, rolloutOf } from '../protocol/rollout.ts';
import type { Tone } from './colour.ts';
import { objectName } from './kinds.ts';
import type { LiveLine, LiveLines } from './live-lines.ts';
import { observe, type Objects, type ObjectSource, objectsNow } from './observe.ts';

type FollowEnd = 'complete' | 'failed' | 'stopped';

export interface FollowOutcome {
  /** `stopped`: by the signal. */
  readonly end: FollowEnd;
  /** As last seen; undefined for a service that is gone. */
  readonly rollouts: ReadonlyMap<string, Rollout | undefined>;
}

/** Follows the rollouts of the services `names` until all have ended, or `signal` is aborted. Throws what the client throws. */
export async function followRollouts(
  client: ObjectSource,
  names: readonly string[],
  options: { readonly lines: LiveLines; readonly signal: AbortSignal },
): Promise<FollowOutcome> {
  const { lines, signal } = options;
  const say = (text: string): void => lines.note(text);
  const told = new Set<string>();
  const failed = new Set<string>();
  let rollouts: ReadonlyMap<string, Rollout | undefined> = new Map();
  for await (const objects of observe(client, ['Service', 'Assignment'], { signal, say })) {
    rollouts = rolloutsIn(objects, names);
    for (const [name, rollout] of rollouts) {
      if (rollout === undefined || rollout.state === 'failed') failed.add(name);
      else if (rollout.state === 'complete') failed.delete(name);
      for (const replica of rollout?.failed ?? []) {
        if (told.has(replica.assignment)) continue;
        told.add(replica.assignment);
        lines.note(failureText(name, replica));
      }
    }
    lines.show([...rollouts].map(([name, rollout]) => lineOf(name, rollout)));
    const hasEnded = [...rollouts].every(([name, one]) => failed.has(name) || one?.state === 'complete');
    if (hasEnded) return { end: failed.size > 0 ? 'failed' : 'complete', rollouts }; // F1
  }
  return { end: 'stopped', rollouts };
}

/** In which colour a rollout stands. */
export const rolloutTones: Readonly<Record<Rollout['state'], Tone | undefined>> = {
  waiting: undefined,
  progressing: undefined,
  complete: 'good',
  failed: 'bad',
};

/** The rollout of each service in `names` as it is now; undefined for one that is not there. */
export async function rolloutsNow(
  client: ObjectSource,
  names: readonly string[],
): Promise<ReadonlyMap<string, Rollout | undefined>> {
  return rolloutsIn(await objectsNow(client, ['Service', 'Assignment']), names);
}

function rolloutsIn(objects: Objects, names: readonly string[]): ReadonlyMap<string, Rollout | undefined> {
  const replicas = new Map<string, Assignment[]>();
  for (const one of objects.of('Assignment')) {
    const { service } = one.spec;
    const others = replicas.get(service);
    if (others === undefined) replicas.set(service, [one]);
    else others.push(one);
  }
  return new Map(
    names.map((name) => {
      const service = objects.get('Service', name);
      return [name, service === undefined ? undefined : rolloutOf(service, replicas.get(name) ?? [])];
    }),
  );
}

function lineOf(name: string, rollout: Rollout | undefined): LiveLine {
  const key = objectName('service', name);
  if (rollout === undefined) return { key, text: `${key} is gone`, tone: 'bad' };
  const { revision, state, desired, updated, ready, old, message } = rollout;
  const figures = `${updated}/${desired} updated, ${ready} ready${old === 0 ? '' : `, ${old} old`}`;
  return {
    key,
    text: `${key} revision ${revision}: ${state}: ${figures}: ${message}`,
    tone: rolloutTones[state],
  };
}

/** Why a replica failed; the lines that it wrote last stand indented below. */
function failureText(service: string, { index, node, reason, exitCode, message }: FailedReplica): string {
  const [how = '', ...wrote] = message.split('\n');
  const code = exitCode === null || how.includes(String(exitCode)) ? '' : `, exit code ${exitCode}`;
  const first = `${objectName('service', service)}: replica ${index} failed on ${node}: ${reason}${code}`;
  return [`${first}${how === '' ? '' : `: ${how}`}`, ...wrote.map((line) => `    ${line}`)].join('\n');
}
