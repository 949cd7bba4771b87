// Where the built program writes to: what becomes of it when that fails.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mainFile } from './program.ts';

test.skipIf(!existsSync('/dev/full'))('output that finds no room is a failure', () => {
  for (const args of ['--version', 'explain service']) {
    const shell = `${process.execPath} ${mainFile} ${args} > /dev/full`;
    const { status, stderr } = spawnSync('sh', ['-c', shell], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: standard output cannot be written: /),
    ]);
  }
});

test('a reader who has gone is no failure', async () => {
  const child = spawn(process.execPath, [mainFile, 'explain', 'service']);
  child.stdout.destroy();
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = await once(child, 'close');
  expect([code, said]).toEqual([0, '']);
});
