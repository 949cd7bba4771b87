import { expect, test } from 'vitest';
import { app, ended, put } from './harness.ts';

test('metrics are served as the text that they are', async () => {
  const answer = await app.inject({ method: 'GET', url: '/metrics' });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toContain('text/plain; version=0.0.4');
  expect(answer.body).toBe('orion_info 1\n');
});

test('requests are counted by their route, never by their path', async () => {
  await put('greeting', { data: 'hello' });
  await put('greeting', 'rubbish');
  await app.inject({ method: 'GET', url: '/api/unheard-of/17' });
  await app.inject({ method: 'PATCH', url: '/api/settings/greeting' });
  expect(ended).toEqual([
    'PUT /api/settings/:name 201',
    'PUT /api/settings/:name 400',
    'none none 404',
    'none none 405',
  ]);
});
