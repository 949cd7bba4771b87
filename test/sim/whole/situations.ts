// How often whole peers met each situation: a set of seeds that leaves one at zero proves nothing about it.

/** Those that some dozens of seeds meet. */
const frequent = [
  'clusters founded',
  'writes acknowledged by the leader',
  'writes acknowledged through a follower',
  'writes refused',
  'writes with an unknown outcome',
  'reads served by the leader',
  'reads served by a follower',
  'reads refused',
  'processes killed',
  'followers shut down',
  'leaders shut down',
  'deaths told to a peer',
  'power cuts',
  'power cuts of all peers at once',
  'crashes while the disk is busy',
  'disks that failed',
  'bits that rotted',
  'disks that were full',
  'restarts with a log read only in part',
  'restarts that apply entries again',
  'stalls longer than an election',
  'cuts between two peers',
  'links that fell',
  'leaders that may control',
  'changes of members asked for',
  'changes of members done',
  'changes of members refused',
  'changes of members with an unknown outcome',
  'members added',
  'learners promoted',
  'members removed',
  'disks wiped',
  'disks replaced',
  'restarts with a log cut short',
  'logs cut',
  'snapshots offered',
  'snapshots installed',
  'leaders told to hand over',
  'leaders told to hand over while their disk is busy',
  'leadership handed over when asked',
  'services scaled',
  'replicas placed',
  'nodes cut off',
] as const;

/** Those that take hundreds. */
const rare = [
  'operations written again',
  'snapshots offered while voters change',
  'snapshots gone on with',
  'snapshots that were not needed',
  'snapshots that were refused or failed',
  'crashes while a snapshot is taken in',
  'disks mended',
  'leaders removed',
  'joint configurations left by a later leader',
  'removed disks that asked to come back',
  'disks wiped while a change is under way',
  'restarts from a state of another peer',
  'restarts of peers that lost entries',
  'disks given up',
  'disks that went back',
  'disks given up that went back',
  'replicas lost with their node',
  'leaders that wrote in the place of what another committed',
  'snapshots that went past writes of a leader',
  'snapshots that came while the state could not be written',
  'crashes while a log is cut',
  'crashes while a state is flushed',
  'disks lost while another one is slow',
] as const;

const situations = [...frequent, ...rare];

export type WholeSituation = (typeof situations)[number];

export class Situations {
  readonly #counts = new Map<WholeSituation, number>(situations.map((situation) => [situation, 0]));

  add(situation: WholeSituation, count = 1): void {
    this.#counts.set(situation, this.of(situation) + count);
  }

  of(situation: WholeSituation): number {
    return this.#counts.get(situation) ?? 0;
  }

  merge(other: Situations): void {
    for (const situation of situations) this.add(situation, other.of(situation));
  }

  /** Those that were never met, of all or of the frequent ones. */
  missing(among: 'all' | 'frequent'): readonly WholeSituation[] {
    const judged: readonly WholeSituation[] = among === 'all' ? situations : frequent;
    return judged.filter((situation) => this.of(situation) === 0);
  }

  /** One line a situation, the count first. */
  toString(): string {
    return situations
      .map((situation) => `${String(this.of(situation)).padStart(9)}  ${situation}`)
      .join('\n');
  }
}
