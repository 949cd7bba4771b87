// Founding: how a peer with an empty log comes by entry 1, the genesis record (rules: raft/genesis.ts).
// Owns: when to judge again, and writing what was judged. Does not own: the judgement.
//
// G1. Genesis is durable in the log before the core exists, and before anyone hears of it.
// G2. Only a peer that never voted nor acknowledged anything may drop its genesis for another.

import { decideGenesis, type GenesisDecision, type Identity, makeGenesis } from '../../raft/genesis.ts';
import type { RaftStatus } from '../../raft/status.ts';
import {
  asIndex,
  asOperation,
  asTerm,
  type Entry,
  type Genesis,
  type Member,
  noBase,
  type PeerId,
  type StoreId,
} from '../../raft/types.ts';
import { present } from '../lib/assert.ts';
import type { Links } from './links.ts';
import type { LogStore, PeerIdentity, PeerMessage, RestoredLog } from './ports.ts';

const genesisTerm = asTerm(1);
const genesisIndex = asIndex(1);

export class Founding {
  readonly #name: string;
  readonly #founders: readonly PeerId[];
  readonly #self: Member;
  readonly #log: LogStore;
  readonly #links: Links;
  readonly #hash: (text: string) => string;

  constructor(options: {
    name: string;
    founders: readonly PeerId[];
    self: Member;
    log: LogStore;
    links: Links;
    hash: (text: string) => string;
  }) {
    this.#name = options.name;
    this.#founders = options.founders;
    this.#self = options.self;
    this.#log = options.log;
    this.#links = options.links;
    this.#hash = options.hash;
  }

  decide(now: {
    readonly own: Genesis | undefined;
    readonly pristine: boolean;
    readonly followed: Genesis | undefined;
  }): GenesisDecision {
    return decideGenesis({
      self: this.#self,
      founders: this.#founders,
      ...now,
      heard: this.#links.identities(),
    });
  }

  /** Genesis of these founders, at the addresses that each of them named itself. */
  make(founders: readonly Identity[]): Genesis {
    const members = founders.map(({ peerId, storeId }): Member => {
      const { api, raft } = storeId === this.#self.storeId ? this.#self : this.#heard(storeId);
      return { storeId, peerId, api, raft };
    });
    return makeGenesis({ name: this.#name, founders: members }, this.#hash);
  }

  #heard(storeId: StoreId): PeerIdentity {
    return present(this.#links.identity(storeId), 'a founder that was judged by is heard');
  }

  /** Writes genesis as entry 1, in place of an earlier one that was never acted on. */
  async write(genesis: Genesis, replacesOwn: boolean): Promise<void> {
    await this.#log.persist({
      operation: asOperation(0),
      hardState: { term: genesisTerm, vote: undefined },
      install: undefined,
      mended: false,
      truncateFrom: replacesOwn ? genesisIndex : undefined,
      entries: [genesisEntry(genesis)],
    });
    await this.#log.joinCluster(genesis.clusterId);
  }

  /** What the log holds after {@link write}. */
  restored(genesis: Genesis): RestoredLog {
    const entry = genesisEntry(genesis);
    return {
      hardState: { term: genesisTerm, vote: undefined },
      base: noBase,
      lastIndex: genesisIndex,
      termRuns: [{ from: genesisIndex, term: genesisTerm }],
      tail: [entry],
      genesis,
      configurations: [],
      impaired: this.#log.restored.impaired,
    };
  }
}

function genesisEntry(genesis: Genesis): Entry {
  return { index: genesisIndex, term: genesisTerm, time: 0, payload: { kind: 'genesis', genesis } };
}

/** True while nothing was voted or acknowledged under this log's genesis, which may then still be dropped. */
export function isPristine(status: RaftStatus | undefined): boolean {
  if (status === undefined) return true;
  if (status.impaired) return false; // what it did is not known
  return status.term === genesisTerm && status.lastIndex === genesisIndex;
}

/** Whether only a leader sends it, to who belongs to its cluster. */
export function isOfLeader(message: PeerMessage): boolean {
  if (message.kind !== 'raft') return false;
  return message.message.kind === 'appendRequest' || message.message.kind === 'heartbeatRequest';
}
