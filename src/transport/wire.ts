// The shapes of what other peers send, checked before anything inside relies on them.
// By hand rather than by a schema: these checks run for every message, and the vocabulary is small.
// W1. A value that passes holds everything its type promises; one that does not is `undefined`, never an exception.

import type { Entry, Genesis, Learner, Member, Membership, Message } from '../../raft/types.ts';
import { limits } from '../lib/limits.ts';
import type { CallAnswer, ForwardAnswer, PeerIdentity, PeerMessage } from '../peer/ports.ts';

type VoteRequest = Extract<Message, { kind: 'voteRequest' }>;

type Fields = Readonly<Record<string, unknown>>;

/** The value as a record of unknown fields, or undefined. */
export const asFields = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;

export const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= limits.linkTextCharsMax;

export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';

const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array;

const isSmallList = (value: unknown, isItem: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length <= limits.linkMembersMax && value.every(isItem);

function isMember(value: unknown): value is Member {
  const member = asFields(value);
  return (
    member !== undefined && [member['storeId'], member['peerId'], member['api'], member['raft']].every(isText)
  );
}

function isGenesis(value: unknown): value is Genesis {
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

function isMembership(value: unknown): value is Membership {
  const it = asFields(value);
  return (
    it !== undefined &&
    isSmallList(it['voters'], isMember) &&
    isSmallList(it['outgoing'], isMember) &&
    isSmallList(it['learners'], isLearner) &&
    isSmallList(it['removed'], isText)
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
    isSmallList(it['founders'], isText) &&
    (it['genesis'] === undefined || isGenesis(it['genesis']));
  return isIdentity ? (it as unknown as PeerIdentity) : undefined;
}

/** A message on a standing link, or undefined when it is not of that shape. */
export function parsePeerMessage(value: unknown): PeerMessage | undefined {
  const it = asFields(value);
  return it !== undefined && isPeerMessage(it) ? (value as PeerMessage) : undefined;
}

function isPeerMessage(it: Fields): boolean {
  switch (it['kind'] as PeerMessage['kind']) {
    case 'raft':
      return isRaftMessage(asFields(it['message']));
    case 'forward':
      return isCount(it['requestId']) && isCount(it['term']) && isBytes(it['data']);
    case 'forwardAnswer':
      return isCount(it['requestId']) && isForwardAnswer(asFields(it['answer']));
    case 'call':
      return isCount(it['requestId']) && isCount(it['term']) && isLeaderRequest(asFields(it['request']));
    case 'callAnswer':
      return isCount(it['requestId']) && isCallAnswer(asFields(it['answer']));
    default:
      return false;
  }
}

function isForwardAnswer(it: Fields | undefined): boolean {
  switch (it?.['kind'] as ForwardAnswer['kind'] | undefined) {
    case 'applied':
      return isCount(it?.['index']);
    case 'refused':
      return ['NOT_LEADER', 'BUSY', 'OVERTAKEN', 'UNKNOWN_COMMAND'].includes(String(it?.['reason']));
    case 'unknown':
      return true;
    default:
      return false;
  }
}

function isLeaderRequest(it: Fields | undefined): boolean {
  switch (it?.['kind'] as Extract<PeerMessage, { kind: 'call' }>['request']['kind'] | undefined) {
    case 'add':
      return (
        [it?.['id'], it?.['api'], it?.['raft']].every(isText) &&
        (it?.['as'] === 'voter' || it?.['as'] === 'learner') &&
        isFlag(it['replace'])
      );
    case 'remove':
    case 'promote':
      return isText(it?.['id']);
    case 'transfer':
      return it?.['to'] === undefined || isText(it['to']);
    default:
      return false;
  }
}

function isCallAnswer(it: Fields | undefined): boolean {
  switch (it?.['kind'] as CallAnswer['kind'] | undefined) {
    case 'failed':
      return isText(it?.['code']) && isText(it['message']);
    case 'done':
    case 'refused':
    case 'unknown':
      return true;
    default:
      return false;
  }
}

function isRaftMessage(it: Fields | undefined): boolean {
  if (it === undefined || !isText(it['from']) || !isText(it['to']) || !isCount(it['term'])) return false;
  switch (it['kind'] as Message['kind']) {
    case 'voteRequest':
      return (
        isFlag(it['preVote']) &&
        isCount(it['lastIndex']) &&
        isCount(it['lastTerm']) &&
        isVoteCause(asFields(it['cause']))
      );
    case 'voteResponse':
      return isFlag(it['preVote']) && isFlag(it['granted']);
    case 'appendRequest':
      return (
        isCount(it['previousIndex']) &&
        isCount(it['previousTerm']) &&
        isCount(it['commit']) &&
        areEntries(it['entries'], it['previousIndex'])
      );
    case 'appendResponse':
      return isCount(it['impairment']) && isAppendOutcome(asFields(it['outcome']));
    case 'heartbeatRequest':
      return isCount(it['round']) && isCount(it['commit']);
    case 'heartbeatResponse':
      return isCount(it['round']) && isCount(it['impairment']) && isFlag(it['full']);
    case 'mended':
      return isCount(it['index']) && isCount(it['impairment']);
    case 'timeoutNow':
      return true;
    case 'readRequest':
      return isCount(it['requestId']);
    case 'readResponse':
      return isCount(it['requestId']) && (it['index'] === undefined || isCount(it['index']));
    default:
      return false;
  }
}

function isVoteCause(it: Fields | undefined): boolean {
  switch (it?.['kind'] as VoteRequest['cause']['kind'] | undefined) {
    case 'timeout':
    case 'transfer':
      return true;
    case 'lost':
      return isText(it?.['leader']) && isCount(it?.['term']);
    default:
      return false;
  }
}

function isAppendOutcome(it: Fields | undefined): boolean {
  if (it?.['kind'] === 'accepted') return isCount(it['match']);
  return it?.['kind'] === 'rejected' && [it['rejected'], it['hintIndex'], it['hintTerm']].every(isCount);
}

/** True for entries that follow `previous` without a gap. */
function areEntries(value: unknown, previous: number): boolean {
  return Array.isArray(value) && value.every((item, at) => isEntry(asFields(item), previous + 1 + at));
}

function isEntry(it: Fields | undefined, index: number): boolean {
  if (it?.['index'] !== index || !isCount(it['term']) || !Number.isFinite(it['time'])) return false;
  const payload = asFields(it['payload']);
  switch (payload?.['kind'] as Entry['payload']['kind'] | undefined) {
    case 'genesis':
      return isGenesis(payload?.['genesis']);
    case 'noop':
      return true;
    case 'configuration':
      return isMembership(payload?.['membership']);
    case 'command':
      return isBytes(payload?.['data']);
    default:
      return false;
  }
}
