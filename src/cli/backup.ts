// `orion backup FILE`: everything that the cluster holds, at one index, in one file.
//
// B1. The file appears only once it is whole and on disk: a download that breaks off leaves none, and an older backup of
//     that name as it was.

import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Option } from 'clipanion';
import { messageOf, OrionError } from '../lib/errors.ts';
import { type BackupHeader, readBackup } from '../protocol/backup.ts';
import { ClientCommand } from './orion-command.ts';

export class BackupCommand extends ClientCommand {
  static override paths = [['backup']];
  static override usage = {
    category: 'Cluster',
    description: 'Write the state of the cluster into a file, from which `orion restore` makes a cluster.',
    details: 'Any peer serves it, and nothing stops meanwhile. The logs of services are not in it.',
    examples: [['Every night', '$0 backup /mnt/nas/orion-$(date +%u).backup --force']] as [string, string][],
  };

  file = Option.String({ name: 'FILE' });
  force = Option.Boolean('--force', false, { description: 'Take the place of a file of that name' });

  protected override async run(): Promise<void> {
    if (!this.force && (await exists(this.file))) {
      throw new OrionError('USAGE', `${this.file} is there already: name another file, or give --force`);
    }
    const partial = `${this.file}.partial`;
    try {
      const { header, bytes } = await this.#download(partial);
      await rename(partial, this.file);
      await syncDirectory(dirname(this.file));
      this.print(
        `${this.file}: cluster ${header.name} at index ${header.index}, ${bytes} bytes, state ${header.hash}\n`,
      );
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
  }

  /** Verified as it comes, and durable when it resolves. */
  async #download(path: string): Promise<{ readonly header: BackupHeader; readonly bytes: number }> {
    const file = await open(path, 'w', 0o600).catch((error: unknown) => {
      throw new OrionError('USAGE', `${path} cannot be written: ${messageOf(error)}`);
    });
    try {
      let header: BackupHeader | undefined;
      let size = 0;
      const bytes = this.client().backup();
      async function* copied(): AsyncGenerator<Uint8Array, void, undefined> {
        for await (const piece of bytes) {
          await file.writeFile(piece);
          yield piece;
        }
      }
      for await (const part of readBackup(copied())) {
        if (part.kind === 'header') header = part.header;
        if (part.kind === 'end') size = part.bytes;
      }
      await file.sync();
      if (header === undefined) throw new OrionError('MALFORMED', 'The backup has no header.');
      return { header, bytes: size };
    } finally {
      await file.close();
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
