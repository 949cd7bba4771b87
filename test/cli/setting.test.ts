import { afterEach, expect, test } from 'vitest';
import { FakeApi } from './fake-api.ts';
import { setting } from './objects.ts';
import { orion } from './terminal.ts';

let api: FakeApi | undefined;
afterEach(() => api?.stop());

test.each([
  ['a password\n', 'a password'],
  ['a password\r\n', 'a password'],
  ['a password', 'a password'],
  ['', ''],
  ['two\nlines\n', 'two\nlines\n'],
  ['one\n\n', 'one\n\n'],
])('from standard input %j is taken as %j', async (input, data) => {
  api = await FakeApi.start({ 'PUT /api/settings/pw': { body: setting('pw', data) } });
  const env = { ORION_PEERS: api.url };
  const outcome = await orion(['setting', 'set', 'pw', '-f', '-'], env, {}, { input });
  expect(outcome).toMatchObject({ exitCode: 0, stdout: 'setting/pw set\n' });
  expect(api.asked.map(({ body }) => JSON.parse(body))).toEqual([{ data }]);
});
