// What `GET /metrics` of real peers says.

import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { Cluster } from './cluster.ts';
import { request } from './http.ts';

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

test('metrics tell of the cluster as it is, in a form that Prometheus takes', async ({ skip }) => {
  const cluster = await Cluster.start({ agents: 0 });
  try {
    const leader = await cluster.leader();
    const written = await request(`${leader.api}/api/settings/greeting`, {
      method: 'PUT',
      body: { data: 'x'.repeat(10_000) },
    });
    expect(written.status).toBe(201);
    const text = await (await fetch(`${leader.api}/metrics`)).text();
    const valueOf = (name: string): number =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${name} `))
          ?.split(' ')[1] ?? Number.NaN,
      );
    expect(valueOf('orion_raft_is_leader')).toBe(1);
    expect(valueOf('orion_raft_quorum_have')).toBe(3);
    expect(valueOf('orion_raft_applied_index')).toBeGreaterThanOrEqual(3);
    expect(valueOf('orion_applied_command_bytes_total')).toBeGreaterThan(10_000);
    expect(valueOf('orion_log_written_bytes_total')).toBeGreaterThan(10_000);
    expect(valueOf('orion_log_syncs_total')).toBeGreaterThan(0);
    expect(valueOf('orion_peer_links')).toBe(2);
    expect(text).toContain('orion_state_rows{kind="settings"} 1');
    expect(text).toContain('method="PUT",route="/api/settings/:name",status="201"');
    if (!hasPromtool) skip('promtool is not installed');
    const { stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    expect(stdout + stderr).toBe('');
  } finally {
    await cluster.stop();
  }
});
