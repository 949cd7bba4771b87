// Golden screens that docs/tui.md has no room for: wide terminals, ASCII, the smallest, the first one.
// UPDATE_SCREENS=1 writes them, to be read and committed.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ModelOptions } from '../../tui/model/state.ts';
import { Driver } from './driver.ts';

const folder = join(import.meta.dirname, 'golden');
const wide = { width: 180, height: 40 };

const screens: readonly {
  readonly name: string;
  readonly options: Partial<ModelOptions>;
  readonly keys: readonly string[];
  /** Before any peer has answered. */
  readonly blank?: true;
}[] = [
  { name: 'wide-pulse', options: wide, keys: ['0'] },
  { name: 'wide-services', options: wide, keys: ['1', 'enter'] },
  { name: 'wide-assignments', options: wide, keys: ['2', 'down', 'down', 'down', 'down'] },
  { name: 'wide-nodes', options: wide, keys: ['3', 'down', 'down'] },
  { name: 'wide-raft', options: wide, keys: ['4', 'down', 'down'] },
  { name: 'wide-events', options: wide, keys: ['5', 'down'] },
  { name: 'ascii-pulse', options: { ascii: true }, keys: ['0'] },
  { name: 'ascii-xray', options: { ascii: true }, keys: ['8'] },
  { name: 'ascii-settings', options: { ascii: true }, keys: ['7', 'down', 'd'] },
  { name: 'read-only', options: { readOnly: true, context: 'attic' }, keys: ['1', 'S'] },
  { name: 'narrow', options: { width: 44, height: 12 }, keys: ['1'] },
  { name: 'too-small', options: { width: 30, height: 6 }, keys: [] },
  { name: 'first', options: {}, keys: [], blank: true },
];

test.each(screens)('the screen $name is as it was', ({ name, options, keys, blank }) => {
  const driver = blank === true ? new Driver(options) : Driver.live(options);
  driver.press(...keys);
  const file = join(folder, `${name}.txt`);
  const text = `${driver.text()}\n`;
  if (process.env['UPDATE_SCREENS'] !== undefined) writeFileSync(file, text);
  expect(readFileSync(file, 'utf8')).toBe(text);
});
