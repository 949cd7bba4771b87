// Writes in words, for the line that says what became of them.

import { unreachable } from '../../src/lib/assert.ts';
import type { Write } from './messages.ts';

export function describeWrite(write: Write): string {
  switch (write.kind) {
    case 'scale':
      return `scale service/${write.service} to ${write.replicas}`;
    case 'restart':
      return `restart service/${write.service}`;
    case 'undo':
      return `undo service/${write.service}`;
    case 'delete':
      return `delete ${write.collection.replace(/s$/, '')}/${write.name}`;
    case 'transfer':
      return 'transfer leadership';
    case 'promote':
      return `promote peer/${write.peer}`;
    case 'remove':
      return `remove peer/${write.peer}`;
    default:
      return unreachable(write);
  }
}
