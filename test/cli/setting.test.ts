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

test('bytes that are no UTF-8 are refused: they would be kept as other ones; a byte order mark is kept', async () => {
  api = await FakeApi.start({ 'PUT /api/settings/pw': { body: setting('pw', '') } });
  const given = (...bytes: readonly number[]) =>
    orion(
      ['setting', 'set', 'pw', '-f', '-'],
      { ORION_PEERS: api?.url ?? '' },
      {},
      { input: Buffer.from(bytes) },
    );
  const refused = await given(0x66, 0xfc, 0x72);
  expect(refused).toMatchObject({
    exitCode: 2,
    stderr: 'error: cannot read standard input: it is not text in UTF-8\n',
  });
  expect(api.asked).toEqual([]);
  await given(0xef, 0xbb, 0xbf, 0x61);
  expect(api.asked.map(({ body }) => JSON.parse(body))).toEqual([{ data: '\ufeffa' }]);
});
