// Directories for one test each, removed after it.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export async function tempDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'orion-storage-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
