// The core's inputs and effects in words, for golden stories: short, stable, and readable without the code at hand.
// An entry is named by index and term, as `3/2`: index 3, written in term 2.

import type { ChangeOutcome } from '../../../raft/change.ts';
import type { ProposalOutcome, ReadOutcome } from '../../../raft/outcomes.ts';
import type { RaftStatus } from '../../../raft/status.ts';
import type { LoadRequest } from '../../../raft/loads.ts';
import type { VoteCause } from '../../../raft/succession.ts';
import {
  type Entry,
  type Impairment,
  type Member,
  type Membership,
  type Message,
  type PersistOperation,
  type RequestId,
  type Snapshot,
  sound,
} from '../../../raft/types.ts';
import type { TransferOutcome } from '../../../raft/transfer.ts';
import type { Disk } from '../disk.ts';
import { unreachable } from '../../../src/lib/assert.ts';

/** Names a read that a follower passed on: its real number is drawn by chance. */
export type NameRead = (requestId: RequestId) => string;

function entryWords(entry: Entry): string {
  const place = `${entry.index}/${entry.term}`;
  switch (entry.payload.kind) {
    case 'genesis':
      return `${place} genesis`;
    case 'noop':
      return `${place} no-op`;
    case 'configuration':
      return `${place} ${membershipWords(entry.payload.membership)}`;
    case 'command': {
      const text = new TextDecoder().decode(entry.payload.data);
      return text === `${entry.index}` ? place : `${place} ${text}`; // entries given with the log have no text
    }
    default:
      return unreachable(entry.payload);
  }
}

const idsOf = (members: readonly Member[]): string => members.map((member) => member.storeId).join(' ');

/** `[voters a b d ⇐ a b c, learner e]`: `⇐` stands in a joint configuration, before the voters that it leaves. */
export function membershipWords({ voters, outgoing, learners, removed }: Membership): string {
  const parts = [
    `voters ${idsOf(voters)}${outgoing.length === 0 ? '' : ` ⇐ ${idsOf(outgoing)}`}`,
    ...learners.map((learner) => {
      const instead = learner.replaces === undefined ? '' : ` for ${learner.replaces}`;
      return `learner ${learner.storeId}${learner.wants === 'voter' ? ` to be a voter${instead}` : ''}`;
    }),
    ...(removed.length === 0 ? [] : [`removed ${removed.join(' ')}`]),
  ];
  return `[${parts.join(', ')}]`;
}

export const entriesWords = (entries: readonly Entry[]): string =>
  entries.length === 0 ? 'nothing' : entries.map(entryWords).join(', ');

function voteWords(message: Extract<Message, { kind: 'voteRequest' | 'voteResponse' }>): string {
  const ballot = `${message.preVote ? 'pre-vote' : 'vote'} for term ${message.term}`;
  if (message.kind === 'voteRequest')
    return `${ballot}? ${causeWords(message.cause)}my log ends at ${message.lastIndex}/${message.lastTerm}`;
  if (message.granted) return `${ballot}: yes`;
  return message.preVote ? `pre-vote: no, it is term ${message.term}` : `${ballot}: no`;
}

function causeWords(cause: VoteCause): string {
  switch (cause.kind) {
    case 'timeout':
      return '';
    case 'transfer':
      return 'the leader handed over, ';
    case 'lost':
      return `${cause.leader} of term ${cause.term} is dead, `;
    default:
      return unreachable(cause);
  }
}

function outcomeWords(outcome: Extract<Message, { kind: 'appendResponse' }>['outcome']): string {
  if (outcome.kind === 'accepted') return `accepted up to ${outcome.match}`;
  const { rejected, hintIndex, hintTerm } = outcome;
  return `rejected after ${rejected}, try ${hintIndex}/${hintTerm}`;
}

function diskStateWords({ impairment, full = false }: { impairment: Impairment; full?: boolean }): string {
  return `${impairment === sound ? '' : ', but I am impaired'}${full ? ', but my disk is full' : ''}`;
}

