// Links: which peers are connected, who they said they are, and when each was last heard.
// K1. At most one live link a peer id; what an older incarnation said is forgotten when it goes.

import type { ClusterId, PeerId, StoreId } from '../../raft/types.ts';
import { limits } from '../lib/limits.ts';
import type { PeerIdentity } from './ports.ts';

export class Links {
  readonly #up = new Map<StoreId, PeerIdentity>();
  readonly #heardMs = new Map<StoreId, number>();
  /** Why the last handshake failed, by peer, until one succeeds. */
  readonly #refusals = new Map<PeerId, string>();

  up(identity: PeerIdentity, nowMs: number): void {
    this.#up.set(identity.storeId, identity);
    this.#heardMs.set(identity.storeId, nowMs);
    this.#refusals.delete(identity.peerId);
  }

  /** It was refused, or refused us. */
  refused(peerId: PeerId, reason: string): void {
    if (this.#refusals.size >= limits.refusalsToldMax) this.#refusals.clear();
    this.#refusals.set(peerId, reason);
  }

  /** Why there is no link to it, as far as it was said. */
  refusal(peerId: PeerId): string | undefined {
    return this.#refusals.get(peerId);
  }

  /** False when a newer incarnation of that store has taken the link's place. */
  down(storeId: StoreId, incarnation: number): boolean {
    if (this.#up.get(storeId)?.incarnation !== incarnation) return false;
    return this.#up.delete(storeId);
  }

  heard(storeId: StoreId, nowMs: number): void {
    this.#heardMs.set(storeId, nowMs);
  }

  identity(storeId: StoreId): PeerIdentity | undefined {
    return this.#up.get(storeId);
  }

  storeIds(): readonly StoreId[] {
    return [...this.#up.keys()];
  }

  identities(): readonly PeerIdentity[] {
    return [...this.#up.values()];
  }

  /** The highest epoch in which a peer of that cluster says that it goes on. */
  epochOf(clusterId: ClusterId): number {
    const members = this.identities().filter(({ genesis }) => genesis?.clusterId === clusterId);
    return Math.max(0, ...members.map(({ epoch }) => epoch));
  }

  /** Monotonic milliseconds; undefined when it was never heard in this run. */
  lastHeardMs(storeId: StoreId): number | undefined {
    return this.#heardMs.get(storeId);
  }
}
