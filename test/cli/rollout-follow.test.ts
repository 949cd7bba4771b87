import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { LiveLines } from '../../src/cli/live-lines.ts';
import type { ObjectSource } from '../../src/cli/observe.ts';
import { followRollouts } from '../../src/cli/rollout-follow.ts';
import type { WatchUpdate } from '../../src/client/watch.ts';
import type { Assignment, Condition, OrionObject, Service } from '../../src/protocol/objects.ts';
import { assignment, service } from './objects.ts';

const at = <T extends OrionObject>(object: T, resourceVersion: number): T => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion: String(resourceVersion) },
});

function rolling(
  name: string,
  reason: 'RollingOut' | 'Complete' | 'ReplicaFailed',
  version: number,
): Service {
  const one = service(name);
  const condition: Condition = {
    type: 'Progressing',
    status: reason === 'ReplicaFailed' ? 'False' : 'True',
    reason,
    message: `it is ${reason}`,
    lastTransitionTime: '2026-01-01T00:00:00.000Z',
  };
  return at({ ...one, status: { ...one.status, conditions: [condition] } }, version);
}

function replica(name: string, status: Partial<Assignment['status']>, version: number): Assignment {
  const one = assignment(`${name}-2`);
  const spec = { ...one.spec, service: name, serviceUid: `uid-${name}` };
  return at({ ...one, spec, status: { ...one.status, ...status } }, version);
}

const change = (resourceVersion: number, ...objects: OrionObject[]): WatchUpdate => ({
  type: 'CHANGE',
  resourceVersion: String(resourceVersion),
  changes: objects.map((object) => ({ type: 'MODIFIED', object })),
});

/** What lists hold at first, and then one update after the other; after the last it waits for the signal. */
function source(first: readonly OrionObject[], updates: readonly WatchUpdate[]): ObjectSource {
  const listAll = (collection: string): Promise<unknown> => {
    const items = first.filter(({ kind }) => `${kind.toLowerCase()}s` === collection);
    return Promise.resolve({ items, resourceVersion: '10' });
  };
  async function* watch({ signal }: { signal?: AbortSignal }): AsyncGenerator<WatchUpdate> {
    for (const update of updates) yield await Promise.resolve(update);
    await new Promise<void>((resolve) => {
      if (signal?.aborted === true) resolve();
      signal?.addEventListener('abort', () => resolve());
    });
  }
  return { listAll, watch } as unknown as ObjectSource;
}

interface Story {
  readonly end: string;
  readonly told: string;
}

async function follow(
  names: readonly string[],
  first: readonly OrionObject[],
  updates: readonly WatchUpdate[],
  signal = new AbortController().signal,
): Promise<Story> {
  let told = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      told += chunk.toString();
      done();
    },
  });
  const { end } = await followRollouts(source(first, updates), names, {
    lines: new LiveLines(stream),
    signal,
  });
  return { end, told };
}

const failed = { state: 'failed', reason: 'CRASH_LOOP', exitCode: 3 } as const;

test('a rollout is followed until it is complete', async () => {
  const { end, told } = await follow(
    ['hello'],
    [rolling('hello', 'RollingOut', 9)],
    [change(11, rolling('hello', 'RollingOut', 11)), change(12, rolling('hello', 'Complete', 12))],
  );
  expect(end).toBe('complete');
  expect(told.split('\n')).toEqual([
    'service/hello revision 4: progressing: 0/3 updated, 1 ready: it is RollingOut',
    'service/hello revision 4: complete: 0/3 updated, 1 ready: it is Complete',
    '',
  ]);
});

test('a failure is told once, with the last lines, while the others are followed to their end', async () => {
  const lost = replica('web', { ...failed, message: 'exited with code 3; it wrote last:\nno database' }, 11);
  const { end, told } = await follow(
    ['web', 'hello'],
    [rolling('web', 'RollingOut', 8), rolling('hello', 'RollingOut', 9)],
    [
      change(11, rolling('web', 'ReplicaFailed', 11), lost),
      change(12, at({ ...lost, status: { ...lost.status, state: 'starting' } }, 12)),
      change(13, at(lost, 13)),
      change(14, rolling('hello', 'Complete', 14)),
    ],
  );
  expect(end).toBe('failed');
  const why =
    'service/web: replica 2 failed on pi-1: CRASH_LOOP: exited with code 3; it wrote last:\n    no database\n';
  expect(told.split(why)).toHaveLength(2);
  expect(told).toContain('service/hello revision 4: complete');
});

test('what has recovered by the end has not failed', async () => {
  const lost = replica('web', failed, 11);
  const { end } = await follow(
    ['web', 'hello'],
    [rolling('web', 'RollingOut', 8), rolling('hello', 'RollingOut', 9)],
    [
      change(11, rolling('web', 'ReplicaFailed', 11), lost),
      change(
        12,
        rolling('web', 'Complete', 12),
        at({ ...lost, status: { ...lost.status, state: 'running' } }, 12),
      ),
      change(13, rolling('hello', 'Complete', 13)),
    ],
  );
  expect(end).toBe('complete');
});

const going = rolling('hello', 'RollingOut', 9);

test.each<WatchUpdate>([
  { type: 'CHANGE', resourceVersion: '11', changes: [{ type: 'DELETED', object: going }] },
  { type: 'RESET', resourceVersion: '11', items: [] },
])('a service that goes meanwhile is a failure, however that is told: %o', async (update) => {
  const { end, told } = await follow(['hello'], [going], [update]);
  expect([end, told.split('\n').at(-2)]).toEqual(['failed', 'service/hello is gone']);
});

test('a change that is older than what was listed is passed over, and a reset replaces everything', async () => {
  const stale = rolling('hello', 'RollingOut', 11);
  const { told } = await follow(
    ['hello'],
    [rolling('hello', 'RollingOut', 12)],
    [
      change(11, { ...stale, spec: { ...stale.spec, replicas: 7 } }),
      { type: 'RESET', resourceVersion: '20', items: [rolling('hello', 'Complete', 13)] },
    ],
  );
  expect(told).not.toContain('0/7');
  expect(told.split('\n').map((line) => line.split(': ')[1])).toEqual(['progressing', 'complete', undefined]);
});

test('the signal ends it, wherever it stands', async () => {
  const stop = new AbortController();
  const following = follow(['hello'], [rolling('hello', 'RollingOut', 9)], [], stop.signal);
  stop.abort();
  expect((await following).end).toBe('stopped');
});
