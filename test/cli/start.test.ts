// What a command loads before it runs: a `get` that pulled in the server would take a second on a small board.

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** Files and packages that `file` loads by static imports of values, and what those load. */
function staticallyLoaded(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(file, 'utf8');
  for (const [, specifier = ''] of text.matchAll(/^(?:import|export)(?! type)[^;]*?from '([^']+)';/gm)) {
    if (specifier.startsWith('.')) staticallyLoaded(resolve(dirname(file), specifier), seen);
    else seen.add(specifier);
  }
  return seen;
}

test('a command that only asks loads neither server, agent nor log', () => {
  const loaded = [...staticallyLoaded(resolve(root, 'src/main.ts'))].map((name) =>
    name.replace(`${root}/`, ''),
  );
  expect(loaded).toContain('src/cli/get.ts');
  const heavy = loaded.filter((name) =>
    /^(src\/(server|api|gateway|storage|transport|state|control|peer)\b|agent\/|raft\/|fastify|pino|classic-level|msgpackr)/.test(
      name,
    ),
  );
  expect(heavy).toEqual([]);
});
