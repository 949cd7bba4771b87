// The shapes of messages: what every variant looks like passes, anything bent does not.

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  asImpairment,
  asIndex,
  asPeerId,
  asRequestId,
  asStoreId,
  asTerm,
  type Message,
  type Snapshot,
  sound,
} from '../../raft/types.ts';
import { limits } from '../../src/lib/limits.ts';
import type { PeerMessage } from '../../src/peer/ports.ts';
import { parseHandshake } from '../../src/transport/handshake.ts';
import { parsePeerMessage } from '../../src/transport/wire.ts';

const addressed = { from: asStoreId('a'), to: asStoreId('b'), term: asTerm(3) };
const genesis = {
  clusterId: 'c',
  name: 'home',
  founders: [{ storeId: 'a', peerId: 'pi-1', api: 'http://127.0.0.1:6060', raft: '127.0.0.1:7060' }],
};
const entry = (index: number, payload: object): object => ({ index, term: 3, time: 17.5, payload });

const [founder] = genesis.founders;
const membership = {
  voters: [founder],
  outgoing: [founder],
  learners: [
    { ...founder, storeId: 'b', wants: 'voter', replaces: 'a' },
    { ...founder, storeId: 'c', wants: 'learner', replaces: undefined },
  ],
  removed: ['d'],
};

const snapshot: Snapshot = {
  index: asIndex(9),
  term: asTerm(2),
  time: 17.5,
  configuration: { ...membership, index: asIndex(4) } as never,
  hash: 'ab',
};

const raftMessages: readonly Message[] = [
  {
    ...addressed,
    kind: 'voteRequest',
    preVote: true,
    cause: { kind: 'timeout' },
    lastIndex: asIndex(4),
    lastTerm: asTerm(2),
  },
  {
    ...addressed,
    kind: 'voteRequest',
    preVote: false,
    cause: { kind: 'transfer' },
    lastIndex: asIndex(4),
    lastTerm: asTerm(2),
  },
  {
    ...addressed,
    kind: 'voteRequest',
    preVote: false,
    cause: { kind: 'lost', leader: asStoreId('a'), term: asTerm(1) },
    lastIndex: asIndex(4),
    lastTerm: asTerm(2),
  },
  { ...addressed, kind: 'voteResponse', preVote: false, granted: true },
  { ...addressed, kind: 'timeoutNow' },
  {
    ...addressed,
    kind: 'appendRequest',
    previousIndex: asIndex(0),
    previousTerm: asTerm(0),
    entries: [
      entry(1, { kind: 'genesis', genesis }),
      entry(2, { kind: 'noop' }),
      entry(3, { kind: 'command', data: new Uint8Array([1]) }),
      entry(4, { kind: 'configuration', membership }),
      entry(5, { kind: 'configuration', membership, note: 'x'.repeat(limits.memberNoteCharsMax) }),
    ] as never,
    commit: asIndex(1),
  },
  {
    ...addressed,
    kind: 'appendResponse',
    impairment: sound,
    outcome: { kind: 'accepted', match: asIndex(3) },
  },
  {
    ...addressed,
    kind: 'appendResponse',
    impairment: asImpairment(7),
    outcome: { kind: 'rejected', rejected: asIndex(9), hintIndex: asIndex(5), hintTerm: asTerm(2) },
  },
  { ...addressed, kind: 'heartbeatRequest', round: 8, commit: asIndex(2) },
  { ...addressed, kind: 'heartbeatResponse', round: 8, impairment: sound, full: true },
  { ...addressed, kind: 'mended', impairment: asImpairment(7), index: asIndex(9) },
  { ...addressed, kind: 'readRequest', requestId: asRequestId(1) },
  { ...addressed, kind: 'readResponse', requestId: asRequestId(1), index: asIndex(4) },
  { ...addressed, kind: 'readResponse', requestId: asRequestId(1), index: undefined },
];

const origin = { actor: 'a', method: 'DELETE', path: '/p', from: '::1', agent: '', operation: 'o' };

const messages: readonly PeerMessage[] = [
  ...raftMessages.map((message) => ({ kind: 'raft', message }) as const),
  { kind: 'forward', requestId: 1, term: asTerm(3), data: new Uint8Array([1, 2]) },
  { kind: 'forwardAnswer', requestId: 1, answer: { kind: 'applied', index: asIndex(7), result: { any: 1 } } },
  { kind: 'forwardAnswer', requestId: 1, answer: { kind: 'refused', reason: 'BUSY' } },
  { kind: 'forwardAnswer', requestId: 1, answer: { kind: 'unknown' } },
  { kind: 'call', requestId: 1, term: asTerm(3), request: { kind: 'transfer', to: 'pi-2' } },
  { kind: 'call', requestId: 1, term: asTerm(3), request: { kind: 'transfer', to: undefined } },
  { kind: 'call', requestId: 1, term: asTerm(3), request: { kind: 'remove', id: 'pi-2', origin } },
  { kind: 'snapshotOffer', transfer: 1, term: asTerm(3), snapshot },
  { kind: 'snapshotAccept', transfer: 1, from: 4, index: asIndex(0) },
  { kind: 'snapshotAccept', transfer: 1, from: undefined, index: asIndex(9) },
  { kind: 'snapshotChunk', transfer: 1, number: 0, bytes: new Uint8Array([1]), checksum: 7 },
  { kind: 'snapshotChunkTaken', transfer: 1, number: 0 },
  { kind: 'snapshotEnd', transfer: 1, chunks: 2 },
  { kind: 'snapshotTaken', transfer: 1, index: asIndex(9) },
  { kind: 'snapshotFailed', transfer: 1, reason: 'stopping' },
  { kind: 'snapshotCancelled', transfer: 1, reason: 'stopping' },
  { kind: 'call', requestId: 1, term: asTerm(3), request: { kind: 'stats' } },
  { kind: 'stateHash', index: asIndex(1_000), hash: 'ab' },
  { kind: 'figures', figures: { fsyncP99Ms: 1.5, logBytes: 7, appliedIndex: 3 }, asks: true },
  { kind: 'figures', figures: { fsyncP99Ms: null, logBytes: 7, appliedIndex: 3 }, asks: false },
  {
    kind: 'alarms',
    alarms: [{ peer: asPeerId('pi-1'), kind: 'disk-full', message: 'full', sinceMs: 1_700_000_000_000 }],
  },
];

