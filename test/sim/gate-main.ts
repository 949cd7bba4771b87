// The mutation gate at the desk and in CI:
//   npm run sim:mutants [-- --only TEXT]              every known bug (whose name holds TEXT); exit code 1 when one is missed
//   npm run sim:mutants -- --without TEXT             but those whose name holds TEXT ("whole:" leaves those of cores)
//   npm run sim:mutants -- --record                   the same, and writes docs/mutations.md anew; where only some are hunted, their rows

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Finding, recordOf } from './gate-record.ts';
import { seedsOfRate } from './mutation-gate.ts';
import { root } from './rebuilt.ts';
import { type Suspect, suspects } from './suspects.ts';

const record = join(root, 'docs/mutations.md');

const write = (line: string): boolean => process.stdout.write(`${line}\n`);

async function find({ name, source, hunt }: Suspect, counts: boolean): Promise<Finding> {
  const { verdict, failed } = await hunt(counts);
  if (verdict.kind === 'missed') return { name, source, seed: undefined, failed, failure: 'missed' };
  const failure = (verdict.failure.split('\n')[0] ?? '').replace(/^at [0-9.]+ ms: /, '');
  return { name, source, seed: verdict.seeds, failed, failure };
}

interface Choice {
  readonly only?: string | undefined;
  readonly without?: string | undefined;
  readonly record?: boolean | undefined;
}

async function main({ only = '', without, record: records = false }: Choice): Promise<void> {
  const chosen = suspects.filter(
    ({ name }) => name.includes(only) && (without === undefined || !name.includes(without)),
  );
  const findings: Finding[] = [];
  for (const suspect of chosen) {
    const finding = await find(suspect, records);
    findings.push(finding);
    const { name, seed = 'missed', failed, failure } = finding;
    const of = failed === undefined ? '' : ` (${failed} of ${seedsOfRate})`;
    write(`${String(seed).padStart(6)}${of}  ${name}\n        ${failure.slice(0, 200)}`);
    if (!records) continue;
    const before = existsSync(record) ? readFileSync(record, 'utf8') : '';
    const names = suspects.map((each) => each.name);
    writeFileSync(record, recordOf(before, [finding], names));
  }
  const found = findings.filter(({ seed }) => seed !== undefined).length;
  write(`${found} of ${chosen.length} found`);
  process.exitCode = found === chosen.length ? 0 : 1;
}

const { values } = parseArgs({
  options: { only: { type: 'string' }, without: { type: 'string' }, record: { type: 'boolean' } },
});
await main(values);
