// YAML: an object exactly as the API answers it.

import { span } from '../cells.ts';
import { objectOf, refText } from '../refs.ts';
import type { View } from '../view.ts';
import { yamlLines } from '../yaml-text.ts';

export const yamlView: View = {
  id: 'yaml',
  title: 'YAML',
  aliases: ['y'],
  about: 'object',
  description: 'an object as the API answers it',
  body: ({ world, subject, revisions }) => {
    if (subject === undefined) return { kind: 'text', lines: [] };
    const value =
      subject.kind === 'Peer'
        ? world.cluster?.peers.find((peer) => peer.id === subject.name)
        : subject.kind === 'Revision'
          ? revisions.get(subject.name)?.find(({ revision }) => revision === subject.revision)
          : objectOf(world, subject);
    if (value === undefined) return { kind: 'text', lines: [[span(` ${refText(subject)} is gone`, 'bad')]] };
    return { kind: 'text', lines: yamlLines(value) };
  },
};
