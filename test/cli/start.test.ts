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

const loadedBy = (file: string): readonly string[] =>
  [...staticallyLoaded(resolve(root, file))].map((name) => name.replace(`${root}/`, ''));

test('what runs before the command is known loads no command', () => {
  const loaded = loadedBy('src/main.ts');
  expect(loaded).toContain('src/cli/commands.ts');
  const commandFiles = loaded.filter((name) => /^export class \w+Command /m.test(textOf(name)));
  expect([
    ...commandFiles,
    ...loaded.filter((name) => /^(clipanion|zod|yaml|ws|smol-toml)$/.test(name)),
  ]).toEqual([]);
});

const textOf = (name: string): string =>
  name.startsWith('src/') ? readFileSync(resolve(root, name), 'utf8') : '';

test.each(['get', 'logs', 'delete', 'scale'])('%s loads neither server, agent nor log', (command) => {
  const loaded = loadedBy(`src/cli/${command}.ts`);
  expect(loaded).toContain('src/client/index.ts');
  const heavy = loaded.filter((name) =>
    /^(src\/(server|api|gateway|storage|transport|state|control|peer)\b|agent\/|raft\/|fastify|pino|classic-level|msgpackr|zod|yaml)/.test(
      name,
    ),
  );
  expect(heavy).toEqual([]);
});
