// `orion edit service NAME`: a service as a manifest, in an editor, and back.
//
// E1. Nothing typed is lost: what is refused comes back with its errors as comments, and whoever gives up, or finds that the
//     service has changed meanwhile, is told which file holds the text.
// E2. Nothing of others is overwritten: what is applied must meet the spec as it was when it was opened (If-Match). What
//     only its replicas have changed meanwhile, as those of one that crashes do all the time, is in nobody's way.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Option } from 'clipanion';
import type { OrionClient } from '../client/index.ts';
import { isOrionError, messageOf, OrionError } from '../lib/errors.ts';
import type { ApplyAnswer } from '../protocol/api.ts';
import { renderManifests } from '../protocol/manifest.ts';
import type { Service } from '../protocol/objects.ts';
import { splitShellWords } from '../protocol/shell-words.ts';
import { applyViews } from './apply.ts';
import { Draft } from './draft.ts';
import { FollowCommand } from './follow-command.ts';
import { parseTarget } from './kinds.ts';

/** Where nobody has chosen one. */
const defaultEditor = 'vi';
/** Of one text, while the status of its service keeps changing. */
const triesMax = 10;

export class EditCommand extends FollowCommand {
  static override paths = [['edit']];
  static override usage = {
    category: 'Services',
    description: 'Change a service in an editor.',
    details:
      'Opens VISUAL, EDITOR or vi with the service as a manifest. What is saved is applied when the editor ends; a file left as it was, or empty, changes nothing. What is not valid comes back with its errors as comments. If somebody else has changed the service meanwhile, nothing is applied, and the text stays in its file.',
    examples: [['Its replicas, its environment, anything', '$0 edit service hello']] as [string, string][],
  };

  kind = Option.String({ name: 'KIND' });
  name = Option.String({ name: 'NAME', required: false });

  protected override async run(): Promise<void> {
    const format = this.outputFormat();
    this.patienceMs();
    const { kind, name } = parseTarget(this.kind, this.name);
    if (kind.name !== 'Service') {
      throw new OrionError('USAGE', 'only services can be edited; for settings: orion setting set');
    }
    const client = this.client();
    if (name === undefined) throw new OrionError('USAGE', 'name the service to edit');
    const service = await client.get('services', name);
    const folder = await mkdtemp(join(tmpdir(), 'orion-edit-'));
    const draft = new Draft(join(folder, `${name}.yaml`), service);
    let answer: ApplyAnswer | undefined;
    try {
      answer = await this.#untilApplied(client, draft, service);
    } catch (error) {
      if (draft.isUntouched(await draft.text())) await rm(folder, { recursive: true });
      else this.say(`nothing was changed; your text is kept in ${draft.file}`); // E1
      throw error;
    }
    await rm(folder, { recursive: true });
    if (answer === undefined) return this.say('nothing was changed');
    await this.show(format, answer, applyViews);
    if (this.follows) await this.follow(client, [name]);
  }

  /** Undefined when the editor left nothing to apply. */
  async #untilApplied(client: OrionClient, draft: Draft, service: Service): Promise<ApplyAnswer | undefined> {
    await draft.open();
    let refused: { readonly text: string; readonly error: OrionError } | undefined;
    for (;;) {
      await this.#openEditor(draft.file);
      const text = await draft.text();
      if (draft.isUntouched(text)) return undefined;
      if (text === refused?.text) throw refused.error; // Saved again as it was: whoever edits has given up.
      try {
        return await applyOver(client, service, renderManifests([draft.parse(text)]));
      } catch (error) {
        if (!isOrionError(error, 'MALFORMED', 'INVALID', 'TOO_LARGE')) throw error;
        refused = { text, error };
        await draft.complain(text, error);
      }
    }
  }

  /** Resolves when the editor has ended. Throws `USAGE` when there is none, or it says that it failed. */
  async #openEditor(file: string): Promise<void> {
    const { env } = this.context;
    const editor = env['VISUAL'] || env['EDITOR'] || defaultEditor;
    const split = splitShellWords(editor);
    const [program, ...args] = split.kind === 'words' ? split.words : [];
    if (program === undefined) throw new OrionError('USAGE', `the editor "${editor}" is no command`);
    process.on('SIGINT', leaveToEditor);
    const child = spawn(program, [...args, file], { stdio: 'inherit' });
    const [code] = await once(child, 'exit')
      .finally(() => process.off('SIGINT', leaveToEditor))
      .catch((error: unknown) => {
        throw new OrionError(
          'USAGE',
          `the editor "${editor}" does not start (${messageOf(error)}): set EDITOR`,
        );
      });
    if (code !== 0) throw new OrionError('USAGE', `the editor "${editor}" failed: nothing was applied`);
  }
}

/** Applies `body` if the service still asks for what it did when it was `opened` (E2). Throws what the client throws. */
async function applyOver(client: OrionClient, opened: Service, body: string): Promise<ApplyAnswer> {
  let known = opened;
  for (let tries = 1; ; tries += 1) {
    try {
      return await client.apply(body, { format: 'json', ifMatch: known.metadata.resourceVersion });
    } catch (error) {
      if (!isOrionError(error, 'PRECONDITION_FAILED') || tries === triesMax) throw error;
      known = await client.get('services', opened.metadata.name);
      if (!isDeepStrictEqual(askedOf(known), askedOf(opened))) throw overtaken(opened.metadata.name, error);
    }
  }
}

const overtaken = (name: string, cause: unknown): OrionError =>
  new OrionError(
    'PRECONDITION_FAILED',
    `service/${name} was changed by somebody else while you edited it: look at what it is now (orion edit service ${name}), and put yours in there`,
    { cause },
  );

/** All that an edit could overwrite. */
const askedOf = ({ metadata, spec }: Service): unknown => [
  metadata.uid,
  metadata.owner,
  metadata.labels,
  spec,
];

/** Ctrl-C reaches everybody at the terminal: while an editor runs, it is the editor's alone. */
function leaveToEditor(): void {
  // Nothing is to be done here.
}
