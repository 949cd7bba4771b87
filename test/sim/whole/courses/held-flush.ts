// A follower applies entries, but its state finds no room for them, or takes long to be synced. Then it is left behind, and is sent
// a whole state. What it held before must not come on top of that (W5 of src/peer/applier.ts): it writes a little more, and
// is started anew.

import { drawFrom } from '../../faults.ts';
import { Course } from '../stage.ts';
import type { WholePeer } from '../whole-peer.ts';

/** Some rows for each key. */
const writes = 8;
const stepMs = 2_000;
/** A flush that is made again begins and ends within that. */
const flushMs = 200;

export class HeldFlush extends Course {
  protected override play(leader: WholePeer, [follower, third]: readonly WholePeer[]): void {
    if (follower !== undefined && third !== undefined) this.#hold(follower, leader, third);
  }

  #hold(follower: WholePeer, leader: WholePeer, third: WholePeer): void {
    const stage = this.stage;
    follower.drive.hold(this.prng.chance(0.5) ? 'full' : 'slow', 'state');
    stage.write(leader, writes);
    stage.once(
      stepMs,
      () => follower.drive.hasHeld,
      () =>
        stage.leaveBehind({ victim: follower, leader, others: [leader, third] }, () =>
          stage.onTaken(follower, () => {
            stage.cluster.situations.add('snapshots that came while the state could not be written');
            this.#release(leader, follower);
          }),
        ),
    );
  }

  #release(leader: WholePeer, follower: WholePeer): void {
    const stage = this.stage;
    stage.after(drawFrom(this.prng, { from: 5, to: 50 }), () => {
      follower.drive.release();
      stage.after(50, () => stage.write(leader, 1)); // more would replace all that is of before
      stage.after(50 + flushMs, () => stage.kill(follower, 10));
    });
  }
}
