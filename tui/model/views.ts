// All views, one table: what the keys, the commands, the help and the documentation know of.

import { present } from '../../src/lib/assert.ts';
import type { View } from './view.ts';
import type { ViewId } from './view-ids.ts';
import { assignmentsView } from './views/assignments.ts';
import { describeView } from './views/describe.ts';
import { eventsView } from './views/events.ts';
import { helpView } from './views/help.ts';
import { logsView } from './views/logs.ts';
import { nodesView } from './views/nodes.ts';
import { pulseView } from './views/pulse.ts';
import { raftView } from './views/raft.ts';
import { revisionsView } from './views/revisions.ts';
import { servicesView } from './views/services.ts';
import { settingsView } from './views/settings.ts';
import { timelineView } from './views/timeline.ts';
import { whyView } from './views/why.ts';
import { xrayView } from './views/xray.ts';
import { yamlView } from './views/yaml.ts';

export const views: readonly View[] = [
  pulseView,
  servicesView,
  assignmentsView,
  nodesView,
  raftView,
  eventsView,
  timelineView,
  settingsView,
  xrayView,
  helpView(() => views),
  logsView,
  describeView,
  yamlView,
  whyView,
  revisionsView,
];

export function viewOf(id: ViewId): View {
  return present(
    views.find((view) => view.id === id),
    'every view has its row in the table',
  );
}
