// The cluster that a command speaks to, and what is learned of it on the way.
//
// A1. A context's list of peers is brought up to date by whoever uses it: what the cluster says its peers are, and the
//     one that answered. That a file cannot be written fails no command.

import { OrionClient } from '../client/index.ts';
import { messageOf } from '../lib/errors.ts';
import { readContexts, writeContexts } from './context-file.ts';
import { findPeers, type Found, type Wanted } from './find-peers.ts';

export class ClusterAccess {
  readonly #env: Wanted['env'];
  readonly #found: Found;
  readonly client: OrionClient;

  /** Throws what {@link findPeers} throws. */
  constructor(wanted: Wanted) {
    this.#env = wanted.env;
    this.#found = findPeers(wanted);
    this.client = new OrionClient({ peers: this.#found.peers });
  }

  /** After the command: A1. Answers what went wrong, in a sentence. */
  refresh(): string | undefined {
    const { context } = this.#found;
    const told = this.client.clusterPeers;
    if (context === undefined || told.length === 0) return undefined;
    try {
      const contexts = readContexts(this.#env);
      const known = contexts.peers.get(context);
      if (known === undefined || known.toSorted().join(' ') === told.toSorted().join(' ')) return undefined;
      writeContexts(this.#env, { ...contexts, peers: new Map([...contexts.peers, [context, told]]) });
      return undefined;
    } catch (error) {
      return `the peers of context ${context} were not brought up to date: ${messageOf(error)}`;
    }
  }
}
