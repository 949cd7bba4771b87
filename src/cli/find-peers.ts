// Which cluster a command speaks to: the one that was named, else the `orion dev` of this folder, else the current
// context, else a peer on this machine.
//
// Why the folder before the context: whoever tries something out in a folder with a cluster of its own must not change
// the one at home by it.

import { OrionError } from '../lib/errors.ts';
import { parseUrls } from './arguments.ts';
import { readContexts } from './context-file.ts';
import { readDevState } from './dev/dev-state.ts';
import { didYouMean } from './nearest.ts';

/** Where `orion dev` keeps its cluster, relative to the working directory. */
export const defaultDevFolder = '.orion/dev';

/** The API of a peer started by hand with the ports of the example. */
const defaultPeer = 'http://127.0.0.1:6060';

export interface Wanted {
  /** `--peers` */
  readonly peers: string | undefined;
  /** `--context` */
  readonly context: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Default {@link defaultDevFolder}. */
  readonly devFolder?: string;
}

export interface Found {
  readonly peers: readonly string[];
  /** The context that names them. */
  readonly context?: string;
}

/** Throws `USAGE`, or CONFIG_INVALID for a file that cannot be read as what it is. */
export function findPeers({ peers, context, env, devFolder = defaultDevFolder }: Wanted): Found {
  if (peers !== undefined && context !== undefined) {
    throw new OrionError('USAGE', 'give --peers or --context, not both');
  }
  if (context !== undefined) return inContext(context, env);
  const given = peers ?? (env['ORION_PEERS'] || undefined); // set to nothing is not set
  if (given !== undefined) return { peers: parseUrls(given, '--peers (or ORION_PEERS)') };
  const dev = readDevState(devFolder);
  if (dev !== undefined) return { peers: dev.peers.map((peer) => peer.api) };
  const { current } = readContexts(env);
  return current === undefined ? { peers: [defaultPeer] } : inContext(current, env);
}

function inContext(context: string, env: Wanted['env']): Found {
  const contexts = readContexts(env);
  const peers = contexts.peers.get(context);
  if (peers !== undefined) return { peers, context };
  throw absentContext(context, [...contexts.peers.keys()]);
}

export function absentContext(name: string, names: readonly string[]): OrionError {
  const meant = didYouMean(name, names);
  const all = names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`;
  return new OrionError('USAGE', `"${name}" is no context${meant === '' ? `: ${all}` : meant}`);
}
