import { expect, test } from 'vitest';
import { isOrionError, type OrionError } from '../../src/lib/errors.ts';
import { limits } from '../../src/lib/limits.ts';
import { present } from '../../src/lib/assert.ts';
import type { Manifest } from '../../src/protocol/command.ts';
import type { DocumentFormat } from '../../src/protocol/document.ts';
import { type ParseOptions, parseManifests, renderManifests } from '../../src/protocol/manifest.ts';

const header = 'apiVersion: orion/v1\nkind: Config\nmetadata: {name: home}\n';
const least = '{name: a, path: /srv, runtime: node, entry: s.js}';
const withServices = (...services: string[]): string =>
  `${header}spec:\n  services:\n${services.map((service) => `    - ${service}\n`).join('')}`;
/** One valid service, with `fields` added or replaced. */
const withFields = (fields: object): string =>
  JSON.stringify({
    apiVersion: 'orion/v1',
    kind: 'Config',
    metadata: { name: 'home' },
    spec: { services: [{ name: 'a', path: '/srv', runtime: 'node', entry: 's.js', ...fields }] },
  });

/** The first manifest of `text`. */
const parseManifest = (text: string, format: DocumentFormat, options: ParseOptions = {}): Manifest =>
  present(parseManifests(text, format, options)[0], 'a text holds a manifest');

function failure(text: string, format: 'yaml' | 'json' = 'yaml', options: ParseOptions = {}): OrionError {
  try {
    parseManifest(text, format, options);
  } catch (error) {
    if (isOrionError(error)) return error;
    throw error;
  }
  throw new Error('the manifest was accepted');
}
const pathsOf = (error: OrionError): string[] => error.issues.map(({ path }) => path);

test('the least manifest gets every default', () => {
  expect(parseManifest(withServices(least), 'yaml')).toEqual({
    owner: 'home',
    services: [
      {
        name: 'a',
        labels: {},
        spec: {
          path: '/srv',
          runtime: 'node',
          entry: 's.js',
          args: [],
          replicas: 1,
          ports: [],
          env: {},
          resources: { cpu: 0, memory: 0 },
          placement: { labels: {}, strategy: 'spread' },
          restart: 'always',
          stop: { signal: 'SIGTERM', graceSeconds: 10 },
        },
      },
    ],
  });
});

test('an empty list of services is a manifest', () => {
  expect(parseManifest(`${header}spec: {services: []}`, 'yaml')).toEqual({ owner: 'home', services: [] });
});

test('what is missing is told with everything that it may be', () => {
  expect(failure(withServices('{name: a, path: /srv, entry: s.js}')).issues).toMatchObject([
    { path: 'spec.services[0].runtime', message: 'it is required: "node", "bun", "deno", "command"' },
  ]);
});

test('all problems are told at once, each with its path and line', () => {
  const text = withServices(
    '{name: a, path: relative, runtime: node, entry: s.js, colour: red}',
    '{name: a, path: /srv, runtime: cobol, entry: s.js, command: x, replicas: -1}',
  );
  const error = failure(text);
  expect(error.code).toBe('INVALID');
  expect(error.issues.map(({ path, line }) => [path, line])).toEqual(
    expect.arrayContaining([
      ['spec.services[0].path', 6],
      ['spec.services[0].colour', 6],
      ['spec.services[1].runtime', 7],
      ['spec.services[1].replicas', 7],
      ['spec.services[1].name', 7],
      ['spec.services[1]', 7],
    ]),
  );
});

test('an unknown key is refused wherever it stands', () => {
  const unknown: [object | string, string][] = [
    [{ files: [{ setting: 'a', path: 'b', mode: 1 }] }, 'spec.services[0].files[0].mode'],
    [{ stop: { signal: 'SIGTERM', seconds: 1 } }, 'spec.services[0].stop.seconds'],
    [{ resources: { gpu: 1 } }, 'spec.services[0].resources.gpu'],
    [{ placement: { zone: 'x' } }, 'spec.services[0].placement.zone'],
    [{ ports: [{ name: 'web', protocol: 'udp' }] }, 'spec.services[0].ports[0].protocol'],
  ];
  for (const [fields, path] of unknown) {
    expect(pathsOf(failure(withFields(fields as object), 'json'))).toContain(path);
  }
  expect(pathsOf(failure(`${withServices(least)}extra: 1\n`))).toContain('extra');
  expect(pathsOf(failure(withServices(least).replace('{name: home}', '{name: home, owner: me}')))).toContain(
    'metadata.owner',
  );
  const proto = withFields({ labels: {} }).replace('"labels":{}', '"labels":{"__proto__":"x"}');
  expect(pathsOf(failure(proto, 'json'))).toContain('spec.services[0].labels');
});

