// Golden stories: test/raft/stories/*.story, replayed against real cores and compared word by word.
// `npm run stories:update` rewrites the results; read the difference before committing it: it is the review.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { replay } from './story/replay.ts';

const folder = join(import.meta.dirname, 'stories');
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.story'))
  .sort();
const isUpdate = process.env['UPDATE_STORIES'] === '1';

describe('golden stories', () => {
  test.each(files)('%s', (name) => {
    const path = join(folder, name);
    const text = readFileSync(path, 'utf8');
    const replayed = replay(text);
    if (isUpdate) writeFileSync(path, replayed);
    else expect(replayed, `${name}: if the change is meant, run npm run stories:update`).toBe(text);
  });

  test('every story begins with a heading that says what it shows and where that is written', () => {
    const headings = files.map((name) => [name, readFileSync(join(folder, name), 'utf8').split('\n', 1)[0]]);
    const wrong = headings.filter(
      ([, heading]) => !/^# .+ \(.*(§|R\d|raft\.md|#\d).*\)$/u.test(heading ?? ''),
    );
    expect(wrong).toEqual([]);
  });

  test('a story whose results are not what the cores do is noticed', () => {
    const story = '# One peer\n\n> peers a\n> elect a\n  a leads term 3\n';
    expect(replay(story)).not.toBe(story);
    expect(replay(replay(story))).toBe(replay(story));
  });

  test('a word that no command knows ends the story with its line', () => {
    expect(() => replay('> peers a\n> dance a')).toThrow(
      'line 2, "dance a": broken invariant: no such command',
    );
    expect(() => replay('> peers a heartbeat=3')).toThrow('no such key: heartbeat');
  });
});
