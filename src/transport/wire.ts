// The shapes of what other peers send, checked before anything inside relies on them.
// By hand rather than by a schema: these checks run for every message, and the vocabulary is small.
// W1. A value that passes holds everything its type promises; one that does not is `undefined`, never an exception.

import type { Alarm, CallAnswer, ForwardAnswer, PeerMessage } from '../peer/ports.ts';
import { isRaftMessage } from './raft-wire.ts';
import {
  asFields,
  type Fields,
  isBytes,
  isCount,
  isFlag,
  isSmallList,
  isSnapshot,
  isText,
} from './shapes.ts';

const alarmKinds: readonly Alarm['kind'][] = ['corruption', 'disk-full', 'state-differs', 'disk-stalled'];

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
    case 'stateHash':
      return isCount(it['index']) && isText(it['hash']);
    case 'alarms':
      return isSmallList(it['alarms'], isAlarm);
    case 'figures':
      return isFlag(it['asks']) && isFigures(asFields(it['figures']));
    case 'snapshotOffer':
      return isCount(it['transfer']) && isCount(it['term']) && isSnapshot(it['snapshot']);
    case 'snapshotAccept':
      return (
        isCount(it['transfer']) && (it['from'] === undefined || isCount(it['from'])) && isCount(it['index'])
      );
    case 'snapshotChunk':
      return [it['transfer'], it['number'], it['checksum']].every(isCount) && isBytes(it['bytes']);
    case 'snapshotChunkTaken':
      return isCount(it['transfer']) && isCount(it['number']);
    case 'snapshotEnd':
      return isCount(it['transfer']) && isCount(it['chunks']);
    case 'snapshotTaken':
      return isCount(it['transfer']) && isCount(it['index']);
    case 'snapshotFailed':
    case 'snapshotCancelled':
      return isCount(it['transfer']) && isText(it['reason']);
    default:
      return false;
  }
}

function isAlarm(value: unknown): boolean {
  const it = asFields(value);
  return (
    isText(it?.['peer']) &&
    alarmKinds.some((kind) => kind === it['kind']) &&
    isText(it['message']) &&
    isCount(it['sinceMs'])
  );
}

function isFigures(it: Fields | undefined): boolean {
  const fsyncP99Ms = it?.['fsyncP99Ms'];
  const isTime = fsyncP99Ms === null || (Number.isFinite(fsyncP99Ms) && Number(fsyncP99Ms) >= 0);
  return isTime && isCount(it?.['logBytes']) && isCount(it?.['appliedIndex']);
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
        isFlag(it['replace']) &&
        isOrigin(asFields(it['origin']))
      );
    case 'remove':
    case 'promote':
      return isText(it?.['id']) && isOrigin(asFields(it['origin']));
    case 'transfer':
      return it?.['to'] === undefined || isText(it['to']);
    case 'stats':
      return true;
    default:
      return false;
  }
}

function isOrigin(it: Fields | undefined): boolean {
  return ['actor', 'method', 'path', 'from', 'agent', 'operation'].every((key) => isText(it?.[key]));
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