test('exactly one of entry and command is taken, and runtime command needs a command', () => {
  expect(failure(withFields({ command: 'x' }), 'json').code).toBe('INVALID');
  expect(failure(withFields({ entry: undefined }), 'json').code).toBe('INVALID');
  expect(pathsOf(failure(withFields({ runtime: 'command' }), 'json'))).toContain('spec.services[0].runtime');
  expect(failure(withFields({ entry: undefined, command: [] }), 'json').code).toBe('INVALID');
  expect(failure(withFields({ entry: undefined, command: '  ' }), 'json').code).toBe('INVALID');
});

test('a command given as a text is split once by quoting rules; a list is taken as it is', () => {
  const text = withFields({
    entry: undefined,
    runtime: 'command',
    command: `sh -c 'echo "$HOME" | cat' a\\ b`,
  });
  expect(parseManifest(text, 'json').services[0]?.spec.command).toEqual([
    'sh',
    '-c',
    'echo "$HOME" | cat',
    'a b',
  ]);
  const list = ['a b', "it's", '', '"'];
  const asList = withFields({ entry: undefined, runtime: 'command', command: list });
  expect(parseManifest(asList, 'json').services[0]?.spec.command).toEqual(list);
  const open = failure(withFields({ entry: undefined, runtime: 'command', command: `echo 'a` }), 'json');
  expect(pathsOf(open)).toEqual(['spec.services[0].command']);
});

test('no name stands twice: services, ports, keys; no fixed port either', () => {
  expect(pathsOf(failure(withServices(least, least)))).toEqual(['spec.services[1].name']);
  const ports = [
    { name: 'web', port: 80 },
    { name: 'web', port: 80 },
  ];
  expect(pathsOf(failure(withFields({ ports }), 'json'))).toEqual([
    'spec.services[0].ports[1].name',
    'spec.services[0].ports[1].port',
  ]);
  const twice = failure(`${withServices(least)}kind: Config\n`);
  expect(twice).toMatchObject({ code: 'MALFORMED', issues: [{ path: 'kind', line: 7 }] });
});

test('a fixed port may have several replicas: they are spread over nodes', () => {
  const text = withFields({ replicas: 3, ports: [{ name: 'web', port: 80 }] });
  expect(parseManifest(text, 'json').services[0]?.spec.ports).toEqual([{ name: 'web', port: 80 }]);
});

test.each([
  ['256Mi', 268_435_456],
  ['1.5Gi', 1_610_612_736],
  ['1048576', 1_048_576],
  [4096, 4096],
  [0, 0],
])('memory %s is %i bytes', (memory, bytes) => {
  const { spec } = parseManifest(withFields({ resources: { memory } }), 'json').services[0] ?? {};
  expect(spec?.resources).toEqual({ cpu: 0, memory: bytes });
});

test.each(['256MB', '-1Mi', '0.3', '1e3', '', 'Mi', 1.5, -1, true])('memory %s is refused', (memory) => {
  const path = 'spec.services[0].resources.memory';
  expect(pathsOf(failure(withFields({ resources: { memory } }), 'json'))).toEqual([path]);
});

const cpu = (value: unknown): string => withFields({ resources: { cpu: value } });

test('cpu is cores, in steps of 0.001', () => {
  expect(parseManifest(cpu(0.1), 'json').services[0]?.spec.resources.cpu).toBe(0.1);
  for (const value of [0.0001, -1, '1', null]) {
    expect(pathsOf(failure(cpu(value), 'json'))).toEqual(['spec.services[0].resources.cpu']);
  }
});

test('in env, what YAML would read as a number or a truth value stays as it was written', () => {
  const text = withServices(least.replace('}', ', env: {A: 1.10, B: 007, C: true, D: "x", E: 0x1F}}'));
  expect(parseManifest(text, 'yaml').services[0]?.spec.env).toEqual({
    A: '1.10',
    B: '007',
    C: 'true',
    D: 'x',
    E: '0x1F',
  });
});

