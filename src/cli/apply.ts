// `orion apply -f FILE|DIR|-`: makes the cluster want what files say.

import { Option } from 'clipanion';
import type { OrionClient } from '../client/index.ts';
import type { ApplyAnswer } from '../protocol/api.ts';
import { renderManifests } from '../protocol/manifest.ts';
import { objectName } from './kinds.ts';
import { ManifestFiles, manifestOption } from './manifest-file.ts';
import { OutputCommand } from './orion-command.ts';

export class ApplyCommand extends OutputCommand {
  static override paths = [['apply']];
  static override usage = {
    category: 'Services',
    description: 'Create and change services as files describe them, all or nothing.',
    details:
      'Everything that is given makes one request: it is applied as a whole, or not at all. A path in a file is resolved against the file. Services of other manifests (other `metadata.name`) are left alone.',
    examples: [
      ['What the file says', '$0 apply -f orion.yaml'],
      ['All manifests of a folder, and one that a program writes', '$0 apply -f services/ -f -'],
      ['And remove what it no longer lists', '$0 apply -f orion.yaml --prune'],
    ] as [string, string][],
  };

  files = Option.Array('-f,--file', { required: true, description: manifestOption });
  dryRun = Option.Boolean('--dry-run', false, { description: 'Say what would change, and change nothing' });
  prune = Option.Boolean('--prune', false, {
    description: 'Remove services that were applied under the same metadata.name and are no longer listed',
  });

  protected override async run(): Promise<void> {
    const format = this.outputFormat();
    const files = await ManifestFiles.read(this.files, this.context.stdin);
    const answer = await applyFiles(this.client(), files, { dryRun: this.dryRun, prune: this.prune });
    await this.show(format, answer, {
      table: renderChanges,
      names: ({ changes }) => changes.map(({ kind, name }) => objectName(kind, name)),
    });
  }
}

/** Sends `files` as one request. Throws what the client throws, with the places of problems in the files. */
export async function applyFiles(
  client: OrionClient,
  files: ManifestFiles,
  options: { readonly dryRun: boolean; readonly prune: boolean },
): Promise<ApplyAnswer> {
  try {
    return await client.apply(renderManifests(files.manifests), { format: 'json', ...options });
  } catch (error) {
    throw files.located(error);
  }
}

/** `service/hello created`, one line a change. */
export function renderChanges(answer: ApplyAnswer): string {
  const note = answer.status === 'dryRun' ? ' (dry run)' : '';
  const lines = answer.changes.map(
    ({ kind, name, action }) => `${objectName(kind, name)} ${action}${note}\n`,
  );
  return lines.length === 0 ? `nothing to change${note}\n` : lines.join('');
}