function bodyWords(message: Message, nameRead: NameRead): string {
  switch (message.kind) {
    case 'voteRequest':
    case 'voteResponse':
      return voteWords(message);
    case 'appendRequest': {
      const { previousIndex, previousTerm, entries, commit } = message;
      return `append ${entriesWords(entries)} after ${previousIndex}/${previousTerm}, commit ${commit}`;
    }
    case 'appendResponse':
      return `${outcomeWords(message.outcome)}${diskStateWords(message)}`;
    case 'heartbeatRequest':
      return `heartbeat round ${message.round}, commit ${message.commit}`;
    case 'heartbeatResponse':
      return `${message.round === 0 ? 'your term is over' : `heard round ${message.round}`}${diskStateWords(message)}`;
    case 'mended':
      return `count again if you hold ${message.index}`;
    case 'timeoutNow':
      return 'campaign now';
    case 'readRequest':
      return `read ${nameRead(message.requestId)}?`;
    case 'readResponse':
      return `read ${nameRead(message.requestId)}: ${message.index === undefined ? 'refused' : `as of ${message.index}`}`;
    default:
      return unreachable(message);
  }
}

/** Vote messages name the term they ask for; all others are marked with the sender's. */
export function messageWords(message: Message, nameRead: NameRead): string {
  const isVote = message.kind === 'voteRequest' || message.kind === 'voteResponse';
  const term = isVote ? '' : ` [term ${message.term}]`;
  return `${message.from} → ${message.to}  ${bodyWords(message, nameRead)}${term}`;
}

const installWords = ({ index, term, configuration }: Snapshot): string =>
  `begin behind ${index}/${term} ${membershipWords(configuration)}`;

export function persistWords(operation: PersistOperation): string {
  const { hardState, install, truncateFrom, entries, mended } = operation;
  const parts = [
    ...(hardState === undefined ? [] : [`term ${hardState.term}, vote ${hardState.vote ?? 'for nobody'}`]),
    ...(install === undefined ? [] : [installWords(install)]),
    ...(truncateFrom === undefined ? [] : [`cut from ${truncateFrom}`]),
    ...(entries.length === 0 ? [] : [entriesWords(entries)]),
    ...(mended ? ['mended'] : []),
  ];
  return `write ${operation.operation}: ${parts.join('; ')}`;
}

export function diskWords({ hardState, base, entries, impaired }: Disk): string {
  const behind = base.index === 0 ? '' : `behind ${base.index}/${base.term}: `;
  const holds = `${behind}${entriesWords(entries)}${impaired ? '; impaired' : ''}`;
  return `term ${hardState.term}, vote ${hardState.vote ?? 'for nobody'}; ${holds}`;
}

export function loadWords({ purpose, from, to }: LoadRequest): string {
  const whom = purpose.kind === 'apply' ? 'to apply them' : `for ${purpose.storeId}`;
  return `loads entries ${from} to ${to - 1} ${whom}`;
}

export function proposalWords(outcome: ProposalOutcome, text: string): string {
  if (outcome.kind === 'refused') return `refuses ${text}: ${outcome.reason}`;
  return `takes ${text} as ${outcome.index}/${outcome.term}`;
}

export function changeWords(outcome: ChangeOutcome): string {
  if (outcome.kind === 'refused') return `refuses the change: ${outcome.reason}`;
  return `takes the change as ${outcome.index}/${outcome.term}`;
}

export function transferWords(outcome: TransferOutcome): string {
  if (outcome.kind === 'refused') return `refuses to hand over: ${outcome.reason}`;
  return 'has handed over';
}

export function readWords(outcome: ReadOutcome): string {
  const { requestId } = outcome;
  if (outcome.kind === 'refused') return `refuses read ${requestId}: ${outcome.reason}`;
  return `confirms read ${requestId} as of ${outcome.index}`;
}

/** `leads term 3`, `follows b in term 2`, … */
export function roleWords({ role, term, leader }: RaftStatus): string {
  switch (role) {
    case 'leader':
      return `leads term ${term}`;
    case 'follower':
      return `follows ${leader ?? 'nobody'} in term ${term}`;
    case 'preCandidate':
      return `is pre-candidate in term ${term}`;
    case 'candidate':
      return `is candidate in term ${term}`;
    default:
      return unreachable(role);
  }
}

export function statusWords(status: RaftStatus, self: string): string {
  const { base, lastIndex, durable, commit, applied, impaired } = status;
  const others = [...status.progress].filter(([storeId]) => storeId !== self);
  const matches = others.map(
    ([storeId, { match, kind }]) =>
      `${storeId} has ${match}${kind === 'snapshot' ? ' and needs a snapshot' : ''}`,
  );
  const cursors = `${base === 0 ? '' : `base ${base}, `}last ${lastIndex}, durable ${durable}, commit ${commit}, applied ${applied}${impaired ? '; impaired' : ''}`;
  return [roleWords(status), cursors, ...(matches.length === 0 ? [] : [matches.join(', ')])].join('; ');
}
