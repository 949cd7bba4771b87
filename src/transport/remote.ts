// A remote: one other peer, with the link to it, or the parts of one that wait for the others.
// Invariants:
// M1. At most one link, and parts of at most one; what is newer (a later run of the peer, a later attempt) replaces what
//     is older.
// M2. `onUp` and `onDown` alternate, each link having exactly one of both.
// M3. A run that is older than one already linked is refused: it is a process that should be gone.
// M4. A run whose link the other side ended is probed; it is lost when nobody listens there any more, or when a later run
//     is linked, and only once.
// M5. While it is to be dialled, its addresses are tried in turn until a link stands, and again when that has ended.

import type { PeerId, StoreId } from '../../raft/types.ts';
import type { Address } from '../lib/address.ts';
import { assert, present } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { limits } from '../lib/limits.ts';
import type { PeerIdentity, PeerMessage } from '../peer/ports.ts';
import type { Connection, EndedBy } from './connection.ts';
import { Dialer } from './dialer.ts';
import { purposes, type Purpose } from './handshake.ts';
import { Link } from './link.ts';
import type { Joined, Opening } from './opening.ts';

export interface RemoteOptions {
  readonly clock: Clock;
  /** A number in `[0, 1)`. */
  readonly random: () => number;
  readonly self: () => PeerIdentity;
  /** Opens all connections of a try. */
  readonly open: (address: Address, onEnd: (reason: string) => void) => readonly Opening[];
  readonly onUp: (link: Link) => void;
  readonly onDown: (link: Link, reason: string) => void;
  /** Finds out whether anybody still listens where the peer did; the answer gives up. */
  readonly probe: (identity: PeerIdentity, onDead: () => void) => () => void;
  /** The process behind a link that was up is dead. */
  readonly onLost: (identity: PeerIdentity) => void;
  readonly onMessage: (from: StoreId, message: PeerMessage) => void;
  /** A try to reach it failed. */
  readonly onFailed: (reason: string) => void;
}

interface Age {
  readonly identity: PeerIdentity;
  readonly attempt: number;
}

export class Remote {
  readonly peerId: PeerId;
  readonly #options: RemoteOptions;
  readonly #dialer: Dialer;
  /** Where it is reached; empty while the other side is the one that dials. */
  #addresses: readonly Address[] = [];
  #tries = 0;
  /** Of one attempt, a purpose each; never all of them. */
  #parts: readonly Joined[] = [];
  #link: Link | undefined;
  /** The newest run that was linked. */
  #newest: PeerIdentity | undefined;
  #newestIsLost = false;
  #cancelProbe: () => void = () => undefined;

