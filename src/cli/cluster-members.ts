// `orion cluster add|remove|promote`: who belongs to the cluster. Each says first how much may be lost afterwards.

import { Option } from 'clipanion';
import { OrionError } from '../lib/errors.ts';
import type { ClusterView, MembersAnswer } from '../protocol/api.ts';
import { confirm } from './confirm.ts';
import { objectName } from './kinds.ts';
import { OutputCommand } from './orion-command.ts';

abstract class MembersCommand extends OutputCommand {
  yes = Option.Boolean('--yes', false, { description: 'Do not ask' });

  /** The id of the peer that is added, removed or promoted. */
  abstract id: string;
  /** How many voters the change takes away or brings in, once it is done. */
  protected abstract difference(view: ClusterView): number;
  protected abstract change(): Promise<MembersAnswer>;
  /** What has happened, for people. */
  protected abstract outcome(): string;

  protected override async run(): Promise<void> {
    const format = this.outputFormat();
    if (!this.yes) await this.#ask(await this.client().cluster());
    const answer = await this.change();
    await this.show(format, answer, {
      table: () => `${this.outcome()}\n${outlook(answer.voters, answer.tolerance)}\n`,
      names: () => [objectName('peer', this.id)],
    });
  }

  /** By what the peer that is asked knows, which may be a little behind: with `--yes` it counts for nothing. */
  async #ask(view: ClusterView): Promise<void> {
    const before = view.quorum.voters;
    const after = before + this.difference(view);
    const lost = { before: tolerance(before), after: tolerance(after) };
    await confirm(this.context, outlook({ before, after }, lost));
  }
}

export class ClusterAddCommand extends MembersCommand {
  static override paths = [['cluster', 'add']];
  static override usage = {
    category: 'Cluster',
    description: 'Add a peer that was started with --join, or put its new disk in the place of a lost one.',
    examples: [
      ['A fourth peer', '$0 cluster add pi-4 --api http://10.0.0.4:6060 --raft 10.0.0.4:7060'],
      [
        'A peer whose disk was lost',
        '$0 cluster add pi-3 --api http://10.0.0.3:6060 --raft 10.0.0.3:7060 --replace',
      ],
    ] as [string, string][],
  };

  id = Option.String({ name: 'ID' });
  api = Option.String('--api', { required: true, description: 'URL of its API' });
  raft = Option.String('--raft', { required: true, description: 'HOST:PORT of its Raft transport' });
  learner = Option.Boolean('--learner', false, { description: 'It shall not vote' });
  replace = Option.Boolean('--replace', false, { description: 'Its disk takes the place of the one it had' });

  protected override difference(): number {
    return this.learner || this.replace ? 0 : 1;
  }

  protected override change(): Promise<MembersAnswer> {
    const { id, api, raft, learner, replace } = this;
    return this.client().addPeer({ id, api, raft, as: learner ? 'learner' : 'voter', replace });
  }

  protected override outcome(): string {
    return this.learner
      ? `${this.id} added as a learner`
      : `${this.id} added; it votes once it has caught up`;
  }
}

export class ClusterRemoveCommand extends MembersCommand {
  static override paths = [['cluster', 'remove']];
  static override usage = {
    category: 'Cluster',
    description: 'Take a peer out of the cluster, for good: its disk will not be taken back.',
    examples: [['One of four', '$0 cluster remove pi-4']] as [string, string][],
  };

  id = Option.String({ name: 'ID' });

  protected override difference(view: ClusterView): number {
    return memberOf(view, this.id).voter ? -1 : 0;
  }

  protected override change(): Promise<MembersAnswer> {
    return this.client().removePeer(this.id);
  }

  protected override outcome(): string {
    return `${this.id} removed; stop it now`;
  }
}

export class ClusterPromoteCommand extends MembersCommand {
  static override paths = [['cluster', 'promote']];
  static override usage = {
    category: 'Cluster',
    description: 'Make a voter of a learner that has caught up.',
    examples: [['A learner', '$0 cluster promote pi-4']] as [string, string][],
  };

  id = Option.String({ name: 'ID' });

  protected override difference(view: ClusterView): number {
    return memberOf(view, this.id).voter ? 0 : 1;
  }

  protected override change(): Promise<MembersAnswer> {
    return this.client().promotePeer(this.id);
  }

  protected override outcome(): string {
    return `${this.id} votes`;
  }
}

/** Throws `NOT_FOUND` before anyone is asked about a peer that there is not. */
export function memberOf({ peers }: ClusterView, id: string): ClusterView['peers'][number] {
  const peer = peers.find((one) => one.id === id);
  if (peer !== undefined) return peer;
  const ids = peers.map((one) => one.id).join(', ');
  throw new OrionError('NOT_FOUND', `There is no peer ${id}: there are ${ids}.`);
}

type BeforeAndAfter = MembersAnswer['voters'];

const tolerance = (voters: number): number => Math.max(0, Math.floor((voters - 1) / 2));

/** `voters 3 -> 2, can lose 1 -> 0` */
function outlook(voters: BeforeAndAfter, lost: BeforeAndAfter): string {
  return `voters ${voters.before} -> ${voters.after}, can lose ${lost.before} -> ${lost.after}`;
}
