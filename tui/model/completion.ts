// Completion of command lines: views and verbs first, then what the words of that verb stand for.

import { objectNames, verbs } from './verbs.ts';
import type { View } from './view.ts';
import type { World } from './world.ts';

/** What the last word of `text` may become, the likeliest first. */
export function completions(
  text: string,
  world: World,
  options: { readonly views: readonly View[]; readonly columns: readonly string[] },
): readonly string[] {
  const words = text.trimStart().split(/\s+/u);
  const last = words.at(-1) ?? '';
  const candidates = words.length <= 1 ? firstWords(options.views) : candidatesOf(words, world, options);
  const found = candidates.filter((one) => one.startsWith(last) && one !== last);
  return found.sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
}

const firstWords = (views: readonly View[]): readonly string[] => [
  ...views.map((view) => view.id),
  ...verbs.map((verb) => verb.name),
];

function candidatesOf(
  words: readonly string[],
  world: World,
  { views, columns }: { readonly views: readonly View[]; readonly columns: readonly string[] },
): readonly string[] {
  const [name = ''] = words;
  const verb = verbs.find((one) => one.name === name || one.aliases.includes(name));
  const about = views.find((one) => one.id === name || one.aliases.includes(name))?.about;
  switch (verb?.words[words.length - 2] ?? (words.length === 2 ? about : undefined)) {
    case 'service':
      return [...world.services.keys()];
    case 'object':
      return objectNames(world).flatMap(({ short, long, ref }) =>
        ref.kind === 'Assignment' ? [short] : [long, short],
      );
    case 'peer':
      return (world.cluster?.peers ?? []).map((peer) => peer.id);
    case 'column':
      return columns.map((title) => title.replaceAll(' ', '_'));
    default:
      return [];
  }
}
