// The shapes of what cores say to each other (raft/types.ts), entries included.

import { raftDefaults } from '../../raft/config.ts';
import type { Entry, Message } from '../../raft/types.ts';
import { assert } from '../lib/assert.ts';
import { limits } from '../lib/limits.ts';
import {
  asFields,
  type Fields,
  isBytes,
  isCount,
  isFlag,
  isGenesis,
  isMembership,
  isNote,
  isText,
} from './shapes.ts';

assert(
  3 * raftDefaults.appendBytesMax + limits.commandBytesMax <= limits.frameBytesMax,
  'a frame holds an append, with what its entries take beside their data, and the largest command behind it',
);

type VoteRequest = Extract<Message, { kind: 'voteRequest' }>;

export function isRaftMessage(it: Fields | undefined): boolean {
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
      return isMembership(payload?.['membership']) && isNote(payload?.['note']);
    case 'command':
      return isBytes(payload?.['data']);
    default:
      return false;
  }
}
