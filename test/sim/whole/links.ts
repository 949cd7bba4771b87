// The network between whole peers, as TCP shows it to the Transport port: links that stand or fall, each in order.
// Owns: which links stand, what is under way on them, cuts. Does not own: what peers say.
//
// L1. A link stands only after both sides accepted the other's handshake, as true at that moment. One side has to dial: it
//     has the other on its list, with the address where that is, and an id below the other's, or is told that it is new.
// L2. Messages of one link and direction arrive in the order of sending. A full queue refuses; a link that falls loses
//     all that was under way.
// L3. A cut holds messages back; they arrive late when it is mended, unless the silence lasted so long that the link fell.
// L4. When a process dies its links fall at once, as its kernel closes them, and a redial finds nobody: its peers hear that
//     it is lost. When the power goes the links fall only after a while, and it is lost when its next run says hello.

import type { StoreId } from '../../../raft/types.ts';
import { present } from '../../../src/lib/assert.ts';
import type { Prng } from '../../../src/lib/prng.ts';
import type { PeerIdentity, PeerMessage, Transport } from '../../../src/peer/ports.ts';
import { drawFrom, type NetworkFaults } from '../faults.ts';
import type { VirtualTime } from '../virtual-time.ts';
import { dials, type End, isRefused, type Known, type Link } from './link-ends.ts';
import type { SimProcess } from './process.ts';

export interface LinkWatch {
  sent(from: StoreId, to: StoreId, message: PeerMessage): void;
  delivered(from: StoreId, to: StoreId, message: PeerMessage): void;
  up(a: StoreId, b: StoreId): void;
  down(a: StoreId, b: StoreId): void;
  /** `storeId` is told to some other peer to be lost. */
  lost(storeId: StoreId): void;
}

const dialMs = { from: 1, to: 60 };
/** After so many refusals in a row each further try takes no longer to come. */
const backoffMax = 4;
/** From a cut, or from the loss of power, to the fall of the link. */
const silenceMs = { from: 400, to: 5_000 };

export class SimLinks {
  readonly #time: VirtualTime;
  readonly #prng: Prng;
  readonly #watch: LinkWatch;
  #faults: NetworkFaults;
  readonly #ends = new Map<string, End>();
  readonly #links = new Map<string, Link>();
  readonly #cut = new Set<string>();
  /** By pair: how often it was tried in a row, and which try is the one to come. */
  readonly #tries = new Map<string, { refused: number; next: number }>();
  readonly #addressOf: (name: string) => string;

  constructor(options: {
    time: VirtualTime;
    prng: Prng;
    faults: NetworkFaults;
    watch: LinkWatch;
    /** Where the peer called `name` listens. */
    addressOf: (name: string) => string;
  }) {
    this.#time = options.time;
    this.#prng = options.prng;
    this.#faults = options.faults;
    this.#watch = options.watch;
    this.#addressOf = options.addressOf;
  }

