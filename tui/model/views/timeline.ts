// Timeline: events on an axis of time, a lane for each object, so that what happened together stands together.

import type { Event } from '../../../src/protocol/objects.ts';
import { type Line, pad, type Span, span, type Tone } from '../cells.ts';
import type { Glyphs } from '../glyphs.ts';
import type { View, ViewContext } from '../view.ts';
import { eventsOf, latestFirst, regardingText } from './events.ts';

/** Spans of time that the axis may show, in milliseconds: the first that holds all events of the last day. */
const spansMs = [10, 60, 6 * 60, 24 * 60].map((minutes) => minutes * 60_000);
const nameWidth = 22;

export const timelineView: View = {
  id: 'timeline',
  title: 'Timeline',
  digit: '6',
  aliases: ['tl', 'time'],
  description: 'events on an axis of time, a lane an object',
  body: (context) => ({ kind: 'text', lines: timelineLines(context) }),
};

interface Lane {
  readonly name: string;
  readonly events: Event[];
}

function timelineLines(context: ViewContext): readonly Line[] {
  const events = [...eventsOf(context)].sort(latestFirst);
  if (events.length === 0) return [[span(' nothing happened yet', 'dim')]];
  const { wallMs } = context.now;
  const oldest = Math.min(...events.map((one) => Date.parse(one.status.firstSeen)));
  const spanMs = spansMs.find((one) => wallMs - oldest <= one) ?? spansMs.at(-1) ?? 0;
  const width = Math.max(10, context.width - nameWidth - 3);
  const lanes = new Map<string, Lane>();
  for (const event of events) {
    const name = regardingText(event, context);
    const lane = lanes.get(name) ?? { name, events: [] };
    lane.events.push(event);
    lanes.set(name, lane);
  }
  const axis = { fromMs: wallMs - spanMs, spanMs, width };
  return [
    axisLine(spanMs, width),
    ...[...lanes.values()].flatMap((lane) => laneLines(lane, axis, context.glyphs)),
  ];
}

interface Axis {
  readonly fromMs: number;
  readonly spanMs: number;
  readonly width: number;
}

function axisLine(spanMs: number, width: number): Line {
  const minutes = spanMs / 60_000;
  const text = (share: number): string => {
    const ago = minutes * (1 - share);
    if (ago === 0) return 'now';
    return ago >= 120 ? `-${Math.round(ago / 60)}h` : `-${Number(ago.toFixed(1))}m`;
  };
  const quarters = [0, 0.25, 0.5, 0.75].map((share) => text(share).padEnd(Math.floor(width / 4)));
  return [
    span(' '.repeat(nameWidth + 2)),
    span(
      `${quarters
        .join('')
        .slice(0, width - 3)
        .padEnd(width - 3)}now`,
      'title',
    ),
  ];
}

/** The marks of a lane, and below them its latest word. */
function laneLines(lane: Lane, axis: Axis, glyphs: Glyphs): readonly Line[] {
  const columns: (Span | undefined)[] = Array.from({ length: axis.width });
  for (const event of lane.events.toReversed()) mark(columns, event, axis, glyphs);
  const latest = lane.events[0];
  const tone: Tone = latest?.spec.type === 'Warning' ? 'warn' : 'dim';
  const count = latest === undefined || latest.status.count === 1 ? '' : ` x${latest.status.count}`;
  return [
    [
      span(` ${pad(lane.name, nameWidth, glyphs.ellipsis)} `, 'strong'),
      ...columns.map((one) => one ?? span(glyphs.separator, 'dim')),
    ],
    [
      span(' '.repeat(nameWidth + 2)),
      span(`${latest?.spec.reason ?? ''}${count}: `, tone),
      span(latest?.spec.message.split('\n')[0] ?? '', 'dim'),
    ],
  ];
}

function mark(
  columns: (Span | undefined)[],
  event: Event,
  { fromMs, spanMs, width }: Axis,
  glyphs: Glyphs,
): void {
  const columnOf = (time: string): number => Math.floor(((Date.parse(time) - fromMs) / spanMs) * (width - 1));
  const first = Math.max(0, columnOf(event.status.firstSeen));
  const last = Math.min(width - 1, columnOf(event.status.lastSeen));
  const tone: Tone = event.spec.type === 'Warning' ? 'bad' : 'good';
  for (let column = first + 1; column < last; column += 1) columns[column] ??= span(glyphs.horizontal, tone);
  for (const column of [first, last])
    if (column >= 0 && column < width) columns[column] = span(glyphs.dot, tone);
}
