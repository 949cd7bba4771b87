// `orion apply -f FILE`: makes the cluster want what a file says.

import { Option } from 'clipanion';
import type { OrionClient } from '../client/index.ts';
import type { ApplyAnswer } from '../protocol/api.ts';
import { renderManifest } from '../protocol/manifest.ts';
import { objectName } from './kinds.ts';
import { readManifestFile } from './manifest-file.ts';
import { OutputCommand } from './orion-command.ts';

export class ApplyCommand extends OutputCommand {
  static override paths = [['apply']];
  static override usage = {
    description: 'Create and change services as a file describes them.',
    details:
      'A path in the file is resolved against the file. Services of other files (other `metadata.name`) are left alone.',
    examples: [
      ['What the file says', '$0 apply -f orion.yaml'],
      ['And remove what it no longer lists', '$0 apply -f orion.yaml --prune'],
    ] as [string, string][],
  };

  file = Option.String('-f,--file', { required: true, description: 'A manifest, YAML or JSON' });
  dryRun = Option.Boolean('--dry-run', false, { description: 'Say what would change, and change nothing' });
  prune = Option.Boolean('--prune', false, {
    description: 'Remove services that were applied under the same metadata.name and are no longer listed',
  });

  protected override async run(): Promise<void> {
    const format = this.outputFormat();
    const answer = await applyFile(this.client(), this.file, { dryRun: this.dryRun, prune: this.prune });
    await this.show(format, answer, renderChanges);
  }
}

/** Checks `file` and sends it. Throws what `readManifestFile` and the client throw. */
export async function applyFile(
  client: OrionClient,
  file: string,
  options: { readonly dryRun: boolean; readonly prune: boolean },
): Promise<ApplyAnswer> {
  const manifest = readManifestFile(file);
  return client.apply(renderManifest(manifest), { format: 'json', ...options });
}

/** `service/hello created`, one line a change. */
export function renderChanges(answer: ApplyAnswer): string {
  const note = answer.status === 'dryRun' ? ' (dry run)' : '';
  const lines = answer.changes.map(
    ({ kind, name, action }) => `${objectName(kind, name)} ${action}${note}\n`,
  );
  return lines.length === 0 ? `nothing to change${note}\n` : lines.join('');
}
