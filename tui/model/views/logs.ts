// Logs: what a service, or one replica of it, writes.

import { span } from '../cells.ts';
import type { View } from '../view.ts';

export const logsView: View = {
  id: 'logs',
  title: 'Logs',
  aliases: ['log'],
  about: 'service',
  description: 'what replicas write: f holds and follows, w wraps, / filters, n and N find',
  body: ({ logs }) =>
    logs === undefined
      ? { kind: 'text', lines: [[span(' no logs are open', 'dim')]] }
      : { kind: 'log', session: logs },
};
