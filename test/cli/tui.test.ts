// `orion tui` on the command line; what it shows is test/tui's and test/e2e's.

import { expect, test } from 'vitest';
import { exitUsage } from '../../src/cli/exit.ts';
import { orion } from './terminal.ts';

test('without a terminal the screen is refused, and nothing is drawn', async () => {
  const { exitCode, stdout, stderr } = await orion(['tui', '--peers', 'http://127.0.0.1:1']);
  expect(exitCode).toBe(exitUsage);
  expect(stdout).toBe('');
  expect(stderr).toContain('needs a terminal');
});
