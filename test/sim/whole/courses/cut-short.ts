// The power of a follower goes while the beginning of its log is being cut off, or while the flush does not end that would let it be
// cut. What it starts with must go together: no entry is gone that the state does not hold (R9), and none is missed in the log
// (F2 of src/storage/log-files.ts).

import { drawFrom } from '../../faults.ts';
import { Course } from '../stage.ts';
import type { WholePeer } from '../whole-peer.ts';

const stepMs = 1_500;
/** A cut that may begin at once is over within that. */
const cutMs = 100;
/** Some meet the moment between two steps of a cut. */
const strikes = 3;
const againMs = 300;

export class CutShort extends Course {
  protected override play(leader: WholePeer, [follower]: readonly WholePeer[]): void {
    if (follower === undefined) return;
    this.stage.fillLogs(leader);
    if (this.prng.chance(0.6)) this.#strikeCut(follower, leader, strikes);
    else this.#strikeFlush(follower, leader);
  }

  #strikeCut(follower: WholePeer, leader: WholePeer, left: number): void {
    const stage = this.stage;
    stage.once(
      stepMs,
      () => follower.run?.isCutting === true,
      () =>
        stage.after(drawFrom(this.prng, { from: 0, to: 2 }), () => {
          if (follower.run?.isCutting !== true) return this.#strikeCut(follower, leader, left);
          stage.cluster.situations.add('crashes while a log is cut');
          stage.kill(follower, 10, 'power');
          if (left > 1) stage.after(againMs, () => this.#strikeAgain(follower, leader, left - 1));
        }),
    );
  }

  #strikeAgain(follower: WholePeer, leader: WholePeer, left: number): void {
    this.stage.fillLogs(leader);
    this.#strikeCut(follower, leader, left);
  }

  #strikeFlush(follower: WholePeer, leader: WholePeer): void {
    const stage = this.stage;
    stage.after(stage.fillMs, () => {
      follower.drive.hold('slow', 'state');
      stage.write(leader, 1);
      stage.once(
        stepMs,
        () => follower.drive.hasHeld,
        () =>
          stage.after(cutMs, () => {
            stage.cluster.situations.add('crashes while a state is flushed');
            follower.drive.release();
            stage.kill(follower, 10, 'power');
          }),
      );
    });
  }
}
