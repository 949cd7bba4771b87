// The note that goes with a change of members into the log: whose change it is. From it, once the entry is applied, the
// state makes the operation that the audit tells.
//
// T1. What was committed has its operation, and nothing else has one: the note is part of the entry.
// T2. Whoever applies the entry reads the same from it: a note that is none is passed over by all of them alike.

import type { Member, Membership } from '../../raft/types.ts';
import { assert } from '../lib/assert.ts';
import { limits } from '../lib/limits.ts';
import type { Origin } from '../protocol/command.ts';
import type { MemberNames } from '../protocol/records.ts';
import { byCodeUnits } from '../state/row.ts';

assert(
  (limits.operationPathCharsMax + limits.operationAgentCharsMax) * 6 < limits.memberNoteCharsMax,
  'a note holds a path and a User-Agent, each character of them escaped',
);

export interface MemberNote {
  readonly origin: Origin;
  /** With which the change is answered. */
  readonly status: 200 | 202;
}

export function encodeNote(note: MemberNote): string {
  const text = JSON.stringify(note);
  assert(text.length <= limits.memberNoteCharsMax, 'the texts of an origin are bounded');
  return text;
}

/** T2. */
export function decodeNote(text: string): MemberNote | undefined {
  try {
    const { origin, status } = JSON.parse(text) as Partial<MemberNote>;
    const isNote = typeof origin?.operation === 'string' && (status === 200 || status === 202);
    return isNote ? { origin, status } : undefined;
  } catch {
    return undefined;
  }
}

/** By code units; a name twice while its peer gets another disk. */
export function namesOf({ voters, learners }: Membership): MemberNames {
  return { learners: sortedNames(learners), voters: sortedNames(voters) };
}

const sortedNames = (members: readonly Member[]): readonly string[] =>
  members.map(({ peerId }) => peerId as string).sort(byCodeUnits);
