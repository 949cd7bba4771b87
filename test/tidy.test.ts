// The house rules, as a test: who may import whom (docs/architecture.md gives the same table in words), and what no
// file here ever contains. A failure says which line, and what to do instead.

import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const sourceFolders = ['src', 'raft', 'agent', 'tui', 'bench', 'test'];

interface Rule {
  /** Files it speaks of: the first rule whose prefix fits decides. */
  readonly from: string;
  /** Prefixes of files that may be imported. */
  readonly may: readonly string[];
  /** Packages and `node:` modules that may be imported; `node:*` stands for every node: module. */
  readonly packages: readonly string[];
}

const pureLib = ['src/lib/assert.ts', 'src/lib/brand.ts', 'src/lib/prng.ts'];
const raftTypes = ['raft/types.ts', 'raft/config.ts'];
const everything = ['src/', 'raft/', 'agent/', 'tui/', 'bench/', 'test/'];

const rules: readonly Rule[] = [
  { from: 'src/lib/clock.ts', may: ['src/lib/'], packages: ['node:perf_hooks'] },
  { from: 'src/lib/directories.ts', may: ['src/lib/'], packages: ['node:fs', 'node:path'] },
  { from: 'src/lib/hash.ts', may: ['src/lib/'], packages: ['node:crypto'] },
  {
    from: 'src/lib/stream-request.ts',
    may: ['src/lib/'],
    packages: ['node:http', 'node:https'],
  },
  { from: 'src/lib/', may: ['src/lib/'], packages: [] },
  { from: 'src/protocol/', may: ['src/lib/', 'src/protocol/'], packages: ['zod', 'yaml'] },
  { from: 'raft/', may: ['raft/', ...pureLib], packages: [] },
  { from: 'src/state/', may: ['src/lib/', 'src/protocol/', 'src/state/'], packages: [] },
  {
    from: 'src/control/',
    may: ['src/lib/', 'src/protocol/', 'src/control/', 'src/state/view.ts', 'src/state/row.ts'],
    packages: [],
  },
  { from: 'src/peer/', may: ['src/lib/', 'raft/', 'src/state/', 'src/protocol/', 'src/peer/'], packages: [] },
  {
    from: 'src/storage/',
    may: [
      'src/lib/',
      ...raftTypes,
      'src/peer/ports.ts',
      'src/peer/incarnations.ts',
      'src/peer/snapshot-ports.ts',
      'src/storage/',
      'src/state/row.ts',
      'src/state/row-codec.ts',
      'src/state/state-hash.ts',
      'src/protocol/command.ts',
    ],
    packages: [
      'classic-level',
      'msgpackr',
      'node:child_process',
      'node:fs',
      'node:fs/promises',
      'node:path',
      'node:zlib',
    ],
  },
  {
    from: 'src/transport/',
    may: ['src/lib/', ...raftTypes, 'src/peer/ports.ts', 'src/transport/'],
    packages: ['msgpackr', 'node:net', 'node:tls', 'node:zlib'],
  },
  {
    from: 'src/gateway/',
    may: ['src/lib/', 'src/protocol/', 'src/state/view.ts', 'src/peer/control-plane.ts', 'src/gateway/'],
    packages: ['ws', 'fastify'],
  },
  {
    from: 'src/api/',
    may: ['src/lib/', 'src/protocol/', 'src/state/view.ts', 'src/peer/control-plane.ts', 'src/api/'],
    packages: ['ws', 'fastify', 'tinypool', 'node:stream'],
  },
  {
    from: 'src/config/',
    may: ['src/lib/', 'src/protocol/', 'raft/config.ts', 'src/config/'],
    packages: ['zod', 'smol-toml', 'yaml', 'node:fs'],
  },
  { from: 'src/client/', may: ['src/lib/', 'src/protocol/', 'src/client/'], packages: ['ws'] },
  { from: 'src/observe/', may: ['src/lib/', 'src/observe/'], packages: ['pino', 'prom-client'] },
  {
    from: 'src/cli/',
    may: ['src/lib/', 'src/protocol/', 'src/config/', 'src/client/', 'src/cli/', 'src/observe/'],
    packages: ['clipanion', 'yaml', 'node:*'],
  },
  { from: 'agent/', may: ['src/lib/', 'src/protocol/', 'src/client/', 'agent/'], packages: ['ws', 'node:*'] },
  {
    from: 'tui/model/',
    may: ['src/lib/', 'src/protocol/', 'src/cli/text.ts', 'tui/model/'],
    packages: [],
  },
  {
    from: 'tui/',
    may: ['src/lib/', 'src/protocol/', 'src/client/', 'tui/'],
    packages: [
      'blessed/lib/program.js',
      'node:fs',
      'node:os',
      'node:path',
      'node:child_process',
      'node:events',
      'node:stream',
      'node:tty',
    ],
  },
  {
    from: 'src/offline/',
    may: ['src/', 'raft/'],
    packages: ['node:*'],
  },
  {
    from: 'src/figures.ts',
    may: ['src/peer/', 'src/observe/', 'src/transport/'],
    packages: [],
  },
  { from: 'src/server.ts', may: ['src/', 'raft/'], packages: ['node:*'] },
  {
    from: 'src/main.ts',
    may: ['src/cli/', 'src/lib/', 'src/server.ts', 'src/offline/', 'agent/main.ts', 'tui/main.ts'],
    packages: ['node:*', 'clipanion'],
  },
  { from: 'bench/', may: everything, packages: ['*'] },
  { from: 'test/', may: everything, packages: ['*'] },
];

