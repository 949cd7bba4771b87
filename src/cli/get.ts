// `orion get KIND [NAME]`: what is, as of now, and with `-w` what becomes of it.

import { Option } from 'clipanion';
import { collectionOf, type ObjectKind } from '../client/kinds.ts';
import { OrionError } from '../lib/errors.ts';
import type { List } from '../protocol/api.ts';
import { columnsOf, inOrder, type Listed, nameOf } from './columns.ts';
import { followObjects } from './follow.ts';
import { type Kind, objectName, parseTarget } from './kinds.ts';
import { ListCommand, type OutputFormat, type Views } from './orion-command.ts';
import { renderTable } from './table.ts';

export class GetCommand extends ListCommand {
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
    if (kind.name === 'Peer') return this.#showPeers(format, kind, name);
    if (this.watch) return this.#follow(format, kind.name, name);
    const collection = collectionOf(kind.name);
    const client = this.client();
    if (name === undefined) {
      const list = await client.listAll(collection, this.selectors());
      return this.show(format, list, this.#listViews(kind));
    }
    const object = await client.get(collection, name);
    return this.show(format, object, this.#oneViews(kind));
  }

  async #showPeers(format: OutputFormat, kind: Kind, name: string | undefined): Promise<void> {
    if (this.watch) throw new OrionError('USAGE', 'peers are not watched: orion cluster status shows them');
    const view = await this.client().cluster();
    if (name === undefined) return this.show(format, { items: view.peers }, this.#listViews(kind));
    const peer = view.peers.find(({ id }) => id === name);
    if (peer === undefined) throw new OrionError('NOT_FOUND', `There is no peer ${name}.`);
    return this.show(format, peer, this.#oneViews(kind));
  }

  #follow(format: OutputFormat, kind: ObjectKind, name: string | undefined): Promise<void> {
    const { fieldSelector, ...others } = this.selectors();
    const fields = [fieldSelector, name === undefined ? undefined : `metadata.name=${name}`];
    const all = fields.filter((one) => one !== undefined).join(',');
    return followObjects({
      client: this.client(),
      kind,
      selectors: all === '' ? others : { ...others, fieldSelector: all },
      format,
      style: this.tableStyle(format),
      print: (text) => this.print(text),
      say: (text) => this.say(text),
    });
  }

  #listViews(kind: Kind): Views<Pick<List<Listed>, 'items'>> {
    return {
      table: ({ items }, style) =>
        renderTable(columnsOf(kind.name, Date.now), inOrder(kind.name, items), style),
      names: ({ items }) => items.map((one) => objectName(kind.singular, nameOf(one))),
    };
  }

  #oneViews(kind: Kind): Views<Listed> {
    const { table, names } = this.#listViews(kind);
    return {
      table: (one, style) => table({ items: [one] }, style),
      names: (one) => names({ items: [one] }),
    };
  }
}
