import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderTable } from '../../src/cli/table.ts';
import { ageOf, bytesOf, clipped, printable, widthOf } from '../../src/cli/text.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 12 });

test('whatever the cells hold, a table has one line a row and columns that line up', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyText, anyText), { maxLength: 8 }), (rows) => {
      const table = renderTable<readonly [string, string]>(
        [
          { title: 'FIRST', cell: ([first]) => first },
          { title: 'SECOND', cell: ([, second]) => `|${second}` },
        ],
        rows,
      );
      const lines = table.split('\n').slice(0, -1);
      expect(lines).toHaveLength(rows.length + 1);
      expect(table.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028\u2029\u202e]/u);
      const starts = lines.slice(1).map((line, i) => {
        const cell = printable(rows[i]?.[0] ?? '') || '-';
        expect(line.startsWith(cell)).toBe(true);
        return widthOf(line.slice(0, cell.length + line.slice(cell.length).indexOf('|')));
      });
      expect(new Set(starts).size).toBeLessThanOrEqual(1);
    }),
  );
});

test('control sequences in data are not obeyed', () => {
  expect(printable('a\x1b[31mred\x07\r\nb\u009b2J\u202edcba')).toBe('a [31mred   b 2J dcba');
});

test.each([
  ['plain', 5],
  ['日本語', 6],
  ['e\u0301', 1],
  ['🚀', 2],
  ['한글', 4],
  ['ｆｕｌｌ', 8],
])('%s takes %i cells', (text, cells) => {
  expect(widthOf(text)).toBe(cells);
});

test('an empty cell shows as a dash', () => {
  expect(renderTable([{ title: 'A', cell: () => '' }], [1])).toBe('A\n-\n');
});

test.each([
  [0, '0s'],
  [-5_000, '0s'],
  [119_000, '119s'],
  [120_000, '2m'],
  [7_200_000, '2h'],
  [172_800_000, '2d'],
])('an age of %i ms reads %s', (ms, text) => {
  const from = '2026-01-01T00:00:00.000Z';
  expect(ageOf(from, Date.parse(from) + ms)).toBe(text);
});

test.each([
  [0, '0B'],
  [1023, '1023B'],
  [1536, '1.5Ki'],
  [2 ** 30, '1Gi'],
])('%i bytes read %s', (bytes, text) => {
  expect(bytesOf(bytes)).toBe(text);
});

test('what is cut has ASCII dots at its end, and fits: a locale may say nothing of UTF-8', () => {
  expect([9, 8, 6, 3, 1].map((cells) => clipped('because of', cells))).toEqual([
    'becaus...',
    'becau...',
    'bec...',
    'b..',
    '.',
  ]);
  expect(clipped('日本語', 5)).toBe('日...');
});
