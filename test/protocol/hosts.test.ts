import { expect, test } from 'vitest';
import { hostGuard } from '../../src/protocol/hosts.ts';
import { version } from '../../src/protocol/version.ts';
import { readFileSync } from 'node:fs';

const permitted = hostGuard(['http://pi-1:6060', 'Box.lan', 'http://[fd00::1]:6060/']);

test.each([
  'localhost',
  'localhost:6060',
  'app.localhost:1',
  '127.0.0.1:6060',
  '127.8.9.1',
  '[::1]:6060',
  'pi-1:6060',
  'PI-1',
  'box.lan:80',
  '[fd00::1]:6060',
])('a request to %s is let in', (host) => {
  expect(permitted({ host, origin: undefined })).toBe(true);
  expect(permitted({ host: 'localhost', origin: `http://${host}` })).toBe(true);
});

test.each([
  undefined,
  '',
  'evil.example',
  'pi-10',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  'user@localhost',
  '[::2]',
  'localhost:6060:1',
  'local host',
])('a request to %s is kept out', (host) => {
  expect(permitted({ host, origin: undefined })).toBe(false);
});

test.each([
  'null',
  '',
  'http://evil.example',
  'file://',
  'https://localhost.evil.example',
  'http://localhost/path/',
])('a page from "%s" is kept out', (origin) => {
  expect(permitted({ host: 'localhost', origin })).toBe(false);
});

test('the version is that of package.json', () => {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(manifest).toMatchObject({ version });
});
