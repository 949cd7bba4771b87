// `orion rollout history NAME`: which revisions of a service are kept, who made them, and what became of them.

import { isDeepStrictEqual } from 'node:util';
import { Option } from 'clipanion';
import type { RevisionView } from '../protocol/api.ts';
import type { Tone } from './colour.ts';
import { OutputCommand } from './orion-command.ts';
import { type Column, renderTable } from './table.ts';
import { ageOf } from './text.ts';

export class RolloutHistoryCommand extends OutputCommand {
  static override paths = [['rollout', 'history']];
  static override usage = {
    category: 'Services',
    description: 'List the last revisions of a service, newest first.',
    details: 'CHANGED names what differs from the revision before. `-o yaml` shows each spec in full.',
    examples: [['What happened to hello', '$0 rollout history hello']] as [string, string][],
  };

  name = Option.String({ name: 'NAME' });

  protected override async run(): Promise<void> {
    const format = this.outputFormat();
    const history = await this.client().revisions(this.name);
    await this.show(format, history, {
      table: ({ items }, style) => renderTable(columns(items, Date.now()), items, style),
      names: ({ items }) => items.map(({ revision }) => String(revision)),
    });
  }
}

const tones: Readonly<Partial<Record<RevisionView['result'], Tone>>> = { complete: 'good', failed: 'bad' };

function columns(items: readonly RevisionView[], nowMs: number): readonly Column<RevisionView>[] {
  const before = new Map(items.map((one, index) => [one, items[index + 1]]));
  return [
    { title: 'REVISION', cell: (one) => String(one.revision) },
    { title: 'RESULT', cell: (one) => one.result, tone: (one) => tones[one.result] },
    { title: 'AGE', cell: (one) => ageOf(one.time, nowMs), leaves: 1 },
    { title: 'BY', cell: (one) => one.actor, leaves: 2 },
    { title: 'CHANGED', cell: (one) => changedKeys(one, before.get(one)), isCut: true },
  ];
}

/** Keys of the spec that differ; empty for the oldest that is kept, and for a restart. */
function changedKeys(after: RevisionView, before: RevisionView | undefined): string {
  if (before === undefined) return '';
  const was = new Map<string, unknown>(Object.entries(before.spec));
  const is = new Map<string, unknown>(Object.entries(after.spec));
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((key) => !isDeepStrictEqual(was.get(key), is.get(key)))
    .join(',');
}
