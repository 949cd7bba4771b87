// Figures: what each peer tells of its disk and its state, for whoever watches the cluster from the leader.
// Owns: what was heard last of each. Peers are asked only while somebody looks, and nobody waits for an answer: a look
// shows what the one before it asked for.

import type { Member, PeerId, StoreId } from '../../raft/types.ts';
import type { PeerStats } from '../protocol/watch.ts';
import type { LogStore, PeerMessage } from './ports.ts';

/** The sender's own figures; `asks` for those of the receiver. */
export interface FiguresMessage {
  readonly kind: 'figures';
  readonly figures: PeerStats;
  readonly asks: boolean;
}

export interface FiguresOptions {
  readonly self: PeerId;
  readonly own: () => PeerStats;
  /** Whom there are links to. */
  readonly linked: () => readonly StoreId[];
  readonly members: () => readonly Member[];
  readonly send: (to: StoreId, message: PeerMessage) => boolean;
}

/** Of this peer. */
export function statsOf(log: Pick<LogStore, 'stats'>, state: { readonly appliedIndex: number }): PeerStats {
  const { bytes, syncP99Ms } = log.stats();
  return { fsyncP99Ms: syncP99Ms ?? null, logBytes: bytes, appliedIndex: state.appliedIndex };
}

export class Figures {
  readonly #options: FiguresOptions;
  readonly #heard = new Map<StoreId, PeerStats>();

  constructor(options: FiguresOptions) {
    this.#options = options;
  }

  /** By peer, of those that are linked; asks them anew. */
  look(): Record<string, PeerStats> {
    const { self, own, linked, members } = this.#options;
    const all: Record<string, PeerStats> = { [self]: own() };
    for (const storeId of linked()) {
      this.#tell(storeId, true);
      const member = members().find((one) => one.storeId === storeId);
      const heard = this.#heard.get(storeId);
      if (member !== undefined && heard !== undefined) all[member.peerId] = heard;
    }
    return all;
  }

  onMessage(from: StoreId, { figures, asks }: FiguresMessage): void {
    this.#heard.set(from, figures);
    if (asks) this.#tell(from, false);
  }

  onLinkDown(storeId: StoreId): void {
    this.#heard.delete(storeId);
  }

  #tell(to: StoreId, asks: boolean): void {
    this.#options.send(to, { kind: 'figures', figures: this.#options.own(), asks });
  }
}
