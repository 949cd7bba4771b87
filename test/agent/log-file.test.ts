// A log file: written by others, read with times, kept within its bound.

import {
  appendFileSync,
  closeSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { LogFile } from '../../agent/log-file.ts';
import { limits } from '../../src/lib/limits.ts';
import { temporaryDirectory } from './rig.ts';

const all = { from: 0, linesMax: 1_000_000, withRest: false };
const texts = (file: LogFile, options = all): string[] => file.read(options).map(({ text }) => text);

const create = (bytesMax = 1_000_000): { path: string; file: LogFile } => {
  const path = join(temporaryDirectory(), 'a.log');
  return { path, file: new LogFile(path, bytesMax) };
};

test('a line has the time at which the agent first read its end, also after a restart of the agent', () => {
  const { path, file } = create();
  appendFileSync(path, 'one\ntw');
  file.poll(1_000);
  appendFileSync(path, 'o\nthree\n');
  file.poll(2_000);
  const expected = [
    { text: 'one', timeMs: 1_000, end: 4 },
    { text: 'two', timeMs: 2_000, end: 8 },
    { text: 'three', timeMs: 2_000, end: 14 },
  ];
  expect(file.read(all)).toEqual(expected);
  appendFileSync(path, 'unseen\n');
  const again = new LogFile(path, 1_000_000);
  again.poll(3_000);
  expect(again.read(all)).toEqual([...expected, { text: 'unseen', timeMs: 3_000, end: 21 }]);
});

test('what has no newline yet is held back, unless the rest is asked for', () => {
  const { path, file } = create();
  appendFileSync(path, 'one\ntwo');
  file.poll(1);
  expect(texts(file)).toEqual(['one']);
  expect(texts(file, { ...all, withRest: true })).toEqual(['one', 'two']);
});

test('the last n lines are found from the end', () => {
  const line = fc.string({ maxLength: 20 }).map((text) => text.replaceAll('\n', ' '));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), fc.nat(35), (lines, count) => {
      const { path, file } = create();
      appendFileSync(path, lines.map((text) => `${text}\n`).join(''));
      file.poll(1);
      const expected = count === 0 ? [] : lines.slice(-count);
      expect(texts(file, { ...all, from: file.positionOfLast(count) })).toEqual(expected);
      expect(file.last(count)).toEqual(expected);
    }),
    { numRuns: 50 },
  );
});

test('a longer line is cut at its bound, and the next one is whole', () => {
  const { path, file } = create();
  appendFileSync(path, `${'x'.repeat(limits.logReadBytes * 2)}\nnext\n`);
  file.poll(1);
  const [long, next] = texts(file);
  expect(long?.length).toBe(limits.logLineBytesMax);
  expect(next).toBe('next');
});

test('past its bound the older half is given up, at the start of a line, and an appending writer goes on at the end', () => {
  const { path, file } = create(10_000);
  const writer = openSync(path, 'a');
  let written = 0;
  const lines: string[] = [];
  for (let round = 0; round < 50; round += 1) {
    for (let i = 0; i < 25; i += 1) writeSync(writer, `line ${(written += 1)}\n`);
    file.poll(round);
    expect(statSync(path).size).toBeLessThanOrEqual(10_000);
    const from = Number(/\d+$/.exec(lines.at(-1) ?? '')?.[0] ?? 0);
    lines.push(...texts(file).filter((text) => Number(/\d+$/.exec(text)?.[0]) > from));
  }
  closeSync(writer);
  expect(lines).toEqual(Array.from({ length: written }, (_, i) => `line ${i + 1}`));
  expect(statSync(path).size).toBeGreaterThan(4_000);
  expect(readFileSync(path, 'utf8')).toMatch(/^line \d+\n/);
});

test('a reader goes on where it was when the front is given up, and times stay with their lines', () => {
  const { path, file } = create(100);
  appendFileSync(path, `${'a'.repeat(59)}\n`);
  file.poll(1);
  appendFileSync(path, `${'b'.repeat(29)}\n${'c'.repeat(29)}\n`);
  file.poll(2);
  expect(file.read({ ...all, from: 60 })).toMatchObject(
    [
      { text: 'b'.repeat(29), timeMs: 2, end: 90 },
      { text: 'c'.repeat(29), timeMs: 2, end: 120 },
    ].slice(-file.read(all).length),
  );
  expect(file.end).toBe(120);
});

test('a file that somebody else cut is read anew', () => {
  const { path, file } = create();
  appendFileSync(path, 'old line\n');
  file.poll(1);
  const { end } = file;
  truncateSync(path, 0);
  appendFileSync(path, 'new\n');
  file.poll(2);
  expect(texts(file, { ...all, from: end })).toEqual(['new']);
});

test('moments of reading are bounded; lines keep a time not before they were read', () => {
  const { path, file } = create();
  for (let i = 0; i < limits.logMarksMax + 10; i += 1) {
    if (i % 2_000 === 0 || i > limits.logMarksMax) appendFileSync(path, `${i}\n`);
    file.poll(i);
  }
  for (const { text, timeMs } of file.read(all)) expect(timeMs).toBeGreaterThanOrEqual(Number(text));
});
