// The folder of an `orion dev`: made once, found again by every later start with its ports and its data.

import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { loadCluster, type ClusterConfig } from '../../config/cluster.ts';
import { makeDirectories } from '../../lib/directories.ts';
import { messageOf, OrionError } from '../../lib/errors.ts';
import { readDevState } from './dev-state.ts';
import { isAlive } from './process-identity.ts';

/** Ports of the first peer; the others take the next ones that are free. */
const firstApiPort = 6_060;
const firstRaftPort = 7_060;
/** How far from the first port to look for a free one. */
const portsToTry = 500;
const defaultPeerCount = 3;
/** As cluster.toml has it. */
const peerCounts: readonly number[] = [1, 3, 5];

export interface DevFolder {
  /** Absolute. */
  readonly path: string;
  readonly configFile: string;
  readonly config: ClusterConfig;
}

/**
 * Opens `path`, or makes it with `peerCount` peers on free ports. Throws `CONFLICT` when a dev runs there, when it was
 * made with another number of peers, or when another program holds one of its ports; `USAGE` when it cannot be made.
 */
export async function openDevFolder(path: string, peerCount: number | undefined): Promise<DevFolder> {
  if (peerCount !== undefined && !peerCounts.includes(peerCount)) {
    throw new OrionError('USAGE', `--peer-count is one of ${peerCounts.join(', ')}, not ${peerCount}`);
  }
  const folder = resolve(path);
  const running = readDevState(folder);
  if (running !== undefined && isAlive(running.dev)) {
    throw new OrionError(
      'CONFLICT',
      `orion dev runs in ${path} already (pid ${running.dev.pid}): end it first, or give this one a folder with --dir`,
    );
  }
  const configFile = join(folder, 'cluster.toml');
  if (existsSync(configFile)) {
    const config = loadCluster(configFile);
    await assertFits(path, config, peerCount);
    return { path: folder, configFile, config };
  }
  const text = await newConfig(peerCount ?? defaultPeerCount);
  makeFolder(folder);
  try {
    writeFileSync(configFile, text);
  } catch (error) {
    throw unusable(path, error);
  }
  return { path: folder, configFile, config: loadCluster(configFile) };
}

/** With its missing parents; one that exists is fine. Throws `USAGE`. */
export function makeFolder(path: string): void {
  try {
    makeDirectories(path);
  } catch (error) {
    throw unusable(path, error);
  }
}

function unusable(path: string, cause: unknown): OrionError {
  return new OrionError('USAGE', `${path} cannot be used: ${messageOf(cause)}; name another folder`, {
    cause,
  });
}

async function assertFits(path: string, config: ClusterConfig, peerCount: number | undefined): Promise<void> {
  if (peerCount !== undefined && peerCount !== config.peers.length) {
    throw new OrionError(
      'CONFLICT',
      `${path} holds a cluster of ${config.peers.length} peers: leave --peer-count out, or give --dir a new folder`,
    );
  }
  for (const peer of config.peers) {
    for (const port of [new URL(peer.api).port, new URL(`http://${peer.raft}`).port]) {
      if (await isFree(Number(port))) continue;
      throw new OrionError(
        'CONFLICT',
        `port ${port} of ${peer.id} in ${path} is in use: end what listens there (a peer started by hand?), or give --dir a new folder`,
      );
    }
  }
}

async function newConfig(peerCount: number): Promise<string> {
  const tables: string[] = ['# Written by orion dev, once; later starts keep it.\n[cluster]\nname = "dev"\n'];
  let api = firstApiPort;
  let raft = firstRaftPort;
  for (let i = 1; i <= peerCount; i += 1) {
    api = await freePort(api);
    raft = await freePort(raft);
    tables.push(`[[peer]]\nid = "peer-${i}"\napi = "http://127.0.0.1:${api}"\nraft = "127.0.0.1:${raft}"\n`);
    api += 1;
    raft += 1;
  }
  return tables.join('\n');
}

/** The first port from `from` that nobody on loopback listens on. */
async function freePort(from: number): Promise<number> {
  for (let port = from; port < from + portsToTry; port += 1) if (await isFree(port)) return port;
  throw new OrionError('CONFLICT', `no free port from ${from} to ${from + portsToTry - 1}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
