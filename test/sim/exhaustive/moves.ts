// What may happen next in a state of the exhaustive check. Losing a message is never sending it, and overtaking is any order
// of delivery, so neither is a move of its own.

import type { Message } from '../../../raft/types.ts';
import type { LocalState } from './local.ts';
import type { Messages } from './messages.ts';
import type { LocalEvent } from './running.ts';
import { peers } from './symmetry.ts';

export interface Bounds {
  /** Terms beyond that of genesis. */
  readonly terms: number;
  /** Entries beyond genesis. */
  readonly entries: number;
  readonly inFlight: number;
  readonly crashes: number;
  readonly duplicates: number;
  /** Heartbeat rounds of one leader. */
  readonly rounds: number;
  /** States after which it ends, complete or not. */
  readonly states: number;
}

export interface Global {
  readonly locals: readonly LocalState[];
  /** Numbers of messages, ascending. */
  readonly inFlight: readonly number[];
  readonly crashes: number;
  readonly duplicates: number;
  readonly history: number;
}

export interface GlobalMove {
  readonly peer: number;
  readonly event: LocalEvent;
  /** Tells the event from every other one of that peer. */
  readonly label: string;
  /** For people. */
  readonly name: string;
  readonly inFlight: readonly number[];
  readonly crashes: number;
  readonly duplicates: number;
}

export function* movesOf(state: Global, messages: Messages, bounds: Bounds): Iterable<GlobalMove> {
  const { locals, inFlight, crashes, duplicates } = state;
  for (const number of inFlight) {
    const message = messages.at(number);
    const peer = peers.indexOf(message.to);
    const receiver = locals[peer];
    // Whoever heard a leader lately hears no request for a vote: time passes first, or the message is as good as lost.
    const waits = message.kind === 'voteRequest' && receiver?.isSticky === true;
    const event = { kind: 'receive', message, waits } as const;
    const common = { peer, event, label: `receive ${number}`, crashes };
    const rest = inFlight.filter((other) => other !== number);
    yield { ...common, name: describe(message), inFlight: rest, duplicates };
    if (duplicates === 0) continue;
    yield { ...common, name: `${describe(message)}, doubled`, inFlight, duplicates: duplicates - 1 };
  }
  for (const [peer, local] of locals.entries()) {
    for (const event of ownEvents(local, crashes, bounds)) {
      const label = event.kind === 'crash' ? `crash ${event.kept}` : event.kind;
      const left = event.kind === 'crash' ? crashes - 1 : crashes;
      yield { peer, event, label, name: `${local.peer}: ${label}`, inFlight, crashes: left, duplicates };
    }
  }
}

function* ownEvents(
  { status, writing, round }: LocalState,
  crashes: number,
  bounds: Bounds,
): Iterable<LocalEvent> {
  if (writing !== undefined) yield { kind: 'sync' };
  if (status.role === 'leader') {
    if (status.lastIndex < 1 + bounds.entries) yield { kind: 'propose' };
    if (round < bounds.rounds) yield { kind: 'beat' };
    yield { kind: 'expire' };
  } else {
    yield { kind: 'campaign' };
  }
  if (crashes === 0) return;
  yield { kind: 'crash', kept: false };
  if (writing !== undefined) yield { kind: 'crash', kept: true };
}

function describe(message: Message): string {
  const { kind, from, to, term } = message;
  return `${from} to ${to}: ${kind} of term ${term}`;
}