test('an environment that no process could get is refused', () => {
  const longest = 'x'.repeat(limits.environmentBytesMax - 'A='.length);
  expect(parseManifest(withFields({ env: { A: longest } }), 'json').services[0]?.spec.env['A']).toBe(longest);
  const refused: object[] = [
    { A: `${longest}x` },
    { A: 'nul\0' },
    { A: '\ud800' },
    { 'A B': 'x' },
    { A: null },
    { A: ['x'] },
  ];
  for (const env of refused) expect(failure(withFields({ env }), 'json').code).toBe('INVALID');
});

test('what orion sets in the environment itself cannot be set', () => {
  const error = failure(
    withFields({ ports: [{ name: 'my-web' }], env: { ORION_NODE_ID: 'x', PORT: '1', PORT_MY_WEB: '2' } }),
    'json',
  );
  expect(pathsOf(error)).toHaveLength(3);
  expect(parseManifest(withFields({ env: { PORT: '1', ORION_PEERS: 'x' } }), 'json').services).toHaveLength(
    1,
  );
});

test('JSON nested too deeply is refused, and nothing worse', () => {
  expect(failure('['.repeat(300_000) + ']'.repeat(300_000), 'json').code).toMatch(/^(MALFORMED|INVALID)$/);
});

test('aliases cannot make more of a manifest than a command holds', () => {
  const big = `big: &big "${'x'.repeat(100_000)}"`;
  const env = (index: number): string => `{${big.replace('big: ', `A${index}: `)}}`;
  const services = Array.from({ length: 30 }, (_, index) =>
    least.replace('name: a', `name: a${index}`).replace('}', `, env: ${index === 0 ? env(0) : '{B: *big}'}}`),
  );
  expect(failure(withServices(...services)).code).toBe('TOO_LARGE');
});

const resolvePath = (path: string | undefined): string => `/base/${path ?? ''}`;

test('a path is resolved where the caller knows how, and its absence too', () => {
  const services = withServices(
    least.replace('/srv', 'app'),
    least.replace('name: a', 'name: b').replace('path: /srv, ', ''),
  );
  const manifest = parseManifest(services, 'yaml', { resolvePath });
  expect(manifest.services.map(({ spec }) => spec.path)).toEqual(['/base/app', '/base/']);
  expect(pathsOf(failure(services))).toEqual(['spec.services[0].path', 'spec.services[1].path']);
});

const shop = withServices(least);
const blog = withServices(least.replace('name: a', 'name: posts')).replace('home', 'blog');

test('a text of several documents holds a manifest in each, and empty ones count for nothing', () => {
  const stream = `${shop}---\n# nothing here\n---\n${blog}`;
  const manifests = parseManifests(stream, 'yaml');
  expect(manifests.map(({ owner, services }) => [owner, services[0]?.name])).toEqual([
    ['home', 'a'],
    ['blog', 'posts'],
  ]);
  const list = renderManifests(manifests);
  expect(parseManifests(list, 'json')).toEqual(manifests);
  expect(parseManifests(list, 'yaml')).toEqual(manifests);
  expect(parseManifests(renderManifests(manifests.slice(0, 1)), 'json')).toEqual(manifests.slice(0, 1));
});

test('problems of several documents are told at once, each by the number of its document and its line', () => {
  const stream = `${shop}---\n${blog.replace('runtime: node', 'runtime: perl')}---\n${shop}extra: 1\n`;
  expect(failure(stream).issues.map(({ path, line }) => [path, line])).toEqual([
    ['[1].spec.services[0].runtime', 13],
    ['[2].extra', 21],
  ]);
  const list = JSON.stringify([{ kind: 'Config' }, null]);
  expect(pathsOf(failure(list, 'json'))).toEqual(expect.arrayContaining(['[0].apiVersion', '[1]']));
});

test.each(['[]', 'null', '# nothing', '---\n---\n'])('a text without a manifest is refused: %s', (text) => {
  expect(failure(text).code).toBe('INVALID');
});

test('documents and services of one request are bounded', () => {
  const documents = Array.from(
    { length: limits.manifestDocumentsMax + 1 },
    () => `${header}spec: {services: []}`,
  );
  expect(failure(documents.join('\n---\n')).code).toBe('TOO_LARGE');
  const half = Array.from({ length: limits.manifestServicesMax / 2 + 1 }, (_, i) =>
    least.replace('name: a', `name: a${i}`),
  );
  const text = withServices(...half);
  expect(parseManifests(text, 'yaml')).toHaveLength(1);
  expect(failure(`${text}---\n${text.replace('home', 'blog')}`).code).toBe('TOO_LARGE');
});
