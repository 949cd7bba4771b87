// `orion diff -f FILE|DIR|-`: what applying files would change.

import { Option } from 'clipanion';
import { applyFiles, applyViews } from './apply.ts';
import { renderDiff } from './dry-run.ts';
import { exitFailed, exitOk, exitUsage } from './exit.ts';
import { ManifestFiles, manifestOption } from './manifest-file.ts';
import { OutputCommand } from './orion-command.ts';

/** As diff(1) has it: something differs. */
const exitDiffers = 1;

export class DiffCommand extends OutputCommand {
  static override paths = [['diff']];
  static override usage = {
    category: 'Services',
    description: 'Show what applying files would change, and change nothing.',
    details:
      'Ends as diff(1) does: with 0 when nothing differs, with 1 when something does, and with 2 where other commands end with 1 (a manifest that is not valid, for one).',
    examples: [['Does the cluster want what the file says?', '$0 diff -f orion.yaml']] as [string, string][],
  };

  files = Option.Array('-f,--file', { required: true, description: manifestOption });
  prune = Option.Boolean('--prune', false, { description: 'Also what `apply --prune` would remove' });

  override async execute(): Promise<number> {
    const code = await super.execute();
    if (code === exitFailed) return exitUsage;
    return code === exitOk && this.#differs ? exitDiffers : code;
  }

  #differs = false;

  protected override async run(): Promise<void> {
    const format = this.outputFormat();
    const files = await ManifestFiles.read(this.files, this.context.stdin);
    const answer = await applyFiles(this.client(), files, { dryRun: true, prune: this.prune });
    this.#differs = answer.changes.some(({ action }) => action !== 'unchanged');
    await this.show(format, answer, { ...applyViews, table: renderDiff });
  }
}
