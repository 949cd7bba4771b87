// A module of this repository built anew from changed sources, in memory: for known bugs (mutations/) and for looking
// into the core (exhaustive/). No source on disk changes, and the module shares nothing with the one that was imported.

import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'vite';

/** The root of the repository, whether this file runs as it is or from dist/. */
export const root = ((): string => {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
})();

/** A library that cannot be built into a module, nor is needed by what is simulated. */
const native = 'classic-level';

/** `path` is relative to the root; answers with the text that is built in the place of `source`. */
export type Change = (path: string, source: string) => string;

/** The module at `entry` (relative to the root), as if the sources were what `change` makes of them. */
export async function rebuild(entry: string, change: Change): Promise<unknown> {
  const plugin: Plugin = {
    name: 'change',
    enforce: 'pre',
    resolveId: (id) => (id === native ? `\0${native}` : undefined),
    load: (id) => (id === `\0${native}` ? 'export class ClassicLevel {}' : undefined),
    transform: (source, id) => change(relative(root, id), source),
  };
  const built = await build({
    root,
    configFile: false,
    logLevel: 'silent',
    plugins: [plugin],
    build: { ssr: join(root, entry), write: false, minify: false, target: 'es2023' },
    ssr: { noExternal: true },
  });
  if (!('output' in built)) throw new Error('one entry gives one bundle');
  const [chunk] = built.output;
  const folder = await mkdtemp(join(tmpdir(), 'orion-rebuilt-'));
  try {
    const file = join(folder, 'module.mjs');
    await writeFile(file, chunk.code);
    return await import(pathToFileURL(file).href);
  } finally {
    await rm(folder, { recursive: true });
  }
}
