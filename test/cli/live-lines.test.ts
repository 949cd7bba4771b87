import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { paintFor } from '../../src/cli/colour.ts';
import { LiveLines } from '../../src/cli/live-lines.ts';

class Screen extends Writable {
  text = '';

  constructor(properties: object = {}) {
    super();
    Object.assign(this, properties);
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

const line = (key: string, text: string): { key: string; text: string } => ({ key, text });

test('into a file each line is told once, when it changes, and nothing is redrawn', () => {
  const screen = new Screen();
  const lines = new LiveLines(screen);
  lines.show([line('a', 'a 0/2'), line('b', 'b 0/1')]);
  lines.show([line('a', 'a 0/2'), line('b', 'b 1/1')]);
  lines.note('c \u001b[2Jfailed\n  because');
  lines.show([line('a', 'a 0/2'), line('b', 'b 1/1')]);
  expect(screen.text).toBe('a 0/2\nb 0/1\nb 1/1\nc  [2Jfailed\n  because\n');
});

test('on a terminal the lines are redrawn in place, and what is noted stays above them', () => {
  const screen = new Screen({ isTTY: true, columns: 40, rows: 24 });
  const lines = new LiveLines(screen);
  lines.show([line('a', 'a 0/2'), line('b', 'b 0/1')]);
  lines.show([line('a', 'a 1/2'), line('b', 'b 0/1')]);
  lines.note('b failed');
  lines.show([line('a', 'a 2/2')]);
  const up = '\u001b[2A\u001b[J';
  expect(screen.text).toBe(`a 0/2\nb 0/1\n${up}a 1/2\nb 0/1\n${up}b failed\na 1/2\nb 0/1\n${up}a 2/2\n`);
});

test('a line has its colour on a terminal', () => {
  const screen = new Screen({ isTTY: true });
  new LiveLines(screen, paintFor(screen, {})).show([{ key: 'a', text: 'done', tone: 'good' }]);
  expect(screen.text).toBe('\u001b[32mdone\u001b[0m\n');
});

test('no line is wider than the terminal, and no block higher: it could not be taken back', () => {
  const screen = new Screen({ isTTY: true, columns: 10, rows: 5 });
  new LiveLines(screen).show(Array.from({ length: 9 }, (_, i) => line(`${i}`, `${i} 日本語日本語`)));
  expect(screen.text).toBe('0 日本...\n1 日本...\n2 日本...\n... and 6 more\n');
});
