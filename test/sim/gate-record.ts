// The record of the mutation gate, docs/mutations.md: for each known bug the first seed that finds it, and how sure that is.
// Owns: the form of the file. A run that hunts a part of the bugs replaces their rows and keeps the others'.

import { seedsMax, seedsOfRate } from './mutation-gate.ts';

export interface Finding {
  readonly name: string;
  readonly source: string;
  /** The first seed that fails; absent when none does. */
  readonly seed: number | undefined;
  readonly failed: number | undefined;
  readonly failure: string;
}

const head = [
  '# Known bugs, and the seeds that find them',
  '',
  'Written by `npm run sim:mutants -- --record`. Each bug is put back alone, as a patch of the sources in memory or as a part that',
  `lies, and the simulator runs seed after seed, from 1. "seed": the first that fails, of at most ${seedsMax}. "of ${seedsOfRate}": how many`,
  `of the first ${seedsOfRate} fail. What begins with "whole" is found by the simulation of whole peers.`,
  '',
  `| bug | where it was found, or what it breaks | seed | of ${seedsOfRate} | found as |`,
  '|---|---|---|---|---|',
];

const cell = (text: string): string => text.replaceAll('|', '/').replaceAll(/\s+/g, ' ').slice(0, 120).trim();

const rowOf = ({ name, source, seed, failed, failure }: Finding): string =>
  `| ${[cell(name), cell(source), seed ?? 'missed', failed ?? '', cell(failure)].join(' | ')} |`;

/** The file anew: `findings` in the place of what `before` says of the same bugs, in the order of `names`. */
export function recordOf(before: string, findings: readonly Finding[], names: readonly string[]): string {
  const rows = new Map<string, string>();
  for (const line of before.split('\n')) {
    const name = /^\| (.+?) \| /.exec(line)?.[1];
    if (name !== undefined) rows.set(name, line);
  }
  for (const finding of findings) rows.set(cell(finding.name), rowOf(finding));
  return [...head, ...names.flatMap((name) => rows.get(cell(name)) ?? []), ''].join('\n');
}