function filesUnder(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .toSorted();
}

const present = readdirSync(root);
const files = sourceFolders
  .filter((folder) => present.includes(folder))
  .flatMap((folder) => filesUnder(folder));
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');

/** Every specifier of a static or dynamic import or re-export, with its line. */
function importsOf(text: string): { readonly specifier: string; readonly line: number }[] {
  const pattern =
    /(?:^|\n)[ \t]*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g;
  return [...text.matchAll(pattern)].map((match) => ({
    specifier: match[1] ?? match[2] ?? '',
    line: text.slice(0, match.index + match[0].length).split('\n').length,
  }));
}

function judgeImport(file: string, specifier: string): string | undefined {
  const rule = rules.find((candidate) => file.startsWith(candidate.from));
  if (rule === undefined) return 'no rule speaks of this file: add one to the table';
  if (specifier.startsWith('.')) {
    if (!specifier.endsWith('.ts')) return 'a relative import ends in .ts';
    const target = relative(root, resolve(root, dirname(file), specifier));
    if (rule.may.some((prefix) => target.startsWith(prefix))) return undefined;
    return `${rule.from} may import ${rule.may.join(', ')}: take the value as an argument, or move it down`;
  }
  const allowed = rule.packages.some(
    (name) => name === '*' || name === specifier || (name === 'node:*' && specifier.startsWith('node:')),
  );
  return allowed ? undefined : `${rule.from} may use [${rule.packages.join(', ')}]: put it behind a port`;
}

test('imports go one way', () => {
  const broken = files.flatMap((file) =>
    importsOf(textOf(file)).flatMap(({ specifier, line }) => {
      const why = judgeImport(file, specifier);
      return why === undefined ? [] : [`${file}:${line} imports ${specifier}. ${why}`];
    }),
  );
  expect(broken).toEqual([]);
});

test('the import rule finds what is forbidden', () => {
  expect(judgeImport('raft/raft.ts', 'node:fs')).toMatch(/port/);
  expect(judgeImport('raft/raft.ts', '../src/peer/driver.ts')).toMatch(/may import/);
  expect(judgeImport('src/state/state.ts', '../storage/codec.ts')).toMatch(/may import/);
  expect(judgeImport('src/lib/clock.ts', './assert')).toMatch(/ends in \.ts/);
  expect(judgeImport('raft/raft.ts', '../src/lib/prng.ts')).toBeUndefined();
  expect(
    importsOf(
      "import { a } from 'x';\nconst b = await import('./y.ts');\nexport { c } from './z.ts';\nimport 'w';",
    ),
  ).toEqual([
    { specifier: 'x', line: 1 },
    { specifier: './y.ts', line: 2 },
    { specifier: './z.ts', line: 3 },
    { specifier: 'w', line: 4 },
  ]);
});

