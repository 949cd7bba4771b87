// What every StateStore does.

import { expect, test } from 'vitest';
import { asIndex, asStoreId, asPeerId, asTerm } from '../../raft/types.ts';
import type { FlushPoint, StateStore } from '../../src/peer/ports.ts';
import { type Row, rowKey } from '../../src/state/row.ts';

export function setting(name: string, data: string, resourceVersion = '1'): Row {
  const at = '2026-01-02T03:04:05.678Z';
  return {
    kind: 'Setting',
    metadata: {
      name,
      uid: `u-${name}`,
      labels: {},
      annotations: {},
      resourceVersion,
      generation: 1,
      createdAt: at,
      updatedAt: at,
    },
    spec: { data },
    status: {},
  };
}

export const settingKey = (name: string): ReturnType<typeof rowKey> => rowKey('setting', name);

/** Everything beside the index follows from it. */
export function pointAt(index: number): FlushPoint {
  const member = {
    storeId: asStoreId('a'.repeat(32)),
    peerId: asPeerId('pi-1'),
    api: 'http://x',
    raft: 'x:1',
  };
  const learner = {
    ...member,
    storeId: asStoreId('b'.repeat(32)),
    wants: 'voter',
    replaces: undefined,
  } as const;
  const configuration = {
    index: asIndex(1),
    voters: [member],
    outgoing: [],
    learners: [learner],
    removed: [],
  };
  return { index: asIndex(index), term: asTerm(3), time: 1_700_000_000_000 + index, configuration };
}

const snapshotAt = (index: number): unknown => ({ ...pointAt(index), hash: expect.any(String) as unknown });

/** `make` answers a function that opens the same store again and again. */
export function stateStoreSuite(name: string, make: () => Promise<() => Promise<StateStore>>): void {
  test(`${name}: a new store is empty, at index 0`, async () => {
    const store = await (await make())();
    expect(await store.load()).toEqual({
      snapshot: undefined,
      rows: new Map(),
      discarded: false,
      installed: false,
    });
    await store.close();
  });

  test(`${name}: rows and the applied index come back as of the last flush`, async () => {
    const open = await make();
    const first = await open();
    await first.load();
    await first.flush({
      snapshot: pointAt(7),
      rows: new Map([
        [settingKey('a'), setting('a', 'old')],
        [settingKey('b'), setting('b', 'ü\u0000€')],
        [settingKey('c'), setting('c', 'gone')],
      ]),
    });
    await first.flush({
      snapshot: pointAt(2 ** 40),
      rows: new Map<ReturnType<typeof settingKey>, Row | undefined>([
        [settingKey('a'), setting('a', 'new', '9')],
        [settingKey('c'), undefined],
        [settingKey('never-there'), undefined],
      ]),
    });
    await first.close();

    const second = await open();
    expect(await second.load()).toStrictEqual({
      snapshot: snapshotAt(2 ** 40),
      discarded: false,
      installed: false,
      rows: new Map([
        [settingKey('a'), setting('a', 'new', '9')],
        [settingKey('b'), setting('b', 'ü\u0000€')],
      ]),
    });
    await second.flush({ snapshot: pointAt(2 ** 40 + 1), rows: new Map([[settingKey('b'), undefined]]) });
    await second.close();

    const third = await open();
    const { snapshot, rows } = await third.load();
    expect(snapshot).toEqual(snapshotAt(2 ** 40 + 1));
    expect([...rows.keys()]).toEqual(['setting/a']);
    await third.close();
  });

  test(`${name}: the index may advance without a row`, async () => {
    const open = await make();
    const first = await open();
    await first.load();
    await first.flush({ snapshot: pointAt(3), rows: new Map() });
    await first.close();
    const second = await open();
    expect((await second.load()).snapshot).toEqual(snapshotAt(3));
    await second.close();
  });
}
