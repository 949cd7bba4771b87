// What is known of a terminal before it is drawn on, what its keys are called, and what is remembered of the last time.

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { KeyNames, mouseOf } from '../../tui/keys.ts';
import { memoryPath, readMemory, writeMemory } from '../../tui/memory-file.ts';
import { emptyMemory } from '../../tui/model/memory.ts';
import { coloursOf, isAsciiOnly } from '../../tui/theme.ts';

describe('a terminal', () => {
  test.each([
    [{ TERM: 'xterm-256color' }, '256'],
    [{ TERM: 'xterm', COLORTERM: 'truecolor' }, '256'],
    [{ TERM: 'xterm' }, '16'],
    [{ TERM: 'linux' }, '16'],
    [{ TERM: 'vt100' }, 'none'],
    [{ TERM: 'xterm-256color', NO_COLOR: '1' }, 'none'],
    [{ TERM: 'xterm-256color', NO_COLOR: '' }, '256'],
  ])('with %j has %s colours', (env, colours) => {
    expect(coloursOf(env)).toBe(colours);
  });

  test.each([
    [{ LANG: 'de_DE.UTF-8', TERM: 'xterm' }, false],
    [{ LANG: 'C.utf8', TERM: 'xterm' }, false],
    [{ LANG: 'C', TERM: 'xterm' }, true],
    [{ TERM: 'xterm' }, true],
    [{ LC_ALL: 'C', LANG: 'de_DE.UTF-8', TERM: 'xterm' }, true],
    [{ LANG: 'de_DE.UTF-8', TERM: 'linux' }, true],
  ])('with %j draws ASCII alone: %s', (env, ascii) => {
    expect(isAsciiOnly(env)).toBe(ascii);
  });

  test.each([
    ['a', undefined, 'a'],
    ['S', { name: 's', shift: true }, 'S'],
    [':', undefined, ':'],
    [' ', { name: 'space' }, 'space'],
    ['\r', { name: 'return' }, undefined],
    ['\r', { name: 'enter' }, 'enter'],
    ['\n', { name: 'linefeed' }, 'enter'],
    ['\u0004', { name: 'd', ctrl: true }, 'ctrl-d'],
    ['\u001b', { name: 'escape' }, 'escape'],
    ['\u007f', { name: 'backspace' }, 'backspace'],
    [undefined, { name: 'left', shift: true }, 'shift-left'],
    [undefined, { name: 'undefined' }, undefined],
    ['世', undefined, '世'],
  ])('calls %j with %j the key %s', (character, key, name) => {
    expect(new KeyNames().name(character, key)).toBe(name);
  });

  test('tells a character in two halves as one key', () => {
    const names = new KeyNames();
    expect(names.name('👍'[0], undefined)).toBeUndefined();
    expect(names.name('👍'[1], undefined)).toBe('👍');
  });

  test('reports presses and turns of the wheel, and nothing else of a mouse', () => {
    expect(mouseOf({ action: 'mousedown', x: 3, y: 4 })).toEqual({ action: 'press', x: 3, y: 4 });
    expect(mouseOf({ action: 'wheelup', x: 3, y: 4 })).toEqual({ action: 'wheelup', x: 3, y: 4 });
    expect(mouseOf({ action: 'mouseup', x: 3, y: 4 })).toBeUndefined();
  });
});

describe('the memory', () => {
  const folder = mkdtempSync(join(tmpdir(), 'orion-tui-'));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('is a file for its owner alone, and comes back as it was', () => {
    const path = memoryPath({ XDG_STATE_HOME: folder });
    expect(readMemory(path)).toEqual(emptyMemory);
    const memory = { ...emptyMemory, commands: ['nodes'], wrap: true };
    writeMemory(path, memory);
    expect(readMemory(path)).toEqual(memory);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).toContain('"nodes"');
  });

  test('that cannot be written or read disturbs nobody', () => {
    const file = mkdtempSync(join(tmpdir(), 'orion-tui-'));
    writeFileSync(join(file, 'orion'), 'not a folder');
    const path = memoryPath({ XDG_STATE_HOME: file });
    expect(() => writeMemory(path, emptyMemory)).not.toThrow();
    expect(readMemory(path)).toEqual(emptyMemory);
    rmSync(file, { recursive: true });
  });
});
