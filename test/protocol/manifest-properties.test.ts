import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isOrionError } from '../../src/lib/errors.ts';
import { present } from '../../src/lib/assert.ts';
import type { Manifest } from '../../src/protocol/command.ts';
import type { DocumentFormat } from '../../src/protocol/document.ts';
import { parseManifests, renderManifests } from '../../src/protocol/manifest.ts';

/** One valid service, with `fields` added or replaced. */
const withFields = (fields: object): string =>
  JSON.stringify({
    apiVersion: 'orion/v1',
    kind: 'Config',
    metadata: { name: 'home' },
    spec: { services: [{ name: 'a', path: '/srv', runtime: 'node', entry: 's.js', ...fields }] },
  });

/** The first manifest of `text`. */
const parseManifest = (text: string, format: DocumentFormat): Manifest =>
  present(parseManifests(text, format)[0], 'a text holds a manifest');

/** Anything thrown that is no error of ours is a failure of the test. */
function outcome(text: string, format: 'yaml' | 'json'): string {
  try {
    parseManifest(text, format);
    return 'manifest';
  } catch (error) {
    if (isOrionError(error)) return error.code;
    throw error;
  }
}

const name = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/);
const word = fc.string({ minLength: 1, unit: 'binary' }).filter((text) => !/[\0\p{Surrogate}]/u.test(text));
const service = fc.record(
  {
    name,
    path: word.map((text) => `/${text}`),
    runtime: fc.constantFrom('node', 'bun', 'deno'),
    entry: word,
    args: fc.array(word),
    replicas: fc.nat(1000),
    ports: fc.uniqueArray(fc.record({ name, port: fc.integer({ min: 1, max: 65_535 }) }), {
      comparator: (a, b) => a.name === b.name || a.port === b.port,
    }),
    env: fc.dictionary(
      fc.stringMatching(/^E[A-Z0-9]{0,6}$/),
      fc.oneof(
        word.filter((text) => !text.includes('${')),
        name.map((setting) => `x\${settings.${setting}}$\${settings.`),
      ),
    ),
    files: fc.uniqueArray(fc.record({ setting: name, path: name }), { selector: ({ path }) => path }),
    resources: fc.record(
      { cpu: fc.nat(8000).map((milli) => milli / 1000), memory: fc.constantFrom('64Mi', '1Gi', 7) },
      { requiredKeys: [] },
    ),
    labels: fc.dictionary(name, name),
    placement: fc.record(
      { labels: fc.dictionary(name, name), strategy: fc.constantFrom('spread', 'binpack', 'roundRobin') },
      { requiredKeys: [] },
    ),
    restart: fc.constantFrom('always', 'on-failure', 'never'),
    stop: fc.record(
      { signal: fc.constantFrom('SIGTERM', 'SIGINT'), graceSeconds: fc.nat(3600) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['name', 'path', 'runtime', 'entry'] },
);
const source = fc.uniqueArray(service, { selector: (each) => each.name, maxLength: 5 }).map((services) => ({
  apiVersion: 'orion/v1',
  kind: 'Config',
  metadata: { name: 'home' },
  spec: { services },
}));

test('the normal form is a manifest that parses to itself', () => {
  fc.assert(
    fc.property(source, (value) => {
      const manifest = parseManifest(JSON.stringify(value), 'json');
      expect(parseManifest(renderManifests([manifest]), 'json')).toEqual(manifest);
    }),
  );
});

test('JSON is read the same as YAML and as JSON', () => {
  fc.assert(
    fc.property(source, (value) => {
      const text = JSON.stringify(value);
      expect(parseManifest(text, 'yaml')).toEqual(parseManifest(text, 'json'));
    }),
    { numRuns: 50 },
  );
});

test('whatever the text, it is a manifest or an error of ours', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc
      .array(
        fc.constantFrom('- ', 'a', ': ', '\n', '  ', '{', '}', '[', ']', '&a', '*a', '"', '|', '---\n', '%'),
      )
      .map((parts) => parts.join('')),
    fc.object().map((fields) => withFields(fields)),
  );
  fc.assert(
    fc.property(anything, fc.constantFrom('yaml' as const, 'json' as const), (text, format) => {
      expect(['manifest', 'MALFORMED', 'INVALID']).toContain(outcome(text, format));
    }),
    { numRuns: 500 },
  );
});
