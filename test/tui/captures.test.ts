// docs/tui.md shows every view as it is: each capture there names its keys, and is rendered again here.
// UPDATE_SCREENS=1 writes what is rendered into the page, to be read and committed.

import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { views } from '../../tui/model/views.ts';
import { Driver } from './driver.ts';

const page = new URL('../../docs/tui.md', import.meta.url).pathname;
const pattern = /<!-- screen (\S+):(.*?) ?-->\n```text\n([\s\S]*?)```\n/g;

const capture = (name: string, keys: readonly string[]): string => {
  const driver = Driver.live();
  driver.press(...keys);
  if (name === 'logs') driver.take({ kind: 'log.lines', stream: 1, lines: logLines });
  if (name === 'stale') {
    driver.take({
      kind: 'peer',
      event: { kind: 'trying', peer: 'http://10.0.0.3:6060', reason: 'nothing was heard for 4000 ms' },
    });
    driver.pass(12_000);
  }
  return `${driver.text()}\n`;
};

const logLines = [
  { index: 0, time: '2026-03-01T11:59:56.120Z', line: 'listening on 127.0.0.1:20403' },
  { index: 1, time: '2026-03-01T11:59:56.840Z', line: 'GET / 200 3 ms' },
  { index: 2, time: '2026-03-01T11:59:57.310Z', line: 'warn: slow answer from 世界, 812 ms' },
  { index: 1, time: '2026-03-01T11:59:58.020Z', line: 'error: upstream closed the connection' },
  { index: 0, time: '2026-03-01T11:59:59.500Z', line: 'GET /health 200 1 ms' },
];

test('every capture in docs/tui.md is what the screen shows', () => {
  const text = readFileSync(page, 'utf8');
  const rendered = text.replace(pattern, (_, name: string, keys: string) => {
    const words = keys.split(' ').filter((key) => key !== '');
    return `<!-- screen ${name}:${keys} -->\n\`\`\`text\n${capture(name, words)}\`\`\`\n`;
  });
  if (process.env['UPDATE_SCREENS'] !== undefined) writeFileSync(page, rendered);
  else expect(text).toBe(rendered);
});

test('every view has its capture', () => {
  const names = new Set([...readFileSync(page, 'utf8').matchAll(pattern)].map((match) => match[1]));
  expect(views.map((view) => view.id).filter((id) => !names.has(id))).toEqual([]);
});
