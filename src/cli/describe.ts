// `orion describe KIND NAME`: one object for people, with what belongs to it and what happened to it.

import { Option } from 'clipanion';
import type { OrionClient } from '../client/index.ts';
import { collectionOf, type ObjectKind } from '../client/kinds.ts';
import { OrionError } from '../lib/errors.ts';
import type { Assignment, Event, OrionObject } from '../protocol/objects.ts';
import { columnsOf, inOrder } from './columns.ts';
import { factsOf, peerFacts, renderFacts } from './facts.ts';
import { objectName, parseTarget } from './kinds.ts';
import { OutputCommand } from './orion-command.ts';
import type { OutputFormat } from './output.ts';
import { renderTable, type TableStyle } from './table.ts';
import { printable } from './text.ts';

interface Description {
  readonly object: OrionObject;
  /** Of a service, or on a node. */
  readonly assignments: readonly Assignment[];
  readonly events: readonly Event[];
}

export class DescribeCommand extends OutputCommand {
  static override paths = [['describe']];
  static override usage = {
    category: 'Looking',
    description: 'Show one object in full, with its replicas and events.',
    examples: [
      ['A service', '$0 describe service hello'],
      ['A replica', '$0 describe assignment/hello-7-0'],
    ] as [string, string][],
  };

  kind = Option.String({ name: 'KIND' });
  name = Option.String({ name: 'NAME', required: false });

  protected override async run(): Promise<void> {
    const format = this.outputFormat();
    const { kind, name } = parseTarget(this.kind, this.name);
    if (name === undefined) {
      throw new OrionError('USAGE', `describe needs a name: orion describe ${kind.singular} NAME`);
    }
    if (kind.name === 'Peer') return this.#describePeer(format, name);
    const description = await describe(this.client(), kind.name, name);
    await this.show(format, description, {
      table: renderDescription,
      names: () => [objectName(kind.singular, name)],
    });
  }

  async #describePeer(format: OutputFormat, id: string): Promise<void> {
    const { peers, alarms } = await this.client().cluster();
    const object = peers.find((peer) => peer.id === id);
    if (object === undefined) throw new OrionError('NOT_FOUND', `There is no peer ${id}.`);
    const description = { object, alarms: alarms.filter(({ peer }) => peer === id) };
    await this.show(format, description, {
      table: (value, style) =>
        renderFacts(peerFacts(value.object), style) +
        value.alarms
          .map(({ kind, message }) => `${style.paint(printable(`ALARM ${kind}: ${message}`), 'bad')}\n`)
          .join(''),
      names: () => [objectName('peer', id)],
    });
  }
}

async function describe(client: OrionClient, kind: ObjectKind, name: string): Promise<Description> {
  const object = await client.get(collectionOf(kind), name);
  const own = ownAssignments(kind, name);
  const about = `spec.regarding.kind=${kind},spec.regarding.name=${name}`;
  const [assignments, events] = await Promise.all([
    own === undefined ? undefined : client.listAll('assignments', { fieldSelector: own }),
    kind === 'Event' ? undefined : client.listAll('events', { fieldSelector: about }),
  ]);
  return { object, assignments: assignments?.items ?? [], events: inOrder('Event', events?.items ?? []) };
}

function ownAssignments(kind: ObjectKind, name: string): string | undefined {
  if (kind === 'Service') return `spec.service=${name}`;
  return kind === 'Node' ? `spec.node=${name}` : undefined;
}

function renderDescription({ object, assignments, events }: Description, style: TableStyle): string {
  const conditions = 'conditions' in object.status ? object.status.conditions : [];
  const sections = [
    renderFacts(factsOf(object, Date.now()), style),
    section('Conditions', conditions, (items) =>
      renderTable(
        [
          { title: 'TYPE', cell: (one) => one.type },
          {
            title: 'STATUS',
            cell: (one) => one.status,
            tone: (one) => (one.status === 'True' ? 'good' : 'warning'),
          },
          { title: 'REASON', cell: (one) => one.reason },
          { title: 'MESSAGE', cell: (one) => one.message },
        ],
        items,
        style,
      ),
    ),
    section('Assignments', assignments, (items) =>
      renderTable(columnsOf('Assignment', Date.now), items, { ...style, isWide: false }),
    ),
    section('Events', events, (items) =>
      renderTable(columnsOf('Event', Date.now), items, { ...style, isWide: false }),
    ),
  ];
  return sections.filter((text) => text !== '').join('\n');
}

/** Nothing where there is nothing to show. */
function section<T>(title: string, items: readonly T[], render: (items: readonly T[]) => string): string {
  return items.length === 0 ? '' : `${title}:\n${render(items)}`;
}
