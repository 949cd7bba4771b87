// The invariant of control, on made-up courses of events.

import { asIndex, asTerm } from '../../raft/types.ts';
import { Control } from './invariants/control.ts';
import { a, b, c, committed, testInvariants, type Case, type Name } from './made-up.ts';
import type { Observation } from './observation.ts';

interface Tick {
  readonly applied?: number;
  readonly mayControl?: boolean;
  readonly late?: boolean;
}

const ticked = (peer: Name, term: number, what: Tick = {}): Observation => ({
  kind: 'ticked',
  peer,
  term: asTerm(term),
  applied: asIndex(what.applied ?? 2),
  mayControl: what.mayControl ?? true,
  late: what.late ?? false,
});

const cases: readonly Case[] = [
  {
    title: 'control passes from term to term',
    invariant: () => new Control(),
    good: [ticked(a, 2), ticked(b, 3), ticked(a, 2, { mayControl: false }), ticked(b, 3)],
    bad: [ticked(a, 2), ticked(b, 3), ticked(a, 2)],
    broken: /a may control in term 2, after another in term 3/,
  },
  {
    title: 'control is proven anew after a late tick',
    invariant: () => new Control(),
    good: [ticked(a, 2), ticked(a, 2, { late: true, mayControl: false }), ticked(a, 2)],
    bad: [ticked(a, 2), ticked(a, 2, { late: true })],
    broken: /a may control right after a late tick/,
  },
  {
    title: 'control knows what earlier terms decided',
    invariant: () => new Control(),
    good: [...committed, ticked(a, 2, { applied: 1 }), ticked(c, 3)],
    bad: [...committed, ticked(c, 3, { applied: 1 })],
    broken: /c may control with 1 applied, term 2 committed 2/,
  },
];

testInvariants(cases);
