// The roster: which peers this one wants links to, and where each is reached.
// Owns: the list that the transport works by. Does not own: links, or who is a member (the log).
//
// R1. Before genesis those are the founders of cluster.toml; from then on the members of the newest configuration.
// R2. Addresses are not identity: the one in the file is tried beside the one that the log recorded.
// R3. Who founded knows every founder. Anyone else may be unknown to the other side, and so is dialled from both.
// R4. Who is about to be added is dialled until that is settled: its store has to be known first.
// R5. In a cluster that was recovered whoever the file lists is dialled, too: a peer of before has to hear that it is over.

import type { Configuration, Genesis, Member, PeerId, StoreId } from '../../raft/types.ts';
import { membersOf } from '../../raft/membership.ts';
import type { PeerAddress, Transport } from './ports.ts';

interface Listed {
  readonly peerId: PeerId;
  readonly raft: string;
}

export class Roster {
  readonly #self: Member;
  /** From cluster.toml. */
  readonly #listed: readonly Listed[];
  readonly #transport: Pick<Transport, 'setPeers'>;
  readonly #candidates = new Set<PeerAddress>();
  /** What was told to the transport last; undefined before it was started. */
  #told: string | undefined;
  readonly #isRecovered: boolean;
  #members: readonly PeerAddress[];
  #configuration: Configuration | undefined;

  constructor(options: {
    self: Member;
    listed: readonly Listed[];
    /** Whether those listed found the cluster together; one that joins waits to be dialled. */
    founds: boolean;
    /** Above 0 in a cluster that was recovered. */
    epoch: number;
    transport: Pick<Transport, 'setPeers'>;
  }) {
    this.#self = options.self;
    this.#listed = options.listed;
    this.#transport = options.transport;
    this.#isRecovered = options.epoch > 0;
    this.#members = options.founds ? options.listed : [];
  }

  get peers(): readonly PeerAddress[] {
    return [...this.#members, ...this.#candidates].filter(({ peerId }) => peerId !== this.#self.peerId);
  }

  /** The transport has started, with `peers`. */
  start(): void {
    this.#told = '';
    this.#tell();
  }

  onConfiguration(configuration: Configuration, genesis: Genesis): void {
    if (configuration === this.#configuration) return;
    this.#configuration = configuration;
    const founders = genesis.founders.map(({ storeId }) => storeId);
    const newestFirst = membersOf(configuration).toReversed();
    const members = newestFirst.flatMap((member) => this.#addressesOf(member, founders)); // R1
    const strangers = this.#listed.filter(({ peerId }) =>
      members.every((member) => member.peerId !== peerId),
    );
    this.#members = this.#isRecovered ? [...members, ...strangers] : members; // R5
    this.#tell();
  }

  /** R4. The answer ends it. */
  dial(peer: Listed): () => void {
    const candidate = { ...peer, isNew: true };
    this.#candidates.add(candidate);
    this.#tell();
    return () => {
      this.#candidates.delete(candidate);
      this.#tell();
    };
  }

  #addressesOf({ peerId, storeId, raft }: Member, founders: readonly StoreId[]): readonly PeerAddress[] {
    const isNew = !founders.includes(storeId) || !founders.includes(this.#self.storeId); // R3
    const listed = this.#listed.find((peer) => peer.peerId === peerId)?.raft ?? raft;
    return [...new Set([listed, raft])].map((address) => ({ peerId, raft: address, isNew })); // R2
  }

  #tell(): void {
    const told = JSON.stringify(this.peers);
    if (this.#told === undefined || told === this.#told) return;
    this.#told = told;
    this.#transport.setPeers(this.peers);
  }
}
