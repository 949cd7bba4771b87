// Revisions of a service: who made each, what came of it, what it changed. `U` brings back the selected one.

import type { RevisionView } from '../../../src/protocol/api.ts';
import { span, type Tone } from '../cells.ts';
import { type Column, rowsOf } from '../table.ts';
import type { View, ViewContext } from '../view.ts';
import { age } from '../wording.ts';

const resultTones: Readonly<Record<RevisionView['result'], Tone>> = {
  progressing: 'warn',
  complete: 'good',
  failed: 'bad',
  superseded: 'dim',
};

export const revisionsView: View = {
  id: 'revisions',
  title: 'Revisions',
  aliases: ['history', 'rev'],
  about: 'service',
  description: 'the kept revisions of a service; U undoes to the selected one',
  body: (context) => {
    const service = context.subject?.name ?? '';
    const items = context.revisions.get(service);
    const columns = columnsFor(context, items ?? []);
    const rows = rowsOf(columns, items ?? [], (one) => ({
      key: String(one.revision),
      ref: { kind: 'Revision', name: service, revision: one.revision },
    }));
    return {
      kind: 'table',
      columns,
      rows,
      empty: items === undefined ? 'asking for them' : 'no revision is kept',
    };
  },
};

function columnsFor(
  { world, subject, now, glyphs }: ViewContext,
  items: readonly RevisionView[],
): readonly Column<RevisionView>[] {
  const current = world.services.get(subject?.name ?? '')?.status.revision;
  return [
    {
      title: 'REVISION',
      cell: (one) => [
        span(String(one.revision)),
        span(one.revision === current ? ` ${glyphs.dot} now` : '', 'good'),
      ],
      sort: (one) => one.revision,
    },
    { title: 'RESULT', cell: (one) => [span(one.result, resultTones[one.result])] },
    { title: 'AGE', cell: (one) => age(one.time, now.wallMs), align: 'right' },
    { title: 'WHO', cell: (one) => one.actor, max: 20 },
    { title: 'REPLICAS', cell: (one) => String(one.spec.replicas), align: 'right', from: 90 },
    {
      title: 'CHANGED',
      cell: (one) =>
        one.repeats === undefined ? changedKeys(one, items) : `back to revision ${one.repeats}`,
    },
  ];
}

/** The keys of the spec in which a revision differs from the one before it. */
function changedKeys(one: RevisionView, items: readonly RevisionView[]): string {
  const before = items
    .filter(({ revision }) => revision < one.revision)
    .sort((a, b) => b.revision - a.revision)[0];
  if (before === undefined) return '-';
  const [now, then] = [Object.entries(one.spec), new Map(Object.entries(before.spec))];
  const keys = now
    .filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(then.get(key)))
    .map(([key]) => key);
  const gone = [...then.keys()].filter((key) => !(key in one.spec));
  return [...keys, ...gone].join(', ') || 'nothing: a restart';
}
