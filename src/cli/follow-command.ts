// What the commands share that begin a rollout and can follow it: `apply`, `edit`, `scale`, `restart`, `rollout
// undo|status`.
//
// W1. What is said on the way is talk, and goes to standard error: standard output holds what the command answered.
// W2. Ctrl-C ends the watching, never the rollout, and says how to go on watching. A second one ends the process.

import { Option } from 'clipanion';
import type { OrionClient } from '../client/index.ts';
import { unreachable } from '../lib/assert.ts';
import type { Rollout } from '../protocol/rollout.ts';
import { parseDuration } from './arguments.ts';
import { paintFor } from './colour.ts';
import { exitFailed, exitInterrupted } from './exit.ts';
import { LiveLines } from './live-lines.ts';
import { OutputCommand } from './orion-command.ts';
import { type FollowOutcome, followRollouts } from './rollout-follow.ts';

export abstract class FollowCommand extends OutputCommand {
  wait = Option.Boolean('--wait', {
    description: 'Follow the rollout to its end (the default on a terminal; --no-wait does not)',
  });
  timeout = Option.String('--timeout', '5m', { description: 'How long to follow it: 30s, 5m, 1h' });

  /** Whether the rollout is to be followed: as was said, else where somebody watches. */
  protected get follows(): boolean {
    const { stdout, stderr } = this.context;
    return this.wait ?? (isTerminal(stdout) && isTerminal(stderr));
  }

  /** How long it is followed, in milliseconds. Throws `USAGE`; to be called before anything is done. */
  protected patienceMs(): number {
    return parseDuration(this.timeout, '--timeout');
  }

  /**
   * Follows the rollouts of the services `names`, says how they end, and sets the exit code: 1 for one that failed or took
   * too long, 130 for Ctrl-C. Answers with what was seen last.
   */
  protected async follow(client: OrionClient, names: readonly string[]): Promise<FollowOutcome> {
    const patienceMs = this.patienceMs();
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort('late'), patienceMs);
    const onInterrupt = (): void => stop.abort('interrupted');
    process.once('SIGINT', onInterrupt); // W2
    try {
      const { stderr, env } = this.context;
      const lines = new LiveLines(stderr, paintFor(stderr, env));
      const outcome = await followRollouts(client, names, { lines, signal: stop.signal });
      this.#conclude(outcome, stop.signal.reason === 'interrupted');
      return outcome;
    } finally {
      clearTimeout(timer);
      process.off('SIGINT', onInterrupt);
    }
  }

  #conclude({ end, rollouts }: FollowOutcome, interrupted: boolean): void {
    const open = [...rollouts].filter(([, rollout]) => rollout?.state !== 'complete');
    const names = open.map(([name]) => name).join(' ');
    const { stderr, env } = this.context;
    const error = paintFor(stderr, env)('error:', 'bad');
    const goesOn = `the rollout goes on. Follow it: orion rollout status ${names}`;
    switch (end) {
      case 'complete':
        return;
      case 'failed':
        this.exitCode = exitFailed;
        return this.say(`${error} not rolled out: ${names}\n${remedies(open)}`);
      case 'stopped':
        this.exitCode = interrupted ? exitInterrupted : exitFailed;
        return this.say(
          interrupted ? `detached; ${goesOn}` : `${error} not done within ${this.timeout}; ${goesOn}`,
        );
      default:
        return unreachable(end);
    }
  }
}

/** What people can do about services that failed; those of before go on running. */
function remedies(failed: readonly (readonly [string, Rollout | undefined])[]): string {
  return failed
    .flatMap(([name, rollout]) => [
      `  what it wrote: orion logs ${name}; why: orion why ${name}`,
      ...(rollout !== undefined && rollout.revision > 1 ? [`  back: orion rollout undo ${name}`] : []),
    ])
    .join('\n');
}

function isTerminal(stream: object): boolean {
  return 'isTTY' in stream && stream.isTTY === true;
}
