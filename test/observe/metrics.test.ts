import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { type Figure, Metrics } from '../../src/observe/metrics.ts';

const figure = (change: Partial<Figure>): Figure => ({
  name: 'log_size_bytes',
  help: 'Size of the log.',
  kind: 'gauge',
  read: () => 7,
  ...change,
});
const metricsOf = (...figures: Figure[]): Metrics =>
  new Metrics({ about: { peer: 'pi-1', version: '1.2.3' }, figures });
const linesOf = async (metrics: Metrics, name: string): Promise<readonly string[]> =>
  (await metrics.text()).split('\n').filter((line) => line.startsWith(name));

test('a figure is read anew by each scrape', async () => {
  let bytes = 7;
  const metrics = metricsOf(figure({ read: () => bytes }));
  expect(await linesOf(metrics, 'orion_log_size')).toEqual(['orion_log_size_bytes 7']);
  bytes = 9;
  expect(await linesOf(metrics, 'orion_log_size')).toEqual(['orion_log_size_bytes 9']);
});

test('a counter shows what it is told, not the sum of what it was told', async () => {
  const metrics = metricsOf(figure({ name: 'log_syncs_total', kind: 'counter', read: () => 5 }));
  await metrics.text();
  expect(await linesOf(metrics, 'orion_log_syncs')).toEqual(['orion_log_syncs_total 5']);
});

test('what is not known is absent, and so is what is not known any more', async () => {
  let match: number | undefined = 3;
  const metrics = metricsOf(
    figure({ name: 'quorum_have', read: () => match }),
    figure({
      name: 'match_index',
      labels: ['peer'],
      read: () => (match === undefined ? [] : [{ labels: { peer: 'pi-2' }, value: match }]),
    }),
  );
  expect(await linesOf(metrics, 'orion_match_index')).toEqual(['orion_match_index{peer="pi-2"} 3']);
  match = undefined;
  expect(await linesOf(metrics, 'orion_match_index')).toEqual([]);
  expect(await linesOf(metrics, 'orion_quorum_have')).toEqual([]);
});

test('requests are counted by route and status, in seconds', async () => {
  const metrics = metricsOf();
  const ended = { method: 'GET', route: '/api/settings/:name', status: 200 };
  metrics.onRequest({ ...ended, milliseconds: 3 });
  metrics.onRequest({ ...ended, milliseconds: 400 });
  const labels = 'method="GET",route="/api/settings/:name",status="200"';
  const lines = await linesOf(metrics, 'orion_http_request_duration_seconds');
  expect(lines).toContain(`orion_http_request_duration_seconds_bucket{le="0.005",${labels}} 1`);
  expect(lines).toContain(`orion_http_request_duration_seconds_count{${labels}} 2`);
  expect(lines).toContain(`orion_http_request_duration_seconds_sum{${labels}} 0.403`);
});

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

test.skipIf(!hasPromtool)('promtool finds nothing to say', async () => {
  const metrics = metricsOf(figure({}));
  metrics.onRequest({ method: 'GET', route: '/metrics', status: 200, milliseconds: 1 });
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: await metrics.text(),
    encoding: 'utf8',
  });
  expect(stdout + stderr).toBe('');
  expect(status).toBe(0);
});
