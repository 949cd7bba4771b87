// Alarms: what is wrong with this peer or, as far as it is known here, with others; for people, who ask any peer.
// Owns: which alarms there are, and that all peers hear of them. Does not own: what follows from one.
//
// A1. There is one alarm of a kind about a peer; it stands from its first word until it is taken back.
// A2. Every linked peer knows what this one raises: it is told whole on each change, and when its link comes up; again, while
//     its link takes nothing.
// A3. What others raise counts while they are linked: nobody else could take it back.

import type { PeerId, StoreId } from '../../raft/types.ts';
import type { Clock } from '../lib/clock.ts';
import { limits } from '../lib/limits.ts';
import type { Alarm, PeerMessage } from './ports.ts';

/** What a peer finds wrong with itself, in words for people. */
export const ownTroubles = {
  corruption:
    'Entries that it may have acknowledged were lost from its disk: it neither votes nor counts until the others have mended ' +
    'its log. Look after the disk.',
  'disk-full':
    'Its disk is full: it takes in no new entries until there is room again. Make room on that disk.',
  'disk-stalled': 'A write to its log takes too long: it hands over what it leads. Look after the disk.',
} as const;

export interface AlarmsOptions {
  readonly clock: Clock;
  /** Whom there are links to. */
  readonly linked: () => readonly StoreId[];
  readonly send: (to: StoreId, message: PeerMessage) => boolean;
  readonly report: (fields: object, message: string) => void;
}

export class Alarms {
  readonly #options: AlarmsOptions;
  /** Raised here, by kind and peer. */
  readonly #own = new Map<string, Alarm>();
  readonly #heard = new Map<StoreId, readonly Alarm[]>();
  /** Whose link took nothing; each cancels its next try. */
  readonly #untold = new Map<StoreId, () => void>();

  constructor(options: AlarmsOptions) {
    this.#options = options;
  }

  /** Raises it, with what happened and what to do; without a message takes it back. */
  set(kind: Alarm['kind'], peer: PeerId, message: string | undefined): void {
    const key = keyOf({ kind, peer });
    const before = this.#own.get(key);
    if (before?.message === message) return;
    const { clock, report } = this.#options;
    if (message === undefined) {
      this.#own.delete(key);
      report({ alarm: kind, peer }, 'an alarm is over');
    } else {
      const sinceMs = before?.sinceMs ?? Math.floor(clock.wallMs());
      this.#own.set(key, { kind, peer, message: message.slice(0, limits.linkTextCharsMax), sinceMs });
      report({ alarm: kind, peer, what: message }, 'an alarm is raised');
    }
    for (const storeId of this.#options.linked()) this.#tell(storeId);
  }

  onLinkUp(storeId: StoreId): void {
    this.#tell(storeId);
  }

  /** A2. */
  #tell(storeId: StoreId): void {
    this.#cancelRetry(storeId);
    const { send, clock, linked } = this.#options;
    if (send(storeId, { kind: 'alarms', alarms: [...this.#own.values()] })) return;
    const again = (): void => {
      this.#untold.delete(storeId);
      if (linked().includes(storeId)) this.#tell(storeId);
    };
    this.#untold.set(storeId, clock.after(limits.alarmRetryMs, again));
  }

  onMessage(from: StoreId, alarms: readonly Alarm[]): void {
    this.#heard.set(from, alarms);
  }

  /** A3. */
  onLinkDown(storeId: StoreId): void {
    this.#heard.delete(storeId);
    this.#cancelRetry(storeId);
  }

  #cancelRetry(storeId: StoreId): void {
    this.#untold.get(storeId)?.();
    this.#untold.delete(storeId);
  }

  /** Whether one of that kind stands about any peer. Asked at each entry. */
  stands(kind: Alarm['kind']): boolean {
    for (const alarm of this.#own.values()) if (alarm.kind === kind) return true;
    for (const alarms of this.#heard.values()) if (alarms.some((alarm) => alarm.kind === kind)) return true;
    return false;
  }

  /** One of a kind about each peer, the own ones first choice, in the order of peers. */
  list(): readonly Alarm[] {
    const all = new Map<string, Alarm>();
    for (const alarm of [...[...this.#heard.values()].flat(), ...this.#own.values()]) {
      all.set(keyOf(alarm), alarm);
    }
    return [...all.keys()].toSorted().flatMap((key) => all.get(key) ?? []);
  }
}

const keyOf = ({ peer, kind }: Pick<Alarm, 'kind' | 'peer'>): string => `${peer} ${kind}`;
