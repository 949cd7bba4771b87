// `orion get KIND [NAME]`: what is, as of now, and with `-w` what becomes of it.

import { Option } from 'clipanion';
import { collectionOf } from '../client/kinds.ts';
import { OrionError } from '../lib/errors.ts';
import { KindCommand, listViews, oneViews } from './kind-command.ts';
import { type Kind, parseTarget } from './kinds.ts';
import type { OutputFormat } from './output.ts';

export class GetCommand extends KindCommand {
  static override paths = [['get']];
  static override usage = {
    category: 'Looking',
    description: 'List objects of a kind, or show one.',
    details:
      'Kinds: services (svc), nodes (no), assignments (asg), settings (set, cfg), events (ev), peers. With -w it goes on with what ' +
      'changes: a table gets a line for each change, -o json a line with `type` and `object`.',
    examples: [
      ['All services', '$0 get services'],
      ['One node in full', '$0 get node pi-1 -o yaml'],
      ['What runs on it, as it changes', '$0 get asg --field-selector spec.node=pi-1 -w'],
    ] as [string, string][],
  };

  kind = Option.String({ name: 'KIND' });
  name = Option.String({ name: 'NAME', required: false });

  protected override async run(): Promise<void> {
    const format = this.outputFormat();
    const { kind, name } = parseTarget(this.kind, this.name);
    const isSelecting = this.selector !== undefined || this.fieldSelector !== undefined;
    if (isSelecting && (name !== undefined || kind.name === 'Peer')) {
      const why = kind.name === 'Peer' ? 'peers are not selected' : 'give a name or a selector, not both';
      throw new OrionError('USAGE', `${why}: leave --selector and --field-selector away`);
    }
    if (kind.name === 'Peer') return this.#showPeers(format, kind, name);
    if (name === undefined) return this.showAll(format, kind.name);
    if (this.watch) return this.showAll(format, kind.name, `metadata.name=${name}`);
    const object = await this.client().get(collectionOf(kind.name), name);
    return this.show(format, object, oneViews(kind));
  }

  async #showPeers(format: OutputFormat, kind: Kind, name: string | undefined): Promise<void> {
    if (this.watch) throw new OrionError('USAGE', 'peers are not watched: orion cluster status shows them');
    const view = await this.client().cluster();
    if (name === undefined) return this.show(format, { items: view.peers }, listViews(kind));
    const peer = view.peers.find(({ id }) => id === name);
    if (peer === undefined) throw new OrionError('NOT_FOUND', `There is no peer ${name}.`);
    return this.show(format, peer, oneViews(kind));
  }
}
