// One stream of log lines and how it is looked at: followed or held, wrapped or not, searched.
//
// L1. At most `linesMax` lines are kept; the oldest go.
// L2. Following shows the newest line always. Whoever scrolls up holds still: new lines come in below, and what is on the
//     screen stays there until it falls out of the ring.

import type { LogLine } from '../../src/protocol/logs.ts';
import { clean, type Line, type Span, span, type Tone, window, wrap } from './cells.ts';
import type { Filter } from './filter.ts';
import { Ring } from './ring.ts';

export const linesMax = 10_000;

export interface LogSession {
  /** Number of the stream: lines of a stream that was closed are passed over. */
  stream: number;
  readonly service: string;
  readonly replica: number | undefined;
  /** Only lines before this moment (RFC 3339): what the run before wrote. */
  readonly before: string | undefined;
  readonly lines: Ring<LogLine>;
  /** The stream's end: an error, or nothing more to come. */
  ended: { readonly error: string | undefined } | undefined;
  /** Shows the newest line (L2). */
  following: boolean;
  /** Position of the last line shown while held: counted from the first line ever, so that it outlives the ring's turns. */
  bottom: number;
  wrapped: boolean;
  left: number;
  /** All lines are shown, those that match among them; else only those that match. */
  searching: boolean;
}

export function newLogSession(
  options: Pick<LogSession, 'stream' | 'service' | 'replica' | 'before' | 'wrapped'>,
): LogSession {
  return {
    ...options,
    lines: new Ring(linesMax),
    ended: undefined,
    following: true,
    bottom: 0,
    left: 0,
    searching: false,
  };
}

export function addLines(session: LogSession, lines: readonly LogLine[]): void {
  for (const one of lines)
    if (session.before === undefined || one.time < session.before) session.lines.push(one);
}

/** Moves by `lines`, up if negative; at the end it follows again. */
export function scrollLog(session: LogSession, lines: number): void {
  const end = session.lines.dropped + session.lines.length;
  const from = session.following ? end : session.bottom;
  const first = session.lines.dropped + 1;
  session.bottom = Math.max(first, Math.min(end, from + lines));
  session.following = session.bottom >= end;
}

export function pauseLog(session: LogSession): void {
  if (session.following) session.bottom = session.lines.dropped + session.lines.length;
  session.following = !session.following;
}

/** Goes to the next line that matches, up if `direction` is negative. */
export function searchLog(session: LogSession, filter: Filter, direction: 1 | -1): boolean {
  session.searching = true;
  const end = session.lines.dropped + session.lines.length;
  const start = (session.following ? end : session.bottom) + direction;
  for (let at = start; at > session.lines.dropped && at <= end; at += direction) {
    const line = session.lines.at(at - session.lines.dropped - 1);
    if (line === undefined || !filter.matches(line.line, {})) continue;
    session.bottom = at;
    session.following = false;
    return true;
  }
  return false;
}

/** The lines that fill `height` rows, the newest (or the held one) at the bottom. */
export function logLines(
  session: LogSession,
  size: { readonly width: number; readonly height: number },
  filter: Filter | undefined,
): readonly Line[] {
  const { lines, following } = session;
  const end = following ? lines.length : Math.min(lines.length, session.bottom - lines.dropped);
  const showReplica = session.replica === undefined;
  const shown: Line[] = [];
  for (let index = end - 1; index >= 0 && shown.length < size.height; index -= 1) {
    const one = lines.at(index);
    if (one === undefined) break;
    if (filter !== undefined && !session.searching && !filter.matches(one.line, {})) continue;
    const styled = styledLine(one, showReplica, filter);
    const rows = session.wrapped ? wrap(styled, size.width) : [window(styled, session.left, size.width)];
    shown.unshift(...rows);
  }
  return shown.slice(-size.height);
}

const levels: readonly { readonly pattern: RegExp; readonly tone: Tone }[] = [
  { pattern: /\b(?:fatal|panic|error|err|exception)\b|"level":(?:50|60)\b/i, tone: 'bad' },
  { pattern: /\bwarn(?:ing)?\b|"level":40\b/i, tone: 'warn' },
  { pattern: /\b(?:debug|trace)\b|"level":(?:10|20)\b/i, tone: 'dim' },
];

/** Signs of a terminal in a line are for another terminal. */
// oxlint-disable-next-line no-control-regex
const escapes = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-_])/g;

function styledLine({ index, time, line }: LogLine, showReplica: boolean, filter: Filter | undefined): Line {
  const text = clean(line.replaceAll(escapes, ''));
  const tone = levels.find(({ pattern }) => pattern.test(text))?.tone ?? 'plain';
  const head: Span[] = [span(`${time.slice(11, 19)} `, 'dim')];
  if (showReplica) head.push(span(`${index} `, index % 2 === 0 ? 'accent' : 'title'));
  return [...head, ...highlighted(text, tone, filter?.highlight)];
}

/** Where `pattern` is found, the text stands out. */
export function highlighted(text: string, tone: Tone, pattern: RegExp | undefined): readonly Span[] {
  if (pattern === undefined) return [span(text, tone)];
  const spans: Span[] = [];
  let at = 0;
  for (const match of text.matchAll(new RegExp(pattern.source, `${pattern.flags}g`))) {
    if (match[0] === '') continue;
    spans.push(span(text.slice(at, match.index), tone), span(match[0], 'key'));
    at = match.index + match[0].length;
  }
  spans.push(span(text.slice(at), tone));
  return spans.filter((one) => one.text !== '');
}
