// `orion version`: of this program, and of every peer; those that differ are told.

import { version } from '../protocol/version.ts';
import { objectName } from './kinds.ts';
import { OutputCommand } from './orion-command.ts';
import { type Column, renderTable } from './table.ts';

interface PeerVersion {
  readonly id: string;
  readonly api: string;
  /** Null of a peer that the one that was asked has not heard. */
  readonly version: string | null;
}

interface Versions {
  readonly client: string;
  readonly peers: readonly PeerVersion[];
}

export class VersionCommand extends OutputCommand {
  static override paths = [['version']];
  static override usage = {
    category: 'Cluster',
    description: 'Show the version of this program and of every peer.',
  };

  protected override async run(): Promise<void> {
    const format = this.outputFormat();
    if (format === 'table' || format === 'wide') this.print(`client  ${version}\n`); // known, whoever answers
    const view = await this.client().cluster();
    const versions: Versions = {
      client: version,
      peers: view.peers.map(({ id, api, version: of }) => ({ id, api, version: of })),
    };
    await this.show(format, versions, {
      table: ({ peers }, style) => `\n${renderTable(columns, peers, style)}`,
      names: ({ peers }) => peers.map(({ id }) => objectName('peer', id)),
    });
    for (const warning of warnings(versions)) this.say(warning);
  }
}

const columns: readonly Column<PeerVersion>[] = [
  { title: 'PEER', cell: (peer) => peer.id },
  {
    title: 'VERSION',
    cell: (peer) => peer.version ?? 'unknown',
    tone: (peer) => (peer.version === version ? 'good' : 'warning'),
  },
  { title: 'API', cell: (peer) => peer.api, leaves: 1 },
];

/** What does not go together, and what to do about it. */
function warnings({ client, peers }: Versions): readonly string[] {
  const known = new Set(peers.map((peer) => peer.version).filter((one) => one !== null));
  if (known.size > 1) {
    return [`warning: peers run different versions (${[...known].join(', ')}): bring all to the newest`];
  }
  const [only] = known;
  if (only === undefined || only === client) return [];
  return [`warning: this program is ${client} and the peers are ${only}: bring both to the same version`];
}
