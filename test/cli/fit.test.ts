import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitted } from '../../src/cli/fit.ts';
import { plain } from '../../src/cli/colour.ts';
import { Table, type Column, renderTable } from '../../src/cli/table.ts';
import { widthOf } from '../../src/cli/text.ts';
import { FakeApi } from './fake-api.ts';
import { assignment, node, service } from './objects.ts';
import { orion } from './terminal.ts';

interface Row {
  readonly name: string;
  readonly why: string;
}
const columns: readonly Column<Row>[] = [
  { title: 'NAME', cell: ({ name }) => name },
  { title: 'LESS', cell: () => 'less', leaves: 1 },
  { title: 'LEAST', cell: () => 'least', leaves: 2 },
  { title: 'WHY', cell: ({ why }) => why, isCut: true },
];
const style = (cells: number | undefined) => ({ isWide: false, hasTitles: false, paint: plain, cells });
const row: Row = { name: 'web', why: 'because of this, and because of that' };
const drawn = (cells: number | undefined): string => renderTable(columns, [row], style(cells));

test('texts are cut first, then columns are left out, the least of them first, and the rest stays', () => {
  expect(drawn(undefined)).toBe('web   less  least  because of this, and because of that\n');
  expect(drawn(55)).toBe('web   less  least  because of this, and because of that\n');
  expect(drawn(45)).toBe('web   less  least  because of this, and be...\n');
  expect(drawn(42)).toBe('web   less  because of this, and becaus...\n');
  expect(drawn(35)).toBe('web   because of this, and becau...\n');
  expect(drawn(10)).toBe('web   because of this, and ...\n');
});

test('rows that come later use what is left of the line', () => {
  const table = new Table(columns, style(45));
  table.render([{ name: 'web', why: '' }]);
  expect(table.render([row])).toBe('web   less  least  because of this, and be...\n');
  expect(table.render([{ ...row, name: 'a-longer-name' }])).toBe(
    'a-longer-name  less  least  because of thi...\n',
  );
});

test('what fits is as wide as it was, and no more is taken than needed', () => {
  const shape = fc.record({
    width: fc.integer({ min: 1, max: 60 }),
    leaves: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
    isCut: fc.constantFrom(true as const, undefined),
  });
  fc.assert(
    fc.property(
      fc.array(shape, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 3, max: 160 }),
      (all, cells) => {
        const fits = all.map(({ leaves, isCut }) => ({
          ...(leaves !== undefined && { leaves }),
          ...(isCut && { isCut }),
        }));
        const widths = all.map(({ width }) => width);
        const shown = fitted(fits, widths, { titles: widths.map(() => 1), cells });
        const total = (each: readonly (number | undefined)[]): number =>
          each.reduce<number>((sum, width) => (width === undefined ? sum : sum + width + 2), -2);
        if (total(widths) <= cells) expect(shown).toEqual(widths);
        for (const [i, width] of shown.entries()) {
          if (width === undefined) expect(all[i]?.leaves).toBeDefined();
          else if (width !== widths[i]) expect(all[i]?.isCut).toBe(true);
        }
        const mayGiveMore = shown.some(
          (width, i) =>
            width !== undefined && (all[i]?.leaves !== undefined || (all[i]?.isCut && width > 24)),
        );
        if (mayGiveMore) expect(total(shown)).toBeLessThanOrEqual(cells);
      },
    ),
  );
});

const reason = 'replica 0 fits no node: 1 node(s) lack cpu, 2 node(s) lack the labels that are asked for';
const conditions = [
  {
    type: 'Placed',
    status: 'False',
    reason: 'NoNodeFits',
    message: reason,
    lastTransitionTime: '2026-01-01T00:00:00Z',
  },
];
const hello = { ...service('hello'), status: { ...service('hello').status, conditions } };
const lists: Readonly<Record<string, { readonly items: readonly object[]; readonly stays: RegExp }>> = {
  services: { items: [hello], stays: /^NAME .*READY/ },
  assignments: { items: [assignment('hello-2', 'CRASH_LOOP')], stays: /^ID .*STATE/ },
  nodes: { items: [node('pi-1', '10.0.0.1')], stays: /^NAME .*STATE/ },
};

test.each(Object.keys(lists).flatMap((kind) => [80, 60, 40].map((width) => [kind, width] as const)))(
  'get %s fits a terminal of %i columns, with name and state; -o wide and a pipe have it all',
  async (kind, columnsOfTerminal) => {
    const { items = [], stays = /$/ } = lists[kind] ?? {};
    const api = await FakeApi.start({ [`GET /api/${kind}`]: { body: { items, resourceVersion: '7' } } });
    const get = async (isTerminal: boolean, ...args: string[]): Promise<string> =>
      (
        await orion(
          ['get', kind, ...args, '--peers', api.url],
          { NO_COLOR: '1' },
          {},
          {
            isTerminal,
            columns: columnsOfTerminal,
          },
        )
      ).stdout;
    const narrow = await get(true);
    const full = await get(false);
    const wide = await get(true, '-o', 'wide');
    api.stop();
    expect(narrow).toMatch(stays);
    for (const line of narrow.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(columnsOfTerminal);
    if (kind === 'services') for (const text of [full, wide]) expect(text).toContain(reason);
    expect(full.length).toBeGreaterThanOrEqual(narrow.length);
  },
);
