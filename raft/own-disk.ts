// What this peer's own disk is good for: whether its word counts, whether it has room, whether it answers at all.
// Owns: the impairment of this run and its end. Does not own: what is on the disk (log.ts, durability.ts), nor when a
// leader lets an impaired peer count again, and why that is safe (mending.ts).
// Y1. Whoever lost entries that it may have acknowledged may have lost the memory of a vote, too: it grants none, nor a
//     pre-vote, and never campaigns; each of its answers to a leader says so.
// Y2. It is mended once it holds durably the entry that a leader of its term named for this very run. Only when that is
//     durable, too, does it say so: a restart in between finds it impaired.
// Y3. It takes no commit index from a heartbeat meanwhile: that rests on what it acknowledged before it forgot.
// Y4. A full disk takes in no entries, and what needs none goes on: term, votes, commit. A leader could not even append
//     its no-op there: whoever is full does not campaign.
// Y5. A peer whose disk hangs could not make a vote for itself durable: it does not campaign.
// Y6. A peer whose state differs from the others' would decide and serve by it: it takes over from nobody, campaigns later
//     than all others (E5), hands over what it leads, and takes no proposals meanwhile (T4). Its log is sound, so that it votes
//     and acknowledges as ever, and can be the only one left that holds all that is committed: without it nobody could lead.
//     Its state is sent to nobody: two that are wrong alike would pass for right.
// Y7. A loss at the very end of a log looks like an earlier moment, until a leader counts on what was lost. Then this peer is
//     impaired, for this run: the next one learns it in the same way, as long as that leader leads.

import { assert } from '../src/lib/assert.ts';
import type { Prng } from '../src/lib/prng.ts';
import type { Log } from './log.ts';
import { asImpairment, type Impairment, type Message, sound } from './types.ts';

export class OwnDisk {
  readonly #prng: Prng;
  #impairment: Impairment;
  /** `due`: the next operation says that this disk is mended. `written`: the one in flight does. */
  #mending: 'no' | 'due' | 'written' = 'no';
  #isFull = false;
  #hangs = false;
  #isDistrusted = false;

  /** `impaired`: as it was restored. */
  constructor({ impaired, prng }: { readonly impaired: boolean; readonly prng: Prng }) {
    this.#prng = prng;
    this.#impairment = impaired ? this.#anew() : sound;
  }

  /** What every answer to a leader says of this disk. */
  get impairment(): Impairment {
    return this.#impairment;
  }

  get isImpaired(): boolean {
    return this.#impairment !== sound;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  get isDistrusted(): boolean {
    return this.#isDistrusted;
  }

  get mayCampaign(): boolean {
    return !this.isImpaired && !this.#isFull && !this.#hangs; // Y1, Y4, Y5
  }

  /** Whether it is as good a leader as any. */
  get mayTakeOver(): boolean {
    return this.mayCampaign && !this.#isDistrusted; // Y6
  }

  /** Entries that it acknowledged are not there (Y7). */
  onLoss(): void {
    assert(!this.isImpaired, 'whoever is impaired takes no commit index from a heartbeat');
    this.#impairment = this.#anew();
  }

  /** The leader of this peer's term says so (Y2). */
  onMended(
    { impairment, index, term }: Extract<Message, { kind: 'mended' }>,
    log: Pick<Log, 'base' | 'durable' | 'termAt'>,
  ): void {
    if (impairment !== this.#impairment || this.#mending !== 'no') return; // meant for an earlier run, or known
    // What stands below the base is committed, and so the leader's.
    const isHeld = index < log.base || log.termAt(index) === term;
    if (this.isImpaired && isHeld && index <= log.durable) this.#mending = 'due';
  }

  get isMendingDue(): boolean {
    return this.#mending === 'due';
  }

  /** Whether the operation that begins now says that this disk is mended. */
  takeMending(): boolean {
    if (this.#mending !== 'due') return false;
    this.#mending = 'written';
    return true;
  }

  /** The write in flight is durable. */
  onWritten(): void {
    this.#hangs = false;
    if (this.#mending !== 'written') return;
    this.#mending = 'no';
    this.#impairment = sound;
  }

  onStalled(): void {
    this.#hangs = true;
  }

  onTrust(isDistrusted: boolean): void {
    this.#isDistrusted = isDistrusted;
  }

  onSpace(isFull: boolean): void {
    this.#isFull = isFull;
  }

  /** A number that no other run has used. */
  #anew(): Impairment {
    return asImpairment(this.#prng.int({ from: 1, to: 2 ** 31 }));
  }
}
