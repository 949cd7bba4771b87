// Elections: who deserves a vote, what a campaign says, and how a ballot stands (§3.4, §9.6). When to hold one is decided in
// roles.ts.

import { assert } from '../src/lib/assert.ts';
import type { Log } from './log.ts';
import type { Quorum, Tally } from './quorum.ts';
import type { Shared } from './shared.ts';
import { asTerm, type HardState, type Message, type StoreId } from './types.ts';

export type VoteRequest = Extract<Message, { kind: 'voteRequest' }>;

/** A log may be voted for if it holds everything that this one could have acknowledged (§5.4.1). */
function isUpToDate(request: VoteRequest, log: Log): boolean {
  if (request.lastTerm !== log.lastTerm) return request.lastTerm > log.lastTerm;
  return request.lastIndex >= log.lastIndex;
}

/**
 * Whether whoever asks would be voted for in earnest: promises nothing (§9.6). A death is noticed by all at the same moment, and
 * so pre-candidates meet: of two with equal logs the lower store id goes first and the other gives way, or both would be
 * granted, and split the votes.
 */
export function judgePreVote(
  request: VoteRequest,
  { self, log, durability, disk }: Pick<Shared, 'self' | 'log' | 'durability' | 'disk'>,
  isPreCandidate: boolean,
): 'refused' | 'granted' | 'givesWay' {
  const { hardState } = durability;
  if (disk.isImpaired || !deservesPreVote(request, hardState, log)) return 'refused';
  const isRival = isPreCandidate && request.cause.kind === 'lost' && request.term === hardState.term + 1;
  if (!isRival) return 'granted';
  const areEqual = request.lastTerm === log.lastTerm && request.lastIndex === log.lastIndex;
  return areEqual && self < request.from ? 'refused' : 'givesWay';
}

function deservesPreVote(request: VoteRequest, hardState: HardState, log: Log): boolean {
  return request.term > hardState.term && isUpToDate(request, log);
}

/** Gets this peer's one vote of the term (§5.2). The hard state is that of the request's term. */
export function deservesVote(
  request: VoteRequest,
  { log, durability: { hardState }, disk }: Pick<Shared, 'log' | 'durability' | 'disk'>,
): boolean {
  assert(request.term === hardState.term, 'a vote is given in the term that it is asked for');
  const isFree = hardState.vote === undefined || hardState.vote === request.from;
  return isFree && isUpToDate(request, log) && !disk.isImpaired;
}

/** What a campaign says to every other voter. */
export function voteRequests(
  { self, quorum, log }: Pick<Shared, 'self' | 'quorum' | 'log'>,
  campaign: Pick<VoteRequest, 'term' | 'preVote' | 'cause'>,
): readonly VoteRequest[] {
  const { lastIndex, lastTerm } = log;
  const others = quorum.voters.filter((voter) => voter !== self);
  const { term, preVote, cause } = campaign;
  return others.map((to) => ({
    kind: 'voteRequest',
    from: self,
    to,
    term,
    preVote,
    cause,
    lastIndex,
    lastTerm,
  }));
}

/** Begins a campaign of the next term: what it says leaves when that, the own vote and the log are durable. */
export function campaign(shared: Shared, cause: VoteRequest['cause']): Ballot {
  const { self, durability, quorum, timer } = shared;
  const term = asTerm(durability.hardState.term + 1);
  durability.hardState = { term, vote: self };
  timer.restart();
  const own: Message = { kind: 'voteResponse', from: self, to: self, term, preVote: false, granted: true };
  for (const message of [own, ...voteRequests(shared, { term, preVote: false, cause })]) {
    assert(durability.hold(message, 'log'), 'a new term is never durable at once'); // R2, R3
  }
  return new Ballot(quorum);
}

/** The votes of one campaign. A vote that was granted stands, whatever older refusal arrives behind it. */
export class Ballot {
  readonly #quorum: Quorum;
  readonly #votes = new Map<StoreId, boolean>();

  constructor(quorum: Quorum) {
    this.#quorum = quorum;
  }

  /** Counts a voter's answer; one from outside the configuration changes nothing. */
  count(from: StoreId, granted: boolean): Tally {
    if (this.#quorum.has(from)) this.#votes.set(from, granted || this.#votes.get(from) === true);
    return this.#quorum.tally(this.#votes);
  }
}
