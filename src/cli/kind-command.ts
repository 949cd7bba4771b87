// What `get KIND`, `events` and `setting ls` share: objects of one kind as a list, and what becomes of them.

import { collectionOf, type ObjectKind } from '../client/kinds.ts';
import type { List } from '../protocol/api.ts';
import { columnsOf, inOrder, type Listed, nameOf } from './columns.ts';
import { followObjects } from './follow.ts';
import { type Kind, objectName } from './kinds.ts';
import { ListCommand } from './orion-command.ts';
import type { OutputFormat, Views } from './output.ts';
import { renderTable } from './table.ts';

export abstract class KindCommand extends ListCommand {
  /** All objects of `kind` that are selected, or with `-w` those and what becomes of them. */
  protected async showAll(format: OutputFormat, kind: ObjectKind, fields?: string): Promise<void> {
    const { fieldSelector, ...others } = this.selectors();
    const all = [fieldSelector, fields].filter((one) => one !== undefined).join(',');
    const selectors = all === '' ? others : { ...others, fieldSelector: all };
    if (this.watch) {
      return followObjects({
        client: this.client(),
        kind,
        selectors,
        format,
        style: this.tableStyle(format),
        print: (text) => this.print(text),
        say: (text) => this.say(text),
      });
    }
    const list = await this.client().listAll(collectionOf(kind), selectors);
    await this.show(format, list, listViews({ name: kind, singular: kind.toLowerCase() }));
    if (list.items.length > 0 || (format !== 'table' && format !== 'wide')) return;
    const isSelected = Object.keys(selectors).length > 0;
    this.say(`there are no ${kind.toLowerCase()}s${isSelected ? ' like that' : ''}`);
  }
}

/** How a list of one kind looks. */
export function listViews({
  name,
  singular,
}: Pick<Kind, 'name' | 'singular'>): Views<Pick<List<Listed>, 'items'>> {
  return {
    table: ({ items }, style) => renderTable(columnsOf(name, Date.now), inOrder(name, items), style),
    names: ({ items }) => items.map((one) => objectName(singular, nameOf(one))),
  };
}

/** How one of them looks. */
export function oneViews(kind: Pick<Kind, 'name' | 'singular'>): Views<Listed> {
  const { table, names } = listViews(kind);
  return {
    table: (one, style) => table({ items: [one] }, style),
    names: (one) => names({ items: [one] }),
  };
}
