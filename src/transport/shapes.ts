// Values that what peers send is made of, and their checks: the words of wire.ts and raft-wire.ts.

import type { Configuration, Genesis, Learner, Member, Membership, Snapshot } from '../../raft/types.ts';
import { limits } from '../lib/limits.ts';
import type { PeerIdentity } from '../peer/ports.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** The value as a record of unknown fields, or undefined. */
export const asFields = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;

export const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= limits.linkTextCharsMax;

export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

export const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';

export const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array;

export const isSmallList = (value: unknown, isItem: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length <= limits.linkMembersMax && value.every(isItem);

function isMember(value: unknown): value is Member {
  const member = asFields(value);
  return (
    member !== undefined && [member['storeId'], member['peerId'], member['api'], member['raft']].every(isText)
  );
}

export function isGenesis(value: unknown): value is Genesis {
  const genesis = asFields(value);
  return (
    genesis !== undefined &&
    isText(genesis['clusterId']) &&
    isText(genesis['name']) &&
    isSmallList(genesis['founders'], isMember)
  );
}

function isLearner(value: unknown): value is Learner {
  const learner = asFields(value);
  return (
    isMember(value) &&
    (learner?.['wants'] === 'voter' || learner?.['wants'] === 'learner') &&
    (learner['replaces'] === undefined || isText(learner['replaces']))
  );
}

export function isMembership(value: unknown): value is Membership {
  const it = asFields(value);
  return (
    it !== undefined &&
    isSmallList(it['voters'], isMember) &&
    isSmallList(it['outgoing'], isMember) &&
    isSmallList(it['learners'], isLearner) &&
    isSmallList(it['removed'], isText)
  );
}

/** Of a configuration entry. */
export const isNote = (value: unknown): boolean =>
  value === undefined || (typeof value === 'string' && value.length <= limits.memberNoteCharsMax);

function isConfiguration(value: unknown): value is Configuration {
  return isMembership(value) && isCount(asFields(value)?.['index']);
}

export function isSnapshot(value: unknown): value is Snapshot {
  const it = asFields(value);
  return (
    it !== undefined &&
    [it['index'], it['term']].every(isCount) &&
    Number.isFinite(it['time']) &&
    isConfiguration(it['configuration']) &&
    isText(it['hash'])
  );
}

/** What a peer says of itself, or undefined when it is not of that shape. */
export function parseIdentity(value: unknown): PeerIdentity | undefined {
  const it = asFields(value);
  const isIdentity =
    it !== undefined &&
    [it['peerId'], it['storeId'], it['clusterName'], it['api'], it['raft'], it['version']].every(isText) &&
    isCount(it['incarnation']) &&
    isCount(it['epoch']) &&
    isFlag(it['settled']) &&
    isSmallList(it['runs'], isText) &&
    isSmallList(it['founders'], isText) &&
    (it['genesis'] === undefined || isGenesis(it['genesis']));
  return isIdentity ? (it as unknown as PeerIdentity) : undefined;
}
