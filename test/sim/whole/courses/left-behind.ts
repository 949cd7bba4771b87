// A leader of five and one of its followers are cut off from the others as those take in what the leader was told to write. They
// elect another one, write on, and cut their logs: the state that the old leader is sent goes past writes that it, or that follower,
// still waits for. They are in that state; and nobody leads any more until their time is up. They must not count as refused (P3 of
// src/peer/proposals.ts, X1 of src/peer/forwarding.ts).

import { limits } from '../../../../src/lib/limits.ts';
import { Course, leads } from '../stage.ts';
import type { WholePeer } from '../whole-peer.ts';

const writes = 3;
const stepMs = 1_000;

export class LeftBehind extends Course {
  protected override play(leader: WholePeer, others: readonly WholePeer[]): void {
    const stage = this.stage;
    const { judge } = stage.cluster;
    const [follower, ...rest] = others;
    if (follower === undefined) return;
    const before = judge.lastIndex(leader.storeId);
    stage.write(this.prng.chance(0.3) ? leader : follower, writes);
    stage.once(
      stepMs,
      () => rest.some(({ storeId }) => judge.lastIndex(storeId) > before),
      () => {
        stage.sever([leader, follower], rest);
        stage.once(
          stepMs,
          () => rest.find(leads),
          (next) =>
            stage.leaveBehind({ victim: leader, leader: next, others: rest }, () => this.#goOn(leader, rest)),
        );
      },
    );
  }

  /** `rest`: without them nobody can lead. */
  #goOn(leader: WholePeer, rest: readonly WholePeer[]): void {
    const stage = this.stage;
    stage.onTaken(leader, () => {
      stage.cluster.situations.add('snapshots that went past writes of a leader');
      for (const peer of rest) stage.kill(peer, limits.requestMs);
      stage.after(limits.requestMs, () => stage.joinAll());
    });
  }
}
