// Founding a cluster: when a founder may write the genesis record, and whose it takes over (raft.md, identity and genesis).
// Pure: a driver tells what it hears over open connections, asks again after every change, and acts on the answer.
// N1. Genesis is written only by a founder that hears every founder, and no genesis from any of them.
// N2. A founder works only under a genesis that names its own store: a new disk is a new member, whatever its name.
// N3. A genesis is dropped only by a founder that never voted nor acknowledged, for one that a majority of its founders holds.
// N4. A store that founded nothing takes over the genesis of a leader that sends it entries or heartbeats: a leader does
//     so only to stores that its configuration names. It campaigns only once its log has made it a voter (roles.ts).

import { assert } from '../src/lib/assert.ts';
import { asClusterId, type Genesis, type Member, type PeerId, type StoreId } from './types.ts';

/** A peer's name together with the identity of its disk. */
export interface Identity {
  readonly peerId: PeerId;
  readonly storeId: StoreId;
}

/** A peer with an open connection, and the genesis that it holds. */
export interface HeardPeer extends Identity {
  readonly genesis: Genesis | undefined;
}

export interface GenesisQuestion {
  readonly self: Member;
  /** The peers that cluster.toml lists, this one among them; none for a peer that joins a cluster. */
  readonly founders: readonly PeerId[];
  readonly own: Genesis | undefined;
  /** Hard state of term 1 without a vote, and nothing behind genesis: this peer never voted nor acknowledged. */
  readonly pristine: boolean;
  readonly heard: readonly HeardPeer[];
  /** What a leader holds that has sent this store an append or a heartbeat in this run (N4). */
  readonly followed: Genesis | undefined;
}

export type GenesisDecision =
  /** `reason` is a sentence for people. */
  | { readonly kind: 'wait'; readonly reason: string }
  /** Make genesis from these, sorted by store id, with the addresses at which they were heard. */
  | { readonly kind: 'write'; readonly founders: readonly Identity[] }
  /** Write this one, in the place of one's own if there is one. */
  | { readonly kind: 'adopt'; readonly genesis: Genesis }
  /** This store is no member of the cluster that it hears; `reason` says so and what to do. */
  | { readonly kind: 'foreign'; readonly genesis: Genesis; readonly reason: string }
  /** One's own genesis stands. */
  | { readonly kind: 'settled'; readonly genesis: Genesis };

/** By code units, never by locale: the order is part of what is hashed. */
function byStoreId(a: Identity, b: Identity): number {
  if (a.storeId === b.storeId) return 0;
  return a.storeId < b.storeId ? -1 : 1;
}

/**
 * The genesis of a cluster named `name`. `hash` gives 32 hex digits; the cluster id covers the name and who founded it,
 * not addresses, which may change.
 */
export function makeGenesis(
  cluster: { readonly name: string; readonly founders: readonly Member[] },
  hash: (text: string) => string,
): Genesis {
  const founders = [...cluster.founders].sort(byStoreId);
  assert(founders.length > 0, 'somebody founds a cluster');
  assert(new Set(founders.map((founder) => founder.storeId)).size === founders.length, 'a store founds once');
  assert(new Set(founders.map((founder) => founder.peerId)).size === founders.length, 'a name founds once');
  const identities = founders.map((founder) => [founder.peerId, founder.storeId]);
  const clusterId = asClusterId(hash(JSON.stringify([cluster.name, identities])));
  return { clusterId, name: cluster.name, founders };
}

/** What a peer should do about genesis now. */
export function decideGenesis(question: GenesisQuestion): GenesisDecision {
  const { self, founders, own } = question;
  assert(founders.length === 0 || founders.includes(self.peerId), 'a founder is listed among the founders');
  if (own !== undefined) return standOrDrop(question, own);
  if (question.followed !== undefined) return { kind: 'adopt', genesis: question.followed };
  if (founders.length === 0) return { kind: 'wait', reason: reasonOfJoining(self) };
  const others = heardGeneses(question.heard);
  const naming = others.filter((genesis) => names(genesis, self.storeId));
  const adopted = naming.find((genesis) => isHeldByMajority(genesis, question.heard)) ?? naming[0];
  if (adopted !== undefined) return { kind: 'adopt', genesis: adopted };
  const foreign = others[0];
  if (foreign !== undefined)
    return { kind: 'foreign', genesis: foreign, reason: reasonOfForeign(self, foreign) };
  return writeOrWait(question);
}

/** N3. */
function standOrDrop(question: GenesisQuestion, own: Genesis): GenesisDecision {
  if (!names(own, question.self.storeId)) return { kind: 'settled', genesis: own }; // N4
  const better = heardGeneses(question.heard).find(
    (genesis) =>
      genesis.clusterId !== own.clusterId &&
      names(genesis, question.self.storeId) &&
      isHeldByMajority(genesis, question.heard),
  );
  if (!question.pristine || better === undefined) return { kind: 'settled', genesis: own };
  return { kind: 'adopt', genesis: better };
}

/** N1. */
function writeOrWait({ self, founders, heard }: GenesisQuestion): GenesisDecision {
  const present = heard.filter((peer) => founders.includes(peer.peerId) && peer.peerId !== self.peerId);
  const missing = founders.filter(
    (peerId) => peerId !== self.peerId && !present.some((peer) => peer.peerId === peerId),
  );
  if (missing.length > 0) return { kind: 'wait', reason: `not heard yet: ${missing.join(', ')}` };
  if (present.length !== founders.length - 1) {
    return { kind: 'wait', reason: 'a founder is heard with two disks: its older connection must end first' };
  }
  const members = [self, ...present].map(({ peerId, storeId }) => ({ peerId, storeId }));
  return { kind: 'write', founders: members.sort(byStoreId) };
}

function reasonOfJoining(self: Member): string {
  return `waiting to be added: run "orion cluster add ${addressesOf(self)}", with --peers URL,… of the cluster's peers`;
}

function addressesOf({ peerId, api, raft }: Member): string {
  return `${peerId} --api ${api} --raft ${raft}`;
}

function reasonOfForeign(self: Member, genesis: Genesis): string {
  const others = genesis.founders.filter((founder) => founder.peerId !== self.peerId).map(({ api }) => api);
  const command = `orion cluster add ${addressesOf(self)}`;
  const namesake = genesis.founders.find((founder) => founder.peerId === self.peerId);
  if (namesake === undefined) {
    return `cluster ${genesis.name} was founded without ${self.peerId}: take it out of cluster.toml, or run "${command} --peers ${others.join(',')}"`;
  }
  return `this disk is new: cluster ${genesis.name} knows ${self.peerId} by another one (${namesake.storeId}). Bring back that disk, or give this one its place: "${command} --replace --peers ${others.join(',')}"`;
}

/** Each genesis that is heard, once, in an order that does not depend on who was heard first. */
function heardGeneses(heard: readonly HeardPeer[]): readonly Genesis[] {
  const byClusterId = new Map<string, Genesis>();
  for (const { genesis } of heard) if (genesis !== undefined) byClusterId.set(genesis.clusterId, genesis);
  return [...byClusterId.values()].sort((a, b) => (a.clusterId < b.clusterId ? -1 : 1));
}

function names(genesis: Genesis, storeId: StoreId): boolean {
  return genesis.founders.some((founder) => founder.storeId === storeId);
}

function isHeldByMajority(genesis: Genesis, heard: readonly HeardPeer[]): boolean {
  const holders = genesis.founders.filter((founder) =>
    heard.some((peer) => peer.storeId === founder.storeId && peer.genesis?.clusterId === genesis.clusterId),
  );
  return holders.length * 2 > genesis.founders.length;
}
