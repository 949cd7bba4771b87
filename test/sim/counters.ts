// How often each rare situation was met. A simulation that never meets one proves nothing about it, so the suite
// fails when a whole set of seeds leaves one at zero.

const situations = [
  'leaders elected',
  'ticks of a leader that may control',
  'leaders deposed while their disk was busy',
  'old-term entries committed through a no-op',
  'truncations of synced entries',
  'writes acknowledged',
  'writes superseded by another leader',
  'proposals refused: no leader here',
  'proposals refused: busy',
  'proposals refused: leadership is handed over',
  'reads served by the leader',
  'reads served by a follower',
  'reads refused',
  'loads for apply',
  'loads for a follower',
  'crashes with a write in flight: kept',
  'crashes with a write in flight: lost',
  'crashes of a leader',
  'crashes of a leader with entries under way',
  'crashes of all peers at once',
  'crashes during an election',
  'deaths of a leader noticed by its followers',
  'orders to campaign sent',
  'orders to campaign sent while a disk was busy',
  'transfers that ended a term',
  'transfers given up',
  'disks found stalled under a leader',
  'restarts with a log read only in part',
  'restarts that apply entries again',
  'syncs that hang longer than an election',
  'stalls longer than an election',
  'changes begun',
  'changes refused: before the no-op is committed',
  'changes refused: leadership is handed over',
  'changes refused: another is under way',
  'changes refused: the configuration moved',
  'changes refused: the learner lags',
  'changes refused: the last voter would go',
  'changes refused: no majority of the new voters is heard',
  'changes refused: they make no sense',
  'learners made voters',
  'learners made voters in the place of another',
  'joint configurations left by another leader',
  'configurations truncated',
  'elections in a joint configuration',
  'crashes in a joint configuration',
  'leaders that removed themselves',
  'leaders cut off as they change the members',
  'leaders cut off with a joint configuration',
  'leaders told to hand over while a snapshot is under way',
  'leaders gone deaf while another campaigns',
  'logs cut',
  'logs cut beyond what a follower needs',
  'snapshots sent',
  'snapshots sent twice',
  'snapshots that could not be sent',
  'snapshots in flight in a joint configuration',
  'snapshots in flight while the leader changes',
  'disks that hang while a snapshot comes',
  'snapshots received',
  'snapshots discarded',
  'snapshots installed',
  'configurations reverted by an install',
  'crashes with a write in flight: a state switched without its log',
  'restarts with a snapshot in the place of the log',
  'disks damaged',
  'states damaged',
  'logs that begin anew on a damaged disk',
  'impaired peers mended',
  'impaired peers that installed a snapshot',
  'elections while a voter is impaired',
  'disks full under a leader',
  'disks full under a follower',
  'full leaders that handed over',
  'entries refused for want of room',
  'leaders of low priority',
  'leaders whose state is not trusted',
  'peers that forgot whom they elected',
  'peers that forgot what they are still saying',
  'learners that forgot what they are still saying',
  'crashes of whoever takes in a snapshot',
  'messages lost',
  'messages duplicated',
  'messages overtaken',
  'messages of an older term delivered',
  'splits',
  'cuts between two peers',
  'one-way cuts',
  'cuts of all links',
] as const;

export type Situation = (typeof situations)[number];

export class Counters {
  readonly #counts = new Map<Situation, number>(situations.map((situation) => [situation, 0]));

  add(situation: Situation): void {
    this.#counts.set(situation, this.of(situation) + 1);
  }

  of(situation: Situation): number {
    return this.#counts.get(situation) ?? 0;
  }

  /** Adds everything that `other` counted. */
  merge(other: Counters): void {
    for (const situation of situations) {
      this.#counts.set(situation, this.of(situation) + other.of(situation));
    }
  }

  missing(): readonly Situation[] {
    return situations.filter((situation) => this.of(situation) === 0);
  }

  /** One line a situation, the count first. */
  toString(): string {
    return situations
      .map((situation) => `${String(this.of(situation)).padStart(9)}  ${situation}`)
      .join('\n');
  }
}
