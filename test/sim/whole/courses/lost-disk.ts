// Of three disks one is slow, and one is lost right after an entry was committed that only that one and the leader held. The disk
// that is put in its place must not count before it holds that entry (J2 of raft/membership.ts): else the slow one and
// the new one would be a majority that knows nothing of it.

import type { Prng } from '../../../../src/lib/prng.ts';
import type { WholeCluster } from '../cluster.ts';
import type { Operator } from '../operator.ts';
import { Course } from '../stage.ts';
import type { WholePeer } from '../whole-peer.ts';

const writes = 3;
const stepMs = 500;
/** A process that starts is not reached at once. */
const asks = 6;
const askMs = 50;
/** A write to a log that takes longer would be given up. */
const slowMs = 900;

export class LostDisk extends Course {
  readonly #operator: Operator;

  constructor(options: { cluster: WholeCluster; operator: Operator; prng: Prng }) {
    super(options);
    this.#operator = options.operator;
  }

  protected override play(leader: WholePeer, [victim, slow]: readonly WholePeer[]): void {
    if (victim !== undefined && slow !== undefined) this.#lose(victim, slow, leader);
  }

  #lose(victim: WholePeer, slow: WholePeer, leader: WholePeer): void {
    const stage = this.stage;
    const { judge, situations } = stage.cluster;
    const before = judge.lastIndex(leader.storeId);
    slow.drive.hold('slow', 'log');
    stage.after(slowMs, () => slow.drive.release());
    stage.write(leader, writes);
    stage.once(
      stepMs,
      () => judge.ledger.committedAt(before + 1) !== undefined,
      () => {
        situations.add('disks lost while another one is slow');
        victim.wipe({ joins: true });
        victim.start();
        for (let ask = 1; ask <= asks; ask += 1)
          stage.after(ask * askMs, () => this.#operator.replace(victim));
      },
    );
  }
}
