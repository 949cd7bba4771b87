// A process that plays a script on a real disk until it is killed, and says in a file elsewhere how far it is.
//
// usage: power-writer DIRECTORY SEED PROGRESS-FILE

import { openSync, writeSync } from 'node:fs';
import { nodeDisk } from '../../src/storage/node-disk.ts';
import { Prng } from '../../src/lib/prng.ts';
import { judge } from './judge.ts';
import { after, type DiskModel, emptyDisk, type Step } from './model.ts';
import { openParts } from './parts.ts';
import { play, readAll } from './play.ts';
import { encodeProgress } from './power-progress.ts';
import { drawStep } from './script.ts';

const [directory = '', seed = '', progressFile = ''] = process.argv.slice(2);
const prng = new Prng(Number(seed));
const progress = openSync(progressFile, 'w');
let model: DiskModel = emptyDisk;
let incarnation = 0;
let storeId: string | undefined;

async function open() {
  const parts = await openParts({ disk: nodeDisk, directory });
  const found = await readAll(parts);
  const verdict = judge(found, { before: model, step: { kind: 'restart' }, incarnation, storeId });
  if (typeof verdict === 'string') throw new Error(`a start does not find what was left: ${verdict}`);
  ({ incarnation, storeId } = found);
  return parts;
}

let parts = await open();
for (let steps = 0; ; steps += 1) {
  const record = encodeProgress({ steps, incarnation, storeId });
  writeSync(progress, record, 0, record.length, 0);
  const step: Step = drawStep(model, prng);
  if (step.kind === 'restart') {
    await parts.close();
    model = after(model, step);
    parts = await open();
  } else {
    await play(parts, model, step);
    model = after(model, step);
  }
}