const identity = {
  peerId: 'pi-1',
  storeId: 'a',
  incarnation: 1,
  runs: ['r1', ''],
  clusterName: 'home',
  founders: ['pi-1=127.0.0.1:7060'],
  api: 'http://127.0.0.1:6060',
  raft: '127.0.0.1:7060',
  genesis,
  settled: true,
  epoch: 0,
  version: '0.1.0',
};
const hello = { kind: 'hello', protocol: { min: 4, max: 4 }, purpose: 'data', attempt: 4, identity };

/** Paths to every field of a value, but those that may hold anything or nothing. */
function pathsOf(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  const paths: string[][] = [];
  for (const [key, field] of Object.entries(value)) {
    if (key === 'result' || field === undefined) continue;
    paths.push([key]);
    for (const path of pathsOf(field)) paths.push([key, ...path]);
  }
  return paths;
}

function withField(value: unknown, [key, ...rest]: readonly string[], field: unknown): unknown {
  const copy: unknown = Array.isArray(value) ? [...value] : { ...(value as object) };
  const fields = copy as Record<string, unknown>;
  if (key !== undefined) fields[key] = rest.length === 0 ? field : withField(fields[key], rest, field);
  return copy;
}

test.each(messages)('a message $kind $message.kind $answer.kind passes', (message) => {
  expect(parsePeerMessage(message)).toBe(message);
});

test('a message with any one field bent is refused', () => {
  for (const message of messages) {
    for (const path of pathsOf(message)) {
      for (const bent of [-1, 'x'.repeat(limits.memberNoteCharsMax + 1), { kind: 'other' }]) {
        // A time may be any number.
        if (path.at(-1) === 'time' && bent === -1) continue;
        expect({ path, parsed: parsePeerMessage(withField(message, path, bent)) }).toEqual({
          path,
          parsed: undefined,
        });
      }
    }
  }
});

test('a hello passes with and without genesis, and with any one field bent it is refused', () => {
  expect(parseHandshake(hello)).toEqual(hello);
  const fresh = { ...hello, identity: { ...identity, genesis: undefined } };
  expect(parseHandshake(fresh)).toEqual(fresh);
  for (const path of pathsOf(hello)) {
    expect({ path, parsed: parseHandshake(withField(hello, path, -1)) }).toEqual({ path, parsed: undefined });
  }
});

test('a hello of another protocol says so, whatever else it holds', () => {
  const newer = { kind: 'hello', protocol: { min: 5, max: 9 }, from: 'the future' };
  expect(parseHandshake(newer)).toMatchObject({
    kind: 'incompatible',
    reason: expect.stringContaining('upgrade the older peer'),
  });
  expect(parseHandshake({ ...hello, protocol: { min: 2, max: 9 } })).toMatchObject({ kind: 'hello' });
});

test('a configuration that is not of its shape is refused', () => {
  const appendOf = (changed: object): unknown => {
    const entries = [entry(1, { kind: 'configuration', membership: { ...membership, ...changed } })];
    const message = {
      ...addressed,
      kind: 'appendRequest',
      previousIndex: 0,
      previousTerm: 0,
      entries,
      commit: 0,
    };
    return parsePeerMessage({ kind: 'raft', message });
  };
  expect(appendOf({})).toBeDefined();
  for (const changed of [
    { voters: undefined },
    { outgoing: [{ storeId: 'a' }] },
    { learners: [founder] },
    { learners: [{ ...founder, wants: 'everything', replaces: undefined }] },
    { removed: [7] },
  ]) {
    expect(appendOf(changed)).toBeUndefined();
  }
});

test('entries with a gap are refused', () => {
  const message = {
    ...addressed,
    kind: 'appendRequest',
    previousIndex: 4,
    previousTerm: 1,
    entries: [entry(5, { kind: 'noop' }), entry(7, { kind: 'noop' })],
    commit: 0,
  };
  expect(parsePeerMessage({ kind: 'raft', message })).toBeUndefined();
});

test('nothing that can be sent makes the checks throw', () => {
  fc.assert(
    fc.property(fc.anything({ withTypedArray: true, withNullPrototype: true }), (value) => {
      expect([undefined, 'accept']).toContain(parseHandshake(value)?.kind);
      expect(parsePeerMessage(value)).toBeUndefined();
      expect(parsePeerMessage({ kind: 'raft', message: value })).toBeUndefined();
    }),
  );
});
