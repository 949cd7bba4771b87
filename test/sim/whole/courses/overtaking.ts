// A leader of five loses entries that one other peer holds, leads again and writes in their place; and then that other peer leads
// and commits them. Whoever still waits for those entries must not have been told that they will never be (P3 of
// src/peer/proposals.ts).

import { Course, leads } from '../stage.ts';
import type { WholePeer } from '../whole-peer.ts';

/** How many writes a leader is given that it cannot have committed. */
const writes = 6;
/** A step that does not come about in this time ends it all. */
const stepMs = 600;

export class Overtaking extends Course {
  protected override play(leader: WholePeer, [holder, ...others]: readonly WholePeer[]): void {
    const stage = this.stage;
    const { judge } = stage.cluster;
    if (holder === undefined) return;
    const term = judge.lastTerm(leader.storeId);
    stage.part([leader, holder], others);
    stage.write(leader, writes);
    stage.once(
      stepMs,
      () => others.find(leads),
      (usurper) => {
        const voters = others.filter((peer) => peer !== usurper);
        stage.part([usurper], voters);
        stage.part([leader], [holder]);
        stage.join([usurper], [leader]);
        stage.once(
          stepMs,
          () => judge.lastTerm(leader.storeId) > term,
          () => this.#leadAgain({ leader, usurper, holder, voters }),
        );
      },
    );
  }

  /** The leader has lost its entries to the usurper, which nobody else has heard. */
  #leadAgain(
    parts: Record<'leader' | 'usurper' | 'holder', WholePeer> & { voters: readonly WholePeer[] },
  ): void {
    const { leader, usurper, holder, voters } = parts;
    const stage = this.stage;
    stage.part([usurper], [leader]);
    stage.join([leader], voters);
    stage.once(
      stepMs,
      () => leads(leader),
      () => {
        stage.part([leader], voters);
        stage.write(leader, writes);
        stage.join([holder], voters);
        stage.once(
          stepMs,
          () => leads(holder),
          () => {
            stage.cluster.situations.add('leaders that wrote in the place of what another committed');
            stage.after(100, () => stage.joinAll());
          },
        );
      },
    );
  }
}