interface Ban {
  readonly where: (file: string) => boolean;
  readonly pattern: RegExp;
  readonly instead: string;
}

const replicated = (file: string): boolean => /^(raft|src\/state)\//.test(file);
const product = (file: string): boolean => !/^(test|bench)\//.test(file);

const bans: readonly Ban[] = [
  {
    where: (file) => replicated(file) || file.startsWith('src/control/') || file.startsWith('src/peer/'),
    pattern: /\bDate\.now\(|\bMath\.random\(|\bperformance\.|\bsetTimeout\(|\bsetInterval\(|\bsetImmediate\(/,
    instead: 'time and chance are passed in (src/lib/clock.ts, src/lib/prng.ts)',
  },
  {
    where: (file) => file.startsWith('tui/model/'),
    pattern: /\bDate\.now\(|\bperformance\.|\bsetTimeout\(|\bsetInterval\(|\bsetImmediate\(|\bawait\b/,
    instead: 'time is passed in with each input, and effects are answered (tui/model/model.ts)',
  },
  {
    where: replicated,
    pattern: /\.localeCompare\(|\bIntl\.|\btoLocale/,
    instead: 'compare by code units: every machine must agree',
  },
  { where: product, pattern: /\bMath\.random\(/, instead: 'take a generator as an argument' },
  { where: () => true, pattern: /\b(TODO|FIXME|XXX)\b/, instead: 'do it, or open an issue' },
  { where: () => true, pattern: /@ts-(ignore|nocheck|expect-error)/, instead: 'make the types say it' },
  {
    where: (file) => file.startsWith('test/'),
    pattern: /\b(test|it|describe)\.only\(/,
    instead: 'run them all',
  },
  { where: product, pattern: /shell:\s*true/, instead: 'spawn with an argument vector' },
  { where: product, pattern: /\bconsole\.(log|error|warn)\(/, instead: 'write to a given stream or logger' },
];

test('no file holds what the house forbids', () => {
  const found = files
    .filter((file) => file !== 'test/tidy.test.ts')
    .flatMap((file) =>
      textOf(file)
        .split('\n')
        .flatMap((line, index) =>
          bans
            .filter((ban) => ban.where(file) && ban.pattern.test(line))
            .map((ban) => `${file}:${index + 1} ${line.trim()} — instead: ${ban.instead}`),
        ),
    );
  expect(found).toEqual([]);
});

test('a file is one noun: it says why it exists, and stays under 300 lines', () => {
  const bad: string[] = [];
  for (const file of files) {
    const lines = textOf(file).split('\n');
    const first = lines[0]?.startsWith('#!') === true ? lines[1] : lines[0];
    if (lines.length > 300) bad.push(`${file} has ${lines.length} lines: split it by noun`);
    if (product(file) && first?.startsWith('//') !== true) {
      bad.push(`${file} has no header that says why it exists`);
    }
    if (/[A-Z_]/.test(file)) bad.push(`${file}: names of files are kebab-case`);
  }
  expect(bad).toEqual([]);
});

test('the lock file holds no addresses', () => {
  expect(textOf('package-lock.json')).not.toMatch(/"resolved"/);
});

test('every example is run by a test', () => {
  const tests = files.filter((file) => file.endsWith('.test.ts') && file !== 'test/tidy.test.ts').map(textOf);
  const examples = readdirSync(join(root, 'examples'));
  expect(examples.length).toBeGreaterThan(0);
  expect(examples.filter((name) => !tests.some((text) => text.includes(`examples/${name}`)))).toEqual([]);
});
