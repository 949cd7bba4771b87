// Settings: which there are, how large, and who uses them. Their text is shown only when it is asked for.

import type { Setting } from '../../../src/protocol/objects.ts';
import { settingsOf } from '../../../src/protocol/references.ts';
import { bytesOf } from '../../../src/cli/text.ts';
import { refOf } from '../refs.ts';
import { type Column, rowsOf } from '../table.ts';
import type { View, ViewContext } from '../view.ts';
import { age, ageSeconds } from '../wording.ts';
import type { World } from '../world.ts';

export const settingsView: View = {
  id: 'settings',
  title: 'Settings',
  digit: '7',
  aliases: ['setting', 'set', 'cfg', 'config'],
  description: 'settings, and the services that use them; y shows the text of one',
  body: (context) => {
    const columns = columnsFor(context);
    const items = [...context.world.settings.values()].sort((a, b) =>
      a.metadata.name < b.metadata.name ? -1 : 1,
    );
    const rows = rowsOf(columns, items, (one) => ({
      key: one.metadata.name,
      ref: refOf(one),
      labels: one.metadata.labels,
    }));
    return { kind: 'table', columns, rows, empty: 'no settings: orion setting set NAME' };
  },
};

const bytes = (one: Setting): number => Buffer.byteLength(one.spec.data);

function columnsFor({ world, now }: ViewContext): readonly Column<Setting>[] {
  return [
    { title: 'NAME', cell: (one) => one.metadata.name, max: 40 },
    { title: 'SIZE', cell: (one) => bytesOf(bytes(one)), sort: bytes, align: 'right' },
    {
      title: 'AGE',
      cell: (one) => age(one.metadata.createdAt, now.wallMs),
      sort: (one) => ageSeconds(one.metadata.createdAt, now.wallMs),
      align: 'right',
    },
    {
      title: 'CHANGED',
      cell: (one) => age(one.metadata.updatedAt, now.wallMs),
      sort: (one) => ageSeconds(one.metadata.updatedAt, now.wallMs),
      align: 'right',
    },
    { title: 'USED BY', cell: (one) => usersOf(world, one.metadata.name).join(', ') || '-' },
  ];
}

/** The services whose environment or files name the setting. */
export function usersOf(world: World, setting: string): readonly string[] {
  return [...world.services.values()]
    .filter(({ spec }) => settingsOf(spec).has(setting))
    .map((one) => one.metadata.name)
    .sort();
}
