// Which cluster a command speaks to when nobody says so: the `orion dev` of this folder, else a peer on this machine.

import { readDevState } from './dev/dev-state.ts';
import { parseUrls } from './arguments.ts';

/** Where `orion dev` keeps its cluster, relative to the working directory. */
export const defaultDevFolder = '.orion/dev';

/** The API of a peer started by hand with the ports of the example. */
const defaultPeer = 'http://127.0.0.1:6060';

/** `given` (`--peers` or `ORION_PEERS`), else what dev.json names, else {@link defaultPeer}. Throws `USAGE`. */
export function findPeers(given: string | undefined, folder = defaultDevFolder): string[] {
  if (given !== undefined) return parseUrls(given, '--peers (or ORION_PEERS)');
  const dev = readDevState(folder);
  return dev === undefined ? [defaultPeer] : dev.peers.map((peer) => peer.api);
}
