// The few signs with which screens are drawn, in Unicode and in ASCII, and what is drawn with them: bars, sparklines.

import type { Span, Tone } from './cells.ts';

export interface Glyphs {
  readonly ellipsis: string;
  readonly separator: string;
  readonly arrow: string;
  readonly ascending: string;
  readonly descending: string;
  readonly open: string;
  readonly closed: string;
  readonly mark: string;
  readonly dot: string;
  readonly full: string;
  readonly empty: string;
  /** From nothing to full, nine of them. */
  readonly levels: readonly string[];
  readonly branch: string;
  readonly lastBranch: string;
  readonly trunk: string;
  readonly horizontal: string;
  readonly vertical: string;
  /** Left top, right top, left bottom, right bottom. */
  readonly corners: readonly [string, string, string, string];
}

const unicode: Glyphs = {
  ellipsis: '…',
  separator: '·',
  arrow: '→',
  ascending: '↑',
  descending: '↓',
  open: '▾',
  closed: '▸',
  mark: '✓',
  dot: '●',
  full: '█',
  empty: '░',
  levels: [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  branch: '├─',
  lastBranch: '└─',
  trunk: '│ ',
  horizontal: '─',
  vertical: '│',
  corners: ['┌', '┐', '└', '┘'],
};

const ascii: Glyphs = {
  ellipsis: '~',
  separator: '|',
  arrow: '->',
  ascending: '^',
  descending: 'v',
  open: 'v',
  closed: '>',
  mark: '*',
  dot: 'o',
  full: '#',
  empty: '.',
  levels: [' ', '_', '.', ':', '-', '=', '+', '*', '#'],
  branch: '|-',
  lastBranch: '`-',
  trunk: '| ',
  horizontal: '-',
  vertical: '|',
  corners: ['+', '+', '+', '+'],
};

export const glyphsFor = (isAscii: boolean): Glyphs => (isAscii ? ascii : unicode);

/** `part` of `whole` as a bar of `width` cells; what is above the whole is drawn full. */
export function bar(glyphs: Glyphs, part: number, whole: number, width: number, tone: Tone): readonly Span[] {
  const share = whole <= 0 ? 0 : Math.min(1, Math.max(0, part / whole));
  const full = share > 0 ? Math.max(1, Math.floor(share * width)) : 0;
  return [
    { text: glyphs.full.repeat(full), tone },
    { text: glyphs.empty.repeat(width - full), tone: 'dim' },
  ];
}

/** The last `width` of `values` as columns of one cell, against `top`; what is missing on the left is blank. */
export function sparkline(glyphs: Glyphs, values: readonly number[], top: number, width: number): string {
  const shown = values.slice(-width);
  const last = glyphs.levels.length - 1;
  const columns = shown.map((value) => {
    const level = top <= 0 ? 0 : Math.round((value / top) * last);
    return glyphs.levels[Math.min(last, Math.max(value > 0 ? 1 : 0, level))] ?? '';
  });
  return columns.join('').padStart(width);
}

/** How a share of something that can run out is to be seen: 0.9 and more is bad, 0.75 and more a warning. */
export function loadTone(share: number): Tone {
  if (share >= 0.9) return 'bad';
  return share >= 0.75 ? 'warn' : 'good';
}
