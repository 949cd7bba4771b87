// Asks before something that changes how much the cluster can lose.

import { createInterface } from 'node:readline/promises';
import { OrionError } from '../lib/errors.ts';
import type { Context } from './context.ts';

/**
 * Resolves when somebody at the terminal says so. Throws `USAGE` otherwise, with nothing done: a script has to say that it
 * means it.
 */
export async function confirm(
  { stdin, stderr }: Pick<Context, 'stdin' | 'stderr'>,
  consequence: string,
): Promise<void> {
  if (!('isTTY' in stdin) || stdin.isTTY !== true) {
    throw new OrionError('USAGE', `${consequence}: nobody is here to confirm it; give --yes if you mean it`);
  }
  const terminal = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await terminal.question(`${consequence}. Go on? [y/N] `);
    if (/^y(es)?$/i.test(answer.trim())) return;
  } catch (error) {
    if (!(error instanceof Error && error.name === 'AbortError')) throw error;
    stderr.write('\n'); // Ctrl-C or Ctrl-D in place of an answer: a no.
  } finally {
    terminal.close();
  }
  throw new OrionError('USAGE', 'not confirmed: nothing was changed');
}
