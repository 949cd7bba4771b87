// Settings in a manifest: references in `env`, and `files`.

import { expect, test } from 'vitest';
import { isOrionError, type OrionError } from '../../src/lib/errors.ts';
import { present } from '../../src/lib/assert.ts';
import type { Manifest } from '../../src/protocol/command.ts';
import type { DocumentFormat } from '../../src/protocol/document.ts';
import { parseManifests } from '../../src/protocol/manifest.ts';

const header = 'apiVersion: orion/v1\nkind: Config\nmetadata: {name: home}\n';
/** One valid service, with `fields` added. */
const withFields = (fields: object): string =>
  JSON.stringify({
    apiVersion: 'orion/v1',
    kind: 'Config',
    metadata: { name: 'home' },
    spec: { services: [{ name: 'a', path: '/srv', runtime: 'node', entry: 's.js', ...fields }] },
  });

const parseManifest = (text: string, format: DocumentFormat): Manifest =>
  present(parseManifests(text, format)[0], 'a text holds a manifest');

function failure(text: string, format: DocumentFormat = 'yaml'): OrionError {
  try {
    parseManifest(text, format);
  } catch (error) {
    if (isOrionError(error)) return error;
    throw error;
  }
  throw new Error('the manifest was accepted');
}
const pathsOf = (error: OrionError): string[] => error.issues.map(({ path }) => path);

test('settings in env are passed on as they stand; what names none is refused with its line', () => {
  for (const value of ['${settings.db}', 'a${settings.db}b', '$${settings.db}', '$${settings.', '${HOME}']) {
    const { services } = parseManifest(withFields({ env: { DB: value } }), 'json');
    expect(services[0]?.spec.env).toEqual({ DB: value });
  }
  const text = `${header}spec:
  services:
    - name: a
      path: /srv
      runtime: node
      entry: s.js
      env:
        FINE: \${settings.db}
        DB: \${settings.D B}
`;
  expect(failure(text).issues).toEqual([
    expect.objectContaining({ path: 'spec.services[0].env.DB', line: 12 }),
  ]);
});

test('a file has a setting and a path, absolute or below the path of the service', () => {
  const files = ['app.conf', 'a/b.conf', '/etc/app/x', '.hidden', '..a', 'a..b/c'].map((path) => ({
    setting: 'conf',
    path,
  }));
  expect(parseManifest(withFields({ files }), 'json').services[0]?.spec.files).toEqual(files);
  expect(parseManifest(withFields({ files: [] }), 'json').services[0]?.spec).not.toHaveProperty('files');
  for (const path of [
    '',
    '/',
    '../x',
    'a/../b',
    './x',
    '/etc/./x',
    '..',
    'a/',
    'a//b',
    'a\0',
    '/..',
    'x/.',
  ]) {
    const error = failure(withFields({ files: [{ setting: 'conf', path }] }), 'json');
    expect(pathsOf(error)).toEqual(['spec.services[0].files[0].path']);
  }
  expect(pathsOf(failure(withFields({ files: [{ setting: 'No', path: 'x' }] }), 'json'))).toEqual([
    'spec.services[0].files[0].setting',
  ]);
});

test('no two files of a service have one place', () => {
  const files = ['x', '/srv/y', '/srv/x', 'y'].map((path) => ({ setting: 'conf', path }));
  expect(pathsOf(failure(withFields({ files }), 'json'))).toEqual([
    'spec.services[0].files[2].path',
    'spec.services[0].files[3].path',
  ]);
});
