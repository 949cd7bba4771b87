// Names of the views: what places, memory and commands call them by.

const viewIds = [
  'pulse',
  'services',
  'assignments',
  'nodes',
  'raft',
  'events',
  'timeline',
  'settings',
  'xray',
  'help',
  'logs',
  'describe',
  'yaml',
  'why',
  'revisions',
] as const;

export type ViewId = (typeof viewIds)[number];

export const isViewId = (text: string): text is ViewId => viewIds.some((id) => id === text);