  /** The transport of one process of the peer called `name`. */
  transport(name: string, process: SimProcess): Transport {
    return {
      start: async (started) => {
        this.#dropAll(name, () => 0); // what is left of an earlier process
        const address = this.#addressOf(name);
        const known = new Map();
        this.#ends.set(name, {
          name,
          address,
          process,
          started,
          peers: started.peers,
          known,
          links: new Map(),
        });
        this.#dialAll(name);
      },
      setPeers: (peers) => {
        const end = this.#ends.get(name);
        if (end?.process !== process) return;
        end.peers = peers;
        this.#dialAll(name);
      },
      send: (to, message) => this.#send(name, process, to, message),
      reconnect: () => this.#dropAll(name, () => 0),
      stop: async () => this.leave(name, process),
    };
  }

  /** The process is gone (L4). */
  leave(name: string, process: SimProcess): void {
    if (this.#ends.get(name)?.process !== process) return;
    this.#ends.delete(name);
    this.#dropAll(name, () => (process.lostPower ? drawFrom(this.#prng, silenceMs) : 0.5));
  }

  cut(a: string, b: string): void {
    const pair = pairOf(a, b);
    this.#cut.add(pair);
    this.#time.after(drawFrom(this.#prng, silenceMs), () => {
      if (this.#cut.has(pair)) this.#drop(pair);
    });
  }

  /** A cut at which the link falls at once: nothing is held back. */
  sever(a: string, b: string): void {
    const pair = pairOf(a, b);
    this.#cut.add(pair);
    this.#drop(pair);
  }

  mend(a: string, b: string): void {
    const pair = pairOf(a, b);
    if (!this.#cut.delete(pair)) return;
    const link = this.#links.get(pair);
    const held = link?.held ?? [];
    if (link === undefined) return this.#dialLater(pair);
    link.held = [];
    for (const { to, message } of held) this.#carry(link, to, message);
  }

  heal(faults: NetworkFaults): void {
    this.#faults = faults;
    for (const pair of this.#cut) this.mend(...namesOf(pair));
  }

  #send(name: string, process: SimProcess, to: StoreId, message: PeerMessage): boolean {
    if (process.ended) return false;
    const from = this.#ends.get(name);
    const link = from?.links.get(to);
    if (from === undefined || link === undefined || this.#prng.chance(this.#faults.lossChance)) return false;
    this.#watch.sent(storeOf(link, from), to, message);
    this.#carry(link, link.a === from ? link.b : link.a, structuredClone(message));
    return true;
  }

  #carry(link: Link, to: End, message: PeerMessage): void {
    const slow = this.#prng.chance(this.#faults.slowChance);
    const delayMs = drawFrom(this.#prng, slow ? this.#faults.slowMs : this.#faults.delayMs);
    const at = Math.max(this.#time.now + delayMs, link.latest.get(to) ?? 0); // L2
    link.latest.set(to, at);
    this.#time.after(at - this.#time.now, () => {
      if (!link.up) return;
      const isCut = [...this.#cut].some((pair) => this.#links.get(pair) === link);
      if (isCut) link.held.push({ to, message });
      else this.#arrive(link, to, message);
    });
  }

  #arrive(link: Link, to: End, message: PeerMessage): void {
    const from = storeOf(link, link.a === to ? link.b : link.a);
    to.process.enter(() => {
      if (!link.up) return;
      this.#watch.delivered(from, storeOf(link, to), message);
      to.started.events.onMessage(from, message);
    });
  }

  #dialAll(name: string): void {
    for (const other of this.#ends.keys()) {
      if (other === name) continue;
      this.#tries.delete(pairOf(name, other));
      this.#dialLater(pairOf(name, other));
    }
  }

  /** The last one who says so counts: a pair has one try to come. */
  #dialLater(pair: string): void {
    const { refused, next } = this.#tries.get(pair) ?? { refused: 0, next: 0 };
    this.#tries.set(pair, { refused, next: next + 1 });
    const delayMs = drawFrom(this.#prng, dialMs) * 2 ** Math.min(refused, backoffMax);
    this.#time.after(delayMs, () => {
      if (this.#tries.get(pair)?.next === next + 1) this.#dial(pair);
    });
  }

  #dial(pair: string): void {
    const [a, b] = namesOf(pair).map((name) => this.#ends.get(name));
    if (a === undefined || b === undefined || this.#links.has(pair) || this.#cut.has(pair)) return;
    if (!dials(a, b) && !dials(b, a)) return; // until one is told of the other
    if (a.process.stalled || b.process.stalled) return this.#dialLater(pair);
    const identities = new Map([a, b].map((end) => [end, end.started.self()]));
    const ofA = present(identities.get(a), 'both say who they are');
    const ofB = present(identities.get(b), 'both say who they are');
    if (isRefused(a, ofA, b, ofB) || isRefused(b, ofB, a, ofA)) {
      const { refused, next } = this.#tries.get(pair) ?? { refused: 0, next: 0 };
      this.#tries.set(pair, { refused: refused + 1, next });
      return this.#dialLater(pair);
    }
    this.#tries.delete(pair);
    const link: Link = { a, b, identities, up: true, latest: new Map(), held: [] };
    this.#links.set(pair, link); // L1
    a.links.set(ofB.storeId, link);
    b.links.set(ofA.storeId, link);
    this.#watch.up(ofA.storeId, ofB.storeId);
    this.#greet(a, ofB);
    this.#greet(b, ofA);
  }

  /** A later run is proof that the one before is dead. */
  #greet(end: End, identity: PeerIdentity): void {
    const before = end.known.get(identity.storeId);
    if (before !== undefined && before.identity.incarnation < identity.incarnation)
      this.#tellLost(end, before);
    end.known.set(identity.storeId, { identity, toldLost: false });
    end.process.enter(() => end.started.events.onUp(identity));
  }

  #tellLost(end: End, known: Known): void {
    if (known.toldLost) return;
    known.toldLost = true;
    this.#watch.lost(known.identity.storeId);
    end.process.enter(() => end.started.events.onLost(known.identity));
  }

  #dropAll(name: string, delayMs: () => number): void {
    for (const [pair, link] of this.#links) {
      if (!namesOf(pair).includes(name)) continue;
      this.#time.after(delayMs(), () => {
        if (this.#links.get(pair) === link) this.#drop(pair);
      });
    }
  }

  /** Its machine runs, its process does not: whoever dials is refused. */
  #isRefusing(pair: string, end: End): boolean {
    return end.process.ended && !end.process.lostPower && !this.#cut.has(pair);
  }

  #drop(pair: string): void {
    const link = this.#links.get(pair);
    if (link === undefined) return;
    link.up = false;
    this.#links.delete(pair);
    this.#watch.down(storeOf(link, link.a), storeOf(link, link.b));
    for (const [end, other] of [
      [link.a, link.b],
      [link.b, link.a],
    ] as const) {
      const identity = present(link.identities.get(other), 'both said who they are');
      end.links.delete(identity.storeId);
      end.process.enter(() => end.started.events.onDown(identity));
      if (!this.#isRefusing(pair, other)) continue;
      const known = present(end.known.get(identity.storeId), 'whoever is linked is known');
      this.#time.after(drawFrom(this.#prng, this.#faults.delayMs), () => this.#tellLost(end, known));
    }
    this.#dialLater(pair);
  }
}

/** Links of peers that cannot be dialled now are tried again when one of them starts or the cut ends. */
const pairOf = (a: string, b: string): string => (a < b ? `${a}~${b}` : `${b}~${a}`);

function namesOf(pair: string): readonly [string, string] {
  const [a = '', b = ''] = pair.split('~');
  return [a, b];
}

const storeOf = (link: Link, end: End): StoreId =>
  present(link.identities.get(end), 'both said who they are').storeId;
