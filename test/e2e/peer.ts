// One peer of a test cluster: a process with its addresses and its configuration file.

import { join } from 'node:path';
import { Program } from './program.ts';

export interface Peer extends Program {
  /** URL of its API. */
  readonly api: string;
  /** `host:port`. */
  readonly raft: string;
}

export function makePeer(options: {
  readonly folder: string;
  readonly id: string;
  /** Of its API, and of its Raft transport. */
  readonly ports: readonly (number | undefined)[];
  readonly join: readonly string[];
}): Peer {
  const { folder, id, ports, join: urls } = options;
  const dataDir = join(folder, id);
  const args = [
    'peer',
    'start',
    '--config',
    urls.length === 0 ? join(folder, 'cluster.toml') : configFileOf(folder, id),
    '--id',
    id,
    '--data-dir',
    dataDir,
  ];
  if (urls.length > 0) args.push('--join', urls.join(','));
  const program = new Program({ id, args, dataDir, logFile: join(folder, 'logs', `${id}.log`) });
  return Object.assign(program, { api: `http://127.0.0.1:${ports[0]}`, raft: `127.0.0.1:${ports[1]}` });
}

/** Of a peer that joined: the founders keep theirs. */
export const configFileOf = (folder: string, id: string): string => join(folder, `cluster-${id}.toml`);

/** cluster.toml. */
export function configOf(peers: readonly Peer[]): string {
  const tables = peers.map(
    (peer) => `[[peer]]\nid = "${peer.id}"\napi = "${peer.api}"\nraft = "${peer.raft}"\n`,
  );
  return `[cluster]\nname = "e2e"\n\n${tables.join('\n')}`;
}
