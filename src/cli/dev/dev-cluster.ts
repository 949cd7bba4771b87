// The processes of one `orion dev`: three peers, an agent or more, each a child of its own.
// Owns: the children, and dev.json, which follows them. Does not own: what is printed, or when to stop.
//
// D1. Nothing that was killed is started again, but for an agent whose services have to be stopped at the end.
// D2. Services are stopped before the peers: an agent stops its own, and needs nobody for that.

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { OrionClient } from '../../client/index.ts';
import { messageOf, OrionError } from '../../lib/errors.ts';
import { Child } from './child.ts';
import { writeDevState, type DevProcess } from './dev-state.ts';
import { type DevFolder, makeFolder } from './folder.ts';
import { ownIdentity } from './process-identity.ts';

/** How long a start may take on a slow disk before it counts as failed, in milliseconds. */
const readyMs = 60_000;
/** How long a peer may take to stop before it is killed, in milliseconds. */
const peerStopMs = 10_000;
const pollMs = 100;

export interface DevClusterOptions {
  readonly folder: DevFolder;
  readonly agentCount: number;
  readonly mainFile: string;
  /** A child ended before it was asked to. */
  readonly onLost: (child: Child, how: string) => void;
}

export class DevCluster {
  readonly peers: readonly Child[];
  readonly agents: readonly Child[];
  readonly client: OrionClient;
  readonly #options: DevClusterOptions;
  #stopping = false;

  constructor(options: DevClusterOptions) {
    const { path, configFile, config } = options.folder;
    const urls = config.peers.map((peer) => peer.api);
    this.#options = options;
    this.client = new OrionClient({ peers: urls });
    this.peers = config.peers.map(({ id }) =>
      this.#child(id, ['peer', 'start', '--config', configFile, '--id', id, '--data-dir', join(path, id)]),
    );
    this.agents = Array.from({ length: options.agentCount }, (_, i) => {
      const id = `node-${i + 1}`;
      const place = ['--node-id', id, '--data-dir', join(path, id)];
      return this.#child(id, ['agent', 'start', '--peers', urls.join(','), ...place]);
    });
  }

  #child(id: string, args: readonly string[]): Child {
    const { folder, mainFile, onLost } = this.#options;
    const child: Child = new Child({
      id,
      mainFile,
      args,
      dataDir: join(folder.path, id),
      logFile: join(folder.path, 'logs', `${id}.log`),
      onExit: (how) => {
        this.#writeState();
        if (!this.#stopping) onLost(child, how);
      },
    });
    return child;
  }

  start(): void {
    makeFolder(join(this.#options.folder.path, 'logs'));
    for (const child of [...this.peers, ...this.agents]) child.start();
    this.#writeState();
  }

  /** Resolves once every peer serves and every agent's node is ready. Throws when a child ends, or after a minute. */
  async untilReady(): Promise<void> {
    for (const { api, id } of this.#options.folder.config.peers) {
      await this.#until(`${id} is ready`, () => isReady(api));
    }
    for (const agent of this.agents) {
      await this.#until(`${agent.id} is ready`, async () => {
        const node = await this.client.get('nodes', agent.id);
        return node.status.state === 'ready';
      });
    }
  }

  async #until(what: string, probe: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + readyMs;
    let last = '';
    while (!this.#stopping) {
      const ended = [...this.peers, ...this.agents].find((child) => !child.running);
      if (ended !== undefined) throw failure(`${ended.id} ended at its start`, ended);
      try {
        if (await probe()) return;
      } catch (error) {
        last = messageOf(error);
      }
      if (performance.now() > deadline) {
        throw new OrionError('INTERNAL', `waited ${readyMs / 1_000} s in vain until ${what}: ${last}`);
      }
      await sleep(pollMs);
    }
  }

  /** Stops services, agents and peers, in that order. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(
      this.agents.map(async (agent) => {
        if (!agent.running) agent.start(); // D1
        await agent.stop(true);
      }),
    );
    await Promise.all(
      this.peers.map(async (peer) => {
        const timer = setTimeout(() => peer.kill(), peerStopMs);
        await peer.stop(false);
        clearTimeout(timer);
      }),
    );
  }

  /** Ends all children at once; services may live on. */
  kill(): void {
    for (const child of [...this.agents, ...this.peers]) child.kill();
  }

  #writeState(): void {
    const { path, configFile, config } = this.#options.folder;
    writeDevState(path, {
      dev: ownIdentity(),
      config: configFile,
      peers: this.peers.map((child, i) => ({
        ...seen(child),
        api: config.peers[i]?.api ?? '',
        raft: config.peers[i]?.raft ?? '',
      })),
      agents: this.agents.map(seen),
    });
  }
}

function seen({ id, pid, dataDir, running }: Child): DevProcess {
  return { id, pid, dataDir, running };
}

async function isReady(api: string): Promise<boolean> {
  const { status, reasons } = await new OrionClient({ peers: [api] }).health();
  if (status === 'ok') return true;
  throw new OrionError('NO_LEADER', reasons.join('; '));
}

function failure(what: string, child: Child): OrionError {
  return new OrionError('INTERNAL', `${what}; the end of ${child.logFile}:\n${child.logTail()}`);
}
