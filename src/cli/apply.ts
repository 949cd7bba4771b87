// `orion apply -f FILE|DIR|-`: makes the cluster want what files say, and follows it there.

import { Option } from 'clipanion';
import type { OrionClient } from '../client/index.ts';
import type { ApplyAnswer } from '../protocol/api.ts';
import { renderManifests } from '../protocol/manifest.ts';
import { renderDryRun } from './dry-run.ts';
import { FollowCommand } from './follow-command.ts';
import { objectName } from './kinds.ts';
import { ManifestFiles, manifestOption } from './manifest-file.ts';
import type { Views } from './output.ts';

export class ApplyCommand extends FollowCommand {
  static override paths = [['apply']];
  static override usage = {
    category: 'Services',
    description: 'Create and change services as files describe them, all or nothing.',
    details:
      'Everything that is given makes one request: it is applied as a whole, or not at all. A path in a file is resolved against the file. Services of other manifests (other `metadata.name`) are left alone. On a terminal, or with --wait, the rollouts are followed to their end; Ctrl-C stops watching, not the rollouts.',
    examples: [
      ['What the file says', '$0 apply -f orion.yaml'],
      ['All manifests of a folder, and one that a program writes', '$0 apply -f services/ -f -'],
      ['What it would do, and where replicas would run', '$0 apply -f orion.yaml --dry-run'],
      ['In a script: fails unless everything runs', '$0 apply -f orion.yaml --prune --wait --timeout 2m'],
    ] as [string, string][],
  };

  files = Option.Array('-f,--file', { required: true, description: manifestOption });
  dryRun = Option.Boolean('--dry-run', false, {
    description: 'Say what would change and where replicas would run, and change nothing',
  });
  prune = Option.Boolean('--prune', false, {
    description: 'Remove services that were applied under the same metadata.name and are no longer listed',
  });

  protected override async run(): Promise<void> {
    const { dryRun, prune } = this;
    const format = this.outputFormat();
    this.patienceMs();
    const files = await ManifestFiles.read(this.files, this.context.stdin);
    const client = this.client();
    const answer = await applyFiles(client, files, { dryRun, prune });
    await this.show(format, answer, { ...applyViews, table: dryRun ? renderDryRun : renderChanges });
    if (!dryRun && this.follows && files.serviceNames.length > 0)
      await this.follow(client, files.serviceNames);
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
export function renderChanges({ changes }: ApplyAnswer): string {
  const lines = changes.map(({ kind, name, action }) => `${objectName(kind, name)} ${action}\n`);
  return lines.length === 0 ? 'nothing to change\n' : lines.join('');
}

export const applyViews: Views<ApplyAnswer> = {
  table: renderChanges,
  names: ({ changes }) => changes.map(({ kind, name }) => objectName(kind, name)),
};
