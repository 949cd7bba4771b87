// The command line against a cluster of a test: in this process, where nothing needs a process of its own.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { orion, type Outcome } from '../cli/terminal.ts';
import type { Cluster } from './cluster.ts';
import { echoScript } from './services.ts';

/** A service of a manifest: keys of orion.yaml, and the script that it runs. */
export interface Entry {
  readonly script?: string;
  /** File of the script; default `NAME.mjs`. */
  readonly entry?: string;
  readonly [key: string]: unknown;
}

export class Shell {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** `--peers` of this cluster. */
  get peers(): readonly string[] {
    return ['--peers', this.#cluster.peerUrls().join(',')];
  }

  /** `orion ARGS` against the cluster. */
  run(...args: string[]): Promise<Outcome> {
    return orion([...args, ...this.peers]);
  }

  /** What `orion ARGS -o json` prints; it must end with 0. */
  async json<T>(...args: string[]): Promise<T> {
    const { stdout, stderr, exitCode } = await this.run(...args, '-o', 'json');
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    return JSON.parse(stdout) as T;
  }

  /** Writes the manifest of `owner`, whose services run scripts; answers its file, the same for the same owner. */
  manifest(owner: string, services: Readonly<Record<string, Entry>>): string {
    const path = join(this.#cluster.folder, 'manifests');
    mkdirSync(path, { recursive: true });
    const entries: object[] = [];
    for (const [name, { script = echoScript(), entry = `${name}.mjs`, ...rest }] of Object.entries(
      services,
    )) {
      writeFileSync(join(path, entry), script);
      entries.push({ name, runtime: 'node', entry, ports: [{ name: 'http' }], ...rest });
    }
    const metadata = { name: owner };
    const document = { apiVersion: 'orion/v1', kind: 'Config', metadata, spec: { services: entries } };
    const file = join(path, `${owner}.yaml`);
    writeFileSync(file, JSON.stringify(document));
    return file;
  }
}
