// `-w`: what there is of a kind, and then what becomes of it, until somebody interrupts.
//
// F1. What is printed adds up: whatever was missed while nobody answered is told as changes once somebody does.

import type { OrionClient } from '../client/index.ts';
import { collectionOf, type ObjectKind } from '../client/kinds.ts';
import type { OrionObject } from '../protocol/objects.ts';
import type { WatchChange } from '../protocol/watch.ts';
import { columnsOf, inOrder } from './columns.ts';
import { objectName } from './kinds.ts';
import { Outages } from './outages.ts';
import type { OutputFormat } from './output.ts';
import { Table, type TableStyle } from './table.ts';

export interface FollowOptions {
  readonly client: OrionClient;
  readonly kind: ObjectKind;
  readonly selectors: { readonly labelSelector?: string; readonly fieldSelector?: string };
  readonly format: OutputFormat;
  readonly style: TableStyle;
  readonly print: (text: string) => void;
  /** For people. */
  readonly say: (text: string) => void;
}

/** Resolves never; rejects when the cluster refuses the request. */
export async function followObjects(options: FollowOptions): Promise<void> {
  const { client, kind, selectors } = options;
  const list = await client.listAll(collectionOf(kind), selectors);
  const items: readonly OrionObject[] = list.items;
  const printer = await printerOf(options);
  const known = new Map(items.map((one) => [one.metadata.name, one]));
  printer(inOrder(kind, items).map((object) => ({ type: 'ADDED', object })));
  const updates = client.watch({
    kinds: [kind],
    from: list.resourceVersion,
    ...selectors,
    onPeer: new Outages(options.say).onPeer,
  });
  for await (const update of updates) {
    if (update.type === 'BOOKMARK' || update.type === 'STATS') continue;
    const changes = update.type === 'RESET' ? differences(known, update.items) : update.changes;
    for (const { type, object } of changes) {
      if (type === 'DELETED') known.delete(object.metadata.name);
      else known.set(object.metadata.name, object);
    }
    printer(changes);
  }
}

/** F1: what leads from `known` to `items`. */
function differences(
  known: ReadonlyMap<string, OrionObject>,
  items: readonly OrionObject[],
): readonly WatchChange[] {
  const names = new Set(items.map(({ metadata }) => metadata.name));
  const gone = [...known.values()].filter(({ metadata }) => !names.has(metadata.name));
  const changed = items.filter(
    ({ metadata }) => known.get(metadata.name)?.metadata.resourceVersion !== metadata.resourceVersion,
  );
  return [
    ...gone.map((object) => ({ type: 'DELETED', object }) as const),
    ...changed.map(
      (object) => ({ type: known.has(object.metadata.name) ? 'MODIFIED' : 'ADDED', object }) as const,
    ),
  ];
}

async function printerOf(options: FollowOptions): Promise<(changes: readonly WatchChange[]) => void> {
  const { format, kind, style, print } = options;
  switch (format) {
    case 'json':
      return (changes) => print(changes.map((change) => `${JSON.stringify(change)}\n`).join(''));
    case 'yaml': {
      const yaml = await import('yaml');
      const text = (change: WatchChange): string =>
        `---\n${yaml.stringify(change, { aliasDuplicateObjects: false })}`;
      return (changes) => print(changes.map(text).join(''));
    }
    case 'name':
      return (changes) => print(changes.map(({ object }) => `${nameOf(object)}\n`).join(''));
    default:
      return tablePrinter(kind, style, print);
  }
}

function tablePrinter(
  kind: ObjectKind,
  style: TableStyle,
  print: (text: string) => void,
): (changes: readonly WatchChange[]) => void {
  const table = new Table(columnsOf(kind, Date.now), style);
  return (changes) => {
    // The first call is the list: its rows decide how wide the columns are.
    const rows = changes.filter(({ type }) => type !== 'DELETED').map(({ object }) => object);
    print(table.render(rows));
    for (const { type, object } of changes) if (type === 'DELETED') print(`${nameOf(object)} deleted\n`);
  };
}

const nameOf = ({ kind, metadata }: OrionObject): string => objectName(kind, metadata.name);
