// One agent against a gateway that a test plays, with real processes. Everything it started is gone afterwards.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { startAgent, type Agent, type AgentOptions } from '../../agent/main.ts';
import { findStarted, identify, isAlive } from '../../agent/process-table.ts';
import type { AgentTiming } from '../../agent/timing.ts';
import type { Assigned } from '../../src/protocol/agent.ts';
import type { Workload } from '../../src/protocol/objects.ts';
import { FakeGateway } from './fake-gateway.ts';

/** Paces at which a test does not have to wait for long. */
export const quick: Partial<AgentTiming> = {
  aliveMs: 100,
  stableMs: 60_000,
  restartBackoff: { baseMs: 20, maxMs: 200 },
  adoptedPollMs: 50,
  stoppingPollMs: 20,
  saveRetryMs: 20,
  logPollMs: 20,
};

export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'orion-agent-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export async function gateway(): Promise<FakeGateway> {
  const fake = await FakeGateway.open();
  onTestFinished(() => fake.close());
  return fake;
}

export async function agentFor(
  fake: FakeGateway,
  options: Partial<AgentOptions> = {},
): Promise<Agent & { readonly dataDir: string }> {
  const dataDir = options.dataDir ?? temporaryDirectory();
  const agent = await startAgent({
    peers: [fake.url],
    nodeId: 'node-1',
    dataDir,
    labels: {},
    timing: quick,
    log: () => {},
    ...options,
  });
  onTestFinished(async () => {
    await agent.stop();
    killServices(fake);
  });
  return { ...agent, dataDir };
}

/** The processes that belong to an agent die with the test, however it ended. */
export function killServices(fake: FakeGateway): void {
  for (const agentId of fake.agentIds) {
    for (const { pid } of findStarted(agentId).values()) kill(pid);
  }
}

/** False for a zombie, too: nobody may be there to reap what outlived its parent. */
export function isPidAlive(pid: number): boolean {
  const identity = identify(pid);
  return identity !== undefined && isAlive(identity);
}

/** `source` runs in node, as a command without a shell. */
export function script(source: string, workload: Partial<Workload> = {}): Workload {
  return {
    path: tmpdir(),
    runtime: 'command',
    command: [process.execPath, '-e', source],
    args: [],
    ports: [],
    env: {},
    resources: { cpu: 0, memory: 0 },
    restart: 'always',
    stop: { signal: 'SIGTERM', graceSeconds: 5 },
    ...workload,
  };
}

export const forever = 'setInterval(() => {}, 1000)';

export function assigned(assignmentId: string, workload: Workload, index = 0): Assigned {
  return { assignmentId, service: 'web', index, revision: 1, desired: 'running', workload };
}

function kill(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It was quicker.
  }
}
