// Logs on the screen: follow, hold, wrap, search, the ring.

import { expect, test } from 'vitest';
import type { LogLine } from '../../src/protocol/logs.ts';
import { addLines, linesMax, newLogSession } from '../../tui/model/log-session.ts';
import { Driver } from './driver.ts';

const line = (index: number, text: string): LogLine => ({
  index,
  time: new Date(
    Date.parse('2026-03-01T11:00:00Z') + Number(text.match(/\d+/)?.[0] ?? 0) * 1_000,
  ).toISOString(),
  line: text,
});
const numbered = (from: number, to: number): LogLine[] =>
  Array.from({ length: to - from }, (_, i) => line(0, `line ${from + i}`));

function withLogs(...lines: LogLine[]): Driver {
  const driver = Driver.live();
  driver.press('1', 'l');
  driver.take({ kind: 'log.lines', stream: 1, lines });
  return driver;
}

test('open by service, or by replica; closed when left, and late lines change nothing', () => {
  const driver = Driver.live();
  expect(driver.press('1', 'l')).toContainEqual({
    kind: 'logs.open',
    stream: 1,
    service: 'api',
    replica: undefined,
    follow: true,
    tail: 500,
  });
  expect(driver.press('escape')).toContainEqual({ kind: 'logs.close', stream: 1 });
  expect(driver.press('2', 'down', 'l')).toContainEqual({
    kind: 'logs.open',
    stream: 2,
    service: 'api',
    replica: 1,
    follow: true,
    tail: 500,
  });
  driver.take({ kind: 'log.lines', stream: 1, lines: [line(0, 'too late 1')] });
  expect(driver.text()).not.toContain('too late');
  expect(driver.press('3')).toContainEqual({ kind: 'logs.close', stream: 2 });
});

test('a log that nobody finds back to is closed, too', () => {
  const driver = Driver.live();
  driver.press('1', 'l');
  const deeper = (times: number): readonly unknown[] =>
    Array.from({ length: times }, () => [...driver.press(':'), ...driver.type('describe node/pi-1')]).flat();
  expect(deeper(30)).not.toContainEqual({ kind: 'logs.close', stream: 1 });
  expect(deeper(1)).toContainEqual({ kind: 'logs.close', stream: 1 });
});

test('the newest line is at the bottom while it follows; held, the screen stands still', () => {
  const driver = withLogs(...numbered(0, 100));
  expect(driver.canvas().texts().at(-2)).toContain('line 99');
  driver.press('f');
  driver.take({ kind: 'log.lines', stream: 1, lines: numbered(100, 150) });
  expect(driver.canvas().texts().at(-2)).toContain('line 99');
  expect(driver.row('lines,')).toContain('150 lines, held');
  driver.press('f');
  expect(driver.canvas().texts().at(-2)).toContain('line 149');
});

test('whoever scrolls up holds it, and follows again at the end', () => {
  const driver = withLogs(...numbered(0, 100));
  driver.press('up', 'up');
  expect(driver.canvas().texts().at(-2)).toContain('line 97');
  expect(driver.row('lines,')).toContain('held');
  driver.press('G');
  expect(driver.row('lines,')).toContain('following');
  driver.press('g');
  expect(driver.text()).toContain('line 0');
});

test('the last ten thousand lines are kept, and a held screen stays where it is until its lines fall out', () => {
  const session = newLogSession({
    stream: 1,
    service: 'web',
    replica: undefined,
    before: undefined,
    wrapped: false,
  });
  addLines(session, numbered(0, linesMax + 500));
  expect([session.lines.length, session.lines.dropped]).toEqual([linesMax, 500]);
  expect(session.lines.at(0)?.line).toBe('line 500');
});

test('/ shows only what matches; n and N show the matches among all lines', () => {
  const driver = withLogs(...numbered(0, 50));
  driver.press('/', 'e', 'space', '4', '$', 'enter');
  expect(driver.text()).toContain('line 4');
  expect(driver.text()).not.toContain('line 14');
  driver.press('escape', '/', '7', '$', 'enter', 'N');
  expect(driver.canvas().texts().at(-2)).toContain('line 47');
  expect(driver.text()).toContain('line 46');
  driver.press('N');
  expect(driver.canvas().texts().at(-2)).toContain('line 37');
  driver.press('n', 'n');
  expect(driver.row('no other line matches')).toBeDefined();
});

test('long lines are cut, moved to the side, or wrapped', () => {
  const driver = withLogs(line(0, `start ${'x'.repeat(100)} end`));
  expect(driver.text()).not.toContain('end');
  driver.press('right', 'right', 'right', 'right', 'right', 'right');
  expect(driver.text()).toContain('end');
  driver.press('w');
  expect(driver.text()).toContain('start');
  expect(driver.text()).toContain('end');
});

test('levels have their colours, and signs for another terminal are taken out', () => {
  const driver = withLogs(
    line(0, 'ERROR no 1'),
    line(0, '{"level":40,"msg":"no 2"}'),
    line(0, '\u001b[32mgreen 3\u001b[0m'),
  );
  const toneOf = (text: string): string | undefined => {
    const row = driver.canvas().rows.find((cells) =>
      cells
        .map((cell) => cell.text)
        .join('')
        .includes(text),
    );
    return row?.[12]?.tone;
  };
  expect([toneOf('no 1'), toneOf('no 2'), toneOf('green 3')]).toEqual(['bad', 'warn', 'plain']);
  expect(driver.row('green')).toMatch(/ green 3$/);
});

test('p shows what a replica wrote before its last start, and nothing after', () => {
  const driver = Driver.live();
  driver.press('2', 'p');
  const before = { index: 0, time: '2026-03-01T09:00:00.000Z', line: 'last words' };
  const after = { index: 0, time: '2026-03-01T11:00:00.000Z', line: 'new life' };
  driver.take({ kind: 'log.lines', stream: 1, lines: [before, after] });
  driver.take({ kind: 'log.end', stream: 1, error: undefined });
  expect(driver.text()).toContain('last words');
  expect(driver.text()).not.toContain('new life');
  expect(driver.row('before its last start')).toContain('1 lines, ended');
});

test('a stream that fails says why', () => {
  const driver = withLogs(...numbered(0, 3));
  driver.take({ kind: 'log.end', stream: 1, error: 'no peer answers' });
  expect(driver.row('no peer answers')).toContain('3 lines');
});
