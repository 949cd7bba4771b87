// The frame around every view: who and how fresh, the Raft strip, the banner, the title, and below the line of hints or
// of typing.

import type { Canvas } from './canvas.ts';
import { type Line, lineWidth, type Span, span, type Tone } from './cells.ts';
import type { Banner } from './freshness.ts';
import type { Glyphs } from './glyphs.ts';
import { cursorColumn } from './line-editor.ts';
import type { Mode } from './mode.ts';
import type { ViewId } from './view-ids.ts';
import { views } from './views.ts';
import { duration, grouped } from './wording.ts';
import type { World } from './world.ts';

/** Rows above the body, without a banner, and below it. */
export const rowsAbove = 3;
export const rowsBelow = 1;

export interface FrameFacts {
  readonly world: World;
  readonly glyphs: Glyphs;
  /** Name of the context; undefined when peers were named by hand. */
  readonly context: string | undefined;
  readonly readOnly: boolean;
  /** Id or URL of the peer that answers. */
  readonly peer: string | undefined;
  readonly live: boolean;
  readonly banner: Banner | undefined;
  readonly view: ViewId;
  readonly path: readonly string[];
  /** Rows of the table; undefined in a text. */
  readonly count: { readonly shown: number; readonly all: number; readonly marked: number } | undefined;
  readonly filter: string | undefined;
  /** What is special about the view now. */
  readonly note: string | undefined;
  readonly hints: readonly (readonly [string, string])[];
  readonly flash: { readonly text: string; readonly tone: Tone } | undefined;
  readonly mode: Mode;
  /** What Tab would make of the command. */
  readonly suggestion: string;
}

export function paintFrame(canvas: Canvas, facts: FrameFacts): void {
  const { width, height } = canvas;
  canvas.put({ x: 0, y: 0 }, spread(identity(facts), freshness(facts), width), width, 'bar');
  canvas.put({ x: 0, y: 1 }, strip(facts), width);
  const top = facts.banner === undefined ? 2 : 3;
  if (facts.banner !== undefined) {
    canvas.put({ x: 0, y: 2 }, [span(` ${facts.banner.text}`, facts.banner.tone)], width, 'alarm');
  }
  canvas.put({ x: 0, y: top }, titleLine(facts, width), width);
  paintFoot(canvas, facts, { y: height - 1, width });
}

function identity({ world, context, readOnly, glyphs }: FrameFacts): Line {
  const name = world.cluster?.name;
  const parts = [
    name === undefined ? 'cluster not known yet' : `cluster ${name}`,
    ...(context === undefined ? [] : [`context ${context}`]),
    ...(readOnly ? ['read-only'] : []),
  ];
  return [span(' orion ', 'title'), span(` ${parts.join(` ${glyphs.separator} `)}`)];
}

function freshness({ peer, live, glyphs }: FrameFacts): Line {
  const via = peer === undefined ? 'no peer ' : `via ${peer} `;
  return [span(via, 'dim'), span(`${glyphs.dot} ${live ? 'live' : 'not live'} `, live ? 'good' : 'bad')];
}

/** `term 7 · idx 18,233 · leader pi-2 · 3/3 voters, can lose 1 · fsync p99 4 ms`; pale while it is old. */
function strip({ world: { stats, cluster }, glyphs, live }: FrameFacts): Line {
  if (cluster === undefined) return [span(' no figures of the cluster yet', 'dim')];
  const { term, commitIndex, leader, quorum } = cluster;
  const parts: readonly Span[] = [
    span(`term ${grouped(term)}`),
    span(`idx ${grouped(commitIndex)}`),
    leader === null ? span('no leader', 'bad') : span(`leader ${leader}`),
    voters(quorum),
    span(`fsync p99 ${duration(stats?.disk.fsyncP99Ms)}`),
  ];
  const between = span(` ${glyphs.separator} `, 'dim');
  const line = parts.flatMap((part, index) => (index === 0 ? [span(' '), part] : [between, part]));
  return live ? line : line.map(({ text }) => span(text, 'dim'));
}

function voters({
  have,
  need,
  voters,
}: {
  readonly have: number | null;
  readonly need: number;
  readonly voters: number;
}): Span {
  if (have === null) return span(`${voters} voters, ${need} needed`, 'warn');
  const spare = have - need;
  if (spare < 0) return span(`${have}/${voters} voters, ${-spare} missing`, 'bad');
  return span(`${have}/${voters} voters, can lose ${spare}`, spare === 0 ? 'warn' : 'good');
}

function titleLine({ view, path, count, filter, note, glyphs }: FrameFacts, width: number): Line {
  const title = path.slice(-3).join(` ${glyphs.closed} `);
  const rows =
    count === undefined
      ? ''
      : ` [${count.shown === count.all ? count.all : `${count.shown} of ${count.all}`}]`;
  const left: Line = [
    span(`${glyphs.horizontal} `, 'dim'),
    span(title, 'accent'),
    span(`${rows} `, 'title'),
    ...(filter === undefined ? [] : [span(`/${filter} `, 'key')]),
    ...(count === undefined || count.marked === 0 ? [] : [span(`${count.marked} marked `, 'key')]),
    ...(note === undefined ? [] : [span(`${note} `, 'dim')]),
  ];
  const tabs = viewTabs(view, width - lineWidth(left) - 4);
  const rule = Math.max(0, width - lineWidth(left) - lineWidth(tabs));
  return [...left, span(glyphs.horizontal.repeat(rule), 'dim'), ...tabs];
}

/** The views with their digits, where there is room for all of them. */
function viewTabs(current: ViewId, room: number): Line {
  const tabs = views
    .filter((view) => view.digit !== undefined)
    .flatMap((view): Line => [
      span(` ${view.digit}`, 'key'),
      span(` ${view.title} `, view.id === current ? 'accent' : 'dim'),
    ]);
  return lineWidth(tabs) <= room ? tabs : [];
}

function paintFoot(
  canvas: Canvas,
  facts: FrameFacts,
  at: { readonly y: number; readonly width: number },
): void {
  const { mode, flash } = facts;
  const put = (line: Line): void => canvas.put({ x: 0, y: at.y }, line, at.width, 'bar');
  switch (mode.kind) {
    case 'command':
    case 'filter':
    case 'prompt': {
      const lead = mode.kind === 'command' ? ':' : mode.kind === 'filter' ? '/' : ` ${mode.title}: `;
      put([span(lead, 'key'), span(mode.editor.text), span(facts.suggestion, 'dim')]);
      canvas.cursor = { x: Math.min(at.width - 1, lead.length + cursorColumn(mode.editor)), y: at.y };
      return;
    }
    case 'ask':
      return put([span(' y', 'key'), span(' do it   '), span('n', 'key'), span(' leave it')]);
    default:
      put(flash === undefined ? hintLine(facts.hints, at.width) : [span(` ${flash.text}`, flash.tone)]);
  }
}

function hintLine(hints: readonly (readonly [string, string])[], width: number): Line {
  const spans: Span[] = [];
  let used = 1;
  for (const [key, text] of hints) {
    const taken = key.length + text.length + 3;
    if (used + taken > width) break;
    spans.push(span(` ${key}`, 'key'), span(` ${text} `));
    used += taken;
  }
  return spans;
}

/** `left` and `right` at the two ends of `width` cells; the left gives way. */
function spread(left: Line, right: Line, width: number): Line {
  const room = width - lineWidth(left) - lineWidth(right);
  return room >= 0 ? [...left, span(' '.repeat(room)), ...right] : left;
}
