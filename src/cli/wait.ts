// `orion wait KIND NAME --for GOAL`: until an object is as it shall be, or is gone.

import { Option } from 'clipanion';
import { collectionOf, type ObjectKind } from '../client/kinds.ts';
import type { WatchUpdate } from '../client/watch.ts';
import { OrionError } from '../lib/errors.ts';
import type { OrionObject } from '../protocol/objects.ts';
import { parseDuration } from './arguments.ts';
import { exitFailed } from './exit.ts';
import { type Goal, isReached, parseGoal } from './goal.ts';
import { objectName, parseTarget } from './kinds.ts';
import { OutputCommand } from './orion-command.ts';
import { Outages } from './outages.ts';

interface Waited {
  readonly kind: ObjectKind;
  readonly name: string;
  readonly goal: Goal;
  readonly signal: AbortSignal;
}

export class WaitCommand extends OutputCommand {
  static override paths = [['wait']];
  static override usage = {
    category: 'Looking',
    description: 'Wait until an object is as it shall be, or is gone.',
    details:
      'Ends with 0 when it is so, with 1 when it took longer than --timeout, or when the object is not there. A condition counts only once it speaks of the spec as it is now.',
    examples: [
      ['A service that runs as asked', '$0 wait service hello --for condition=Available --timeout 30s'],
      ['A field', '$0 wait service hello --for status.ready=3'],
      ['Until it is gone', '$0 wait assignment hello-0-17 --for delete'],
    ] as [string, string][],
  };

  kind = Option.String({ name: 'KIND' });
  name = Option.String({ name: 'NAME', required: false });
  goal = Option.String('--for', {
    required: true,
    description: 'condition=TYPE[=STATUS], delete, or FIELD=VALUE as in status.ready=3',
  });
  timeout = Option.String('--timeout', '5m', { description: 'How long to wait: 30s, 5m, 1h' });

  protected override async run(): Promise<void> {
    const format = this.outputFormat();
    const { kind, name } = parseTarget(this.kind, this.name);
    if (kind.name === 'Peer') throw new OrionError('USAGE', 'a peer is no object: see orion cluster status');
    if (name === undefined) throw new OrionError('USAGE', `name the ${kind.singular} to wait for`);
    const goal = parseGoal(this.goal);
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), parseDuration(this.timeout, '--timeout'));
    try {
      const waited = { kind: kind.name, name, goal, signal: late.signal };
      const last = await this.#untilReached(waited);
      if (late.signal.aborted) {
        this.exitCode = exitFailed;
        return this.say(
          `error: ${objectName(kind.name, name)} is not so after ${this.timeout}: ${this.goal}`,
        );
      }
      const outcome = goal.kind === 'delete' ? 'deleted' : 'condition met';
      await this.show(format, last ?? null, {
        table: () => `${objectName(kind.name, name)} ${outcome}\n`,
        names: () => [objectName(kind.name, name)],
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * The object as it was last seen, once the goal is reached or the signal is aborted. Throws NOT_FOUND when it is not
   * there, or goes, though it shall be as something.
   */
  async #untilReached({ kind, name, goal, signal }: Waited): Promise<OrionObject | undefined> {
    const client = this.client();
    const { onPeer } = new Outages((text) => this.say(text));
    const fieldSelector = `metadata.name=${name}`;
    const { items, resourceVersion } = await client.listAll(collectionOf(kind), { fieldSelector });
    const found: readonly OrionObject[] = items;
    let object = found[0];
    let last = object;
    if (object === undefined && goal.kind !== 'delete') throw absent(`There is no ${objectName(kind, name)}`);
    if (isReached(goal, object)) return last;
    for await (const update of client.watch({
      kinds: [kind],
      fieldSelector,
      from: resourceVersion,
      signal,
      onPeer,
    })) {
      for (const state of statesIn(update)) {
        object = state;
        last = object ?? last;
        if (isReached(goal, object)) return last;
      }
      if (object === undefined) throw absent(`${objectName(kind, name)} is gone`);
    }
    return last;
  }
}

/** What the one object that is watched became, step by step; undefined where it went. */
function statesIn(update: WatchUpdate): readonly (OrionObject | undefined)[] {
  if (update.type === 'RESET') return [update.items[0]];
  if (update.type !== 'CHANGE') return [];
  return update.changes.map(({ type, object }) => (type === 'DELETED' ? undefined : object));
}

const absent = (what: string): OrionError => new OrionError('NOT_FOUND', `${what}: it cannot become so.`);
