// Trust: what follows from the comparison of states (Agreement), for this peer and for people.
//
// S1. A peer whose state differs from that of a majority serves nothing, sends its state to nobody, hands over what it leads, and
//     says so; all others say so, too. It goes on keeping the log, voting and acknowledging: those rest on the log alone, and it
//     campaigns where nobody else can lead (raft/own-disk.ts, Y6).
// S2. While states differ and no majority tells which is right, nothing is written and nothing decided, anywhere.
// S3. Both end by themselves once a later comparison finds the states equal. While an alarm of this kind stands anywhere,
//     states are compared at every entry, so that whoever was repaired is trusted again soon, and whoever only started anew
//     is not.
// S4. Where nothing can be written no later comparison comes: there a peer whose link comes up anew is judged anew.
// S5. Whoever has started tells what it has loaded, and whoever hears of an index compares it, too, once it stands there: what
//     was found of others, which is not kept across a restart, is soon found again.
// S6. That the own state differs is kept: a peer that only starts anew serves nothing before a comparison. Where it is the only
//     voter there is nobody to compare it with: what it has is the state of the cluster.

import { membersOf } from '../../raft/membership.ts';
import {
  asIndex,
  type Configuration,
  type LogIndex,
  type Member,
  type PeerId,
  type StoreId,
} from '../../raft/types.ts';
import { unreachable } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import type { State } from '../state/state.ts';
import { Agreement, type Standing } from './agreement.ts';
import type { Alarms } from './alarms.ts';
import type { Doubts } from './doubts.ts';
import type { PeerMessage } from './ports.ts';

export interface TrustOptions {
  readonly self: Member;
  readonly clock: Clock;
  readonly state: Pick<State, 'appliedIndex' | 'hash'>;
  readonly configuration: () => Configuration;
  /** Whom there are links to. */
  readonly linked: () => readonly StoreId[];
  readonly send: (to: StoreId, message: PeerMessage) => boolean;
  readonly alarms: Pick<Alarms, 'set' | 'stands'>;
  readonly doubts: Pick<Doubts, 'stand'>;
  /** How this peer's own state stands has changed. */
  readonly onStanding: (standing: Standing) => void;
}

export class Trust {
  readonly #options: TrustOptions;
  readonly #agreement: Agreement;
  #standing: Standing = { kind: 'trusted' };
  /** Where the own state was last told. */
  #toldIndex: LogIndex | undefined;
  /** About whom alarms may stand. */
  #judged: readonly PeerId[] = [];

  constructor(options: TrustOptions) {
    this.#options = options;
    const { self, clock, configuration, linked, send } = options;
    this.#agreement = new Agreement({
      self: self.storeId,
      clock,
      configuration,
      isLinked: (storeId) => linked().includes(storeId),
      tell: (index, hash) => {
        for (const storeId of linked()) send(storeId, { kind: 'stateHash', index, hash });
      },
      onChange: () => this.#judge(),
    });
  }

  /** Of this peer's own state. */
  get standing(): Standing {
    return this.#standing;
  }

  /** Of any peer's: whether it is known not to be that of a majority. */
  readonly foundToDiffer = (storeId: StoreId): boolean =>
    this.#agreement.standingOf(storeId).kind === 'differs';

  /** Why nothing may be read here or through here, or undefined (S1). */
  get refusesAll(): OrionError | undefined {
    if (this.#standing.kind !== 'differs') return undefined;
    return new OrionError(
      'NO_LEADER',
      `${differs(this.#options.self, this.#standing.index)} Ask another peer`,
    );
  }

  /** Why nothing may be written, or undefined (S2). */
  get refusesWrites(): OrionError | undefined {
    if (this.#standing.kind !== 'undecided') return undefined;
    return new OrionError('NO_QUORUM', undecided(this.#standing.index));
  }

  /** S6. */
  start(): void {
    const { doubts, state } = this.#options;
    if (!doubts.stand) return;
    this.#agreement.suspect(asIndex(state.appliedIndex));
    this.#judge();
    this.#tell();
  }

  /** The state here has applied one entry more. */
  onApplied(): void {
    const index = asIndex(this.#options.state.appliedIndex);
    const isDue = index % limits.stateHashEvery === 0 || this.#options.alarms.stands('state-differs'); // S3
    if (isDue || this.#agreement.isTold(index)) this.#tell(); // S5
  }

  onTold(from: StoreId, index: LogIndex, hash: string): void {
    this.#agreement.onTold(from, index, hash);
    const isNews = index === this.#options.state.appliedIndex && index !== this.#toldIndex;
    if (isNews) this.#tell(); // S5
  }

  onLinkUp(storeId: StoreId): void {
    if (this.#agreement.standingOf(storeId).kind === 'undecided') this.#agreement.forget(storeId); // S4
    const { newest } = this.#agreement;
    if (newest !== undefined) this.#options.send(storeId, { kind: 'stateHash', ...newest });
    else if (this.#options.state.appliedIndex > 0) this.#tell(); // S5
  }

  stop(): void {
    this.#agreement.stop();
  }

  #tell(): void {
    const { state } = this.#options;
    this.#toldIndex = asIndex(state.appliedIndex);
    this.#agreement.onApplied(this.#toldIndex, state.hash());
  }

  #judge(): void {
    const { self, configuration, alarms, onStanding } = this.#options;
    const messages = new Map<PeerId, string | undefined>(this.#judged.map((peerId) => [peerId, undefined]));
    const members = membersOf(configuration());
    for (const member of members) {
      const message = messageOf(member, this.#agreement.standingOf(member.storeId));
      messages.set(member.peerId, messages.get(member.peerId) ?? message); // two disks have a name while one is replaced
    }
    this.#judged = members.map(({ peerId }) => peerId);
    for (const [peerId, message] of messages) alarms.set('state-differs', peerId, message);
    const before = this.#standing;
    this.#standing = this.#agreement.standingOf(self.storeId);
    if (before.kind !== this.#standing.kind) onStanding(this.#standing);
  }
}

function messageOf(member: Member, standing: Standing): string | undefined {
  switch (standing.kind) {
    case 'trusted':
      return undefined;
    case 'differs':
      return (
        `${differs(member, standing.index)} Look after its memory and disk; then stop it, move the folder "state" of its ` +
        'data directory away, and start it again: it takes over the state of the others. If there are several such peers, mend one after ' +
        'the other, each only once no alarm names the one before.'
      );
    case 'undecided':
      return undecided(standing.index);
    default:
      return unreachable(standing);
  }
}

const differs = ({ peerId }: Member, index: LogIndex): string =>
  `The state of ${peerId} at entry ${index} is not the one that a majority has, and it serves no more.`;

const undecided = (index: LogIndex): string =>
  `The peers have different states at entry ${index}, no majority has the same, and so nothing is written any more. ` +
  'First find out which peer is right, and have it lead (orion cluster transfer). Then mend the others, one peer after the ' +
  'other: stop it, move the folder "state" of its data directory away, and start it again; it takes over the ' +
  'state of the leader. Go on to the next peer only once no alarm names this one any more: until then it may not count, ' +
  'and two such peers may be too many.';
