// A simulated client: one after another, bursts of writes and reads, each through a peer drawn at random.
// Owns: its numbers and its patience. Does not own: what a run makes of the answers.
//
// C1. Every attempt is a write of its own: a number that was refused is never sent again.
// C2. A client that hears nothing for `patienceMs` goes on: the outcome of that write is unknown, for good.

import type { StoreId } from '../../raft/types.ts';
import { present } from '../../src/lib/assert.ts';
import type { Prng } from '../../src/lib/prng.ts';
import { drawFrom, type Span } from './faults.ts';
import type { SimPeer } from './peer.ts';
import type { VirtualTime } from './virtual-time.ts';

const patienceMs = 500;
const burstMax = 8;
const bytesMax = 200;

export interface SimClientOptions {
  readonly time: VirtualTime;
  readonly prng: Prng;
  /** Those that it may ask, as of now. */
  readonly peers: () => readonly SimPeer[];
  readonly thinkMs: Span;
  /** How many of its acts are reads, in [0, 1]. */
  readonly readChance: number;
  /** A number that no other write or read has. */
  readonly nextNumber: () => number;
  readonly onReadStarted: (read: number) => void;
}

export class SimClient {
  readonly #options: SimClientOptions;
  #stopped = false;
  /** Rises with every turn: what an earlier one waited for is not waited for any more. */
  #turn = 0;

  constructor(options: SimClientOptions) {
    this.#options = options;
    this.#think();
  }

  stop(): void {
    this.#stopped = true;
  }

  #think(): void {
    const { time, prng, thinkMs } = this.#options;
    time.after(drawFrom(prng, thinkMs), () => this.#act());
  }

  #act(): void {
    if (this.#stopped) return;
    this.#turn += 1;
    const turn = this.#turn;
    const done = (): void => {
      if (turn !== this.#turn) return;
      this.#turn += 1;
      this.#think();
    };
    this.#options.time.after(patienceMs, done); // C2
    if (this.#options.prng.chance(this.#options.readChance)) this.#read(done);
    else this.#writeBurst(done);
  }

  #read(done: () => void): void {
    const read = this.#options.nextNumber();
    this.#options.onReadStarted(read);
    this.#drawReader().read(read, done);
  }

  #writeBurst(done: () => void): void {
    const { prng } = this.#options;
    const peer = this.#drawPeer();
    let open = prng.int({ from: 1, to: burstMax + 1 });
    const settled = (): void => {
      open -= 1;
      if (open === 0) done();
    };
    for (let left = open; left > 0; left -= 1) this.#write(peer, settled, true);
  }

  #write(peer: SimPeer, settled: () => void, mayRetry: boolean): void {
    const bytes = this.#options.prng.int({ from: 8, to: bytesMax });
    peer.write(this.#options.nextNumber(), bytes, (answer) => {
      const leader = answer.kind === 'refused' ? this.#peerOf(answer.leader) : undefined;
      if (leader === undefined || leader === peer || !mayRetry) settled();
      else this.#write(leader, settled, false); // C1
    });
  }

  #peerOf(storeId: StoreId | undefined): SimPeer | undefined {
    return this.#options.peers().find((peer) => peer.storeId === storeId);
  }

  /** Often whoever believes that it leads: if anyone's answer is stale, it is that of a leader of the past. */
  #drawReader(): SimPeer {
    const leaders = this.#options.peers().filter(({ leads }) => leads);
    const drawn = leaders[this.#options.prng.int({ from: 0, to: leaders.length })];
    return drawn !== undefined && this.#options.prng.chance(0.4) ? drawn : this.#drawPeer();
  }

  #drawPeer(): SimPeer {
    const peers = this.#options.peers();
    return present(peers[this.#options.prng.int({ from: 0, to: peers.length })], 'a cluster has peers');
  }
}