  constructor(peerId: PeerId, options: RemoteOptions) {
    this.peerId = peerId;
    this.#options = options;
    const { clock, random, onFailed } = options;
    const open = (onEnd: (reason: string) => void): readonly Opening[] =>
      options.open(this.#nextAddress(), onEnd);
    this.#dialer = new Dialer({ clock, random, open, onFailed });
  }

  /** Nothing stands, and nothing is about to. */
  get isIdle(): boolean {
    return this.#link === undefined && this.#parts.length === 0 && this.#addresses.length === 0;
  }

  /** M3: a reason to refuse this run of the peer, or undefined. */
  refuse({ storeId, incarnation }: PeerIdentity): string | undefined {
    const newest = this.#newest;
    if (newest === undefined || newest.storeId !== storeId || incarnation >= newest.incarnation) {
      return undefined;
    }
    return `run ${incarnation} of ${this.peerId} is older than its run ${newest.incarnation}: end the older process`;
  }

  /** Where to dial it from now on; nowhere: it dials, or is not wanted any more. A link that stands stays. */
  reach(addresses: readonly Address[]): void {
    const isSame =
      addresses.length === this.#addresses.length &&
      addresses.every(({ host, port }, i) => {
        const known = this.#addresses[i];
        return known?.host === host && known.port === port;
      });
    if (isSame) return;
    this.#addresses = addresses;
    if (addresses.length === 0) this.#dialer.stop('not to be dialled any more');
    else if (this.#link === undefined) this.#dialer.dial();
  }

  /** Takes a connection that both sides accepted; one of each purpose makes a link. */
  offer(joined: Joined): void {
    if (this.#link !== undefined && !isNewer(joined, this.#link)) {
      return joined.connection.close('older than the link that stands');
    }
    this.#link?.close('replaced by a newer link');
    const waiting = this.#parts;
    const first = waiting[0];
    if (first !== undefined && isOfSameTry(joined, first)) {
      if (waiting.some(({ purpose }) => purpose === joined.purpose)) {
        return joined.connection.close('there is one of that purpose');
      }
      this.#parts = [...waiting, joined];
    } else {
      if (first !== undefined && !isNewer(joined, first)) {
        return joined.connection.close('older than what waits');
      }
      this.#parts = [joined];
      for (const { connection } of waiting) connection.close('replaced by a newer one');
    }
    this.#maybeUp();
  }

  /** An opening of this peer ended, whether it had joined or not. */
  onOpeningEnd(opening: Opening): void {
    if (!this.#parts.some(({ connection }) => connection === opening.connection)) return;
    const others = this.#parts.filter(({ connection }) => connection !== opening.connection);
    this.#parts = [];
    for (const { connection } of others) connection.close('another one of its try ended');
  }

  /** Ends what stands; whoever dials begins anew at once. */
  reconnect(): void {
    this.stop('reconnecting');
    if (this.#addresses.length > 0) this.#dialer.dial();
  }

  stop(reason: string): void {
    this.#cancelProbe();
    for (const { connection } of this.#parts) connection.close(reason);
    this.#link?.close(reason);
    this.#dialer.stop(reason);
  }

  /** M5. */
  #nextAddress(): Address {
    const address = this.#addresses[this.#tries % this.#addresses.length];
    this.#tries += 1;
    return present(address, 'M5: it is dialled somewhere');
  }

  #maybeUp(): void {
    const parts = this.#parts;
    const connectionOf = (purpose: Purpose): Connection | undefined =>
      parts.find((part) => part.purpose === purpose)?.connection;
    const [control, data, snapshot] = purposes.map(connectionOf);
    if (control === undefined || data === undefined || snapshot === undefined) return;
    const { identity, attempt } = present(parts[0], 'there is one of each purpose');
    const { clock, self, onUp, onMessage } = this.#options;
    this.#parts = [];
    const link: Link = new Link({
      clock,
      self: self().storeId,
      identity,
      attempt,
      connections: { control, data, snapshot },
      onMessage: (message) => onMessage(identity.storeId, message),
      onEnd: (reason, by) => this.#down(link, reason, by),
    });
    this.#cancelProbe();
    const before = this.#newest;
    const isLater =
      before?.storeId === link.identity.storeId && before.incarnation < link.identity.incarnation;
    if (isLater) this.#lose(before);
    this.#link = link;
    this.#newest = link.identity;
    this.#newestIsLost = false;
    this.#dialer.onLinked([control, data, snapshot]);
    onUp(link);
    link.start();
  }

  /** M4. */
  #lose(identity: PeerIdentity): void {
    if (this.#newestIsLost) return;
    this.#newestIsLost = true;
    this.#options.onLost(identity);
  }

  #down(link: Link, reason: string, by: EndedBy): void {
    assert(this.#link === link, 'the link that ends is the one that stood');
    this.#link = undefined;
    const stable = this.#options.clock.monotonicMs() - link.sinceMs >= limits.linkStableMs;
    if (this.#addresses.length > 0) this.#dialer.dialLater(stable);
    this.#options.onDown(link, reason);
    if (by === 'them')
      this.#cancelProbe = this.#options.probe(link.identity, () => this.#lose(link.identity));
  }
}

function isNewer(a: Age, b: Age): boolean {
  if (a.identity.storeId !== b.identity.storeId) return true;
  if (a.identity.incarnation !== b.identity.incarnation) {
    return a.identity.incarnation > b.identity.incarnation;
  }
  return a.attempt > b.attempt;
}

function isOfSameTry(a: Joined, b: Joined): boolean {
  return (
    a.attempt === b.attempt &&
    a.identity.storeId === b.identity.storeId &&
    a.identity.incarnation === b.identity.incarnation &&
    a.identity.runs[0] === b.identity.runs[0]
  );
}
