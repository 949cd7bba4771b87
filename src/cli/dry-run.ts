// What a dry run answers, for people: what would change, field by field, where new replicas would go, and what is odd.

import type { ApplyAnswer } from '../protocol/api.ts';
import type { ObjectDiff } from '../protocol/dry-run.ts';
import { objectName } from './kinds.ts';
import { printable } from './text.ts';

/** A value that takes more is cut: whoever wants it all asks for JSON. */
const valueCharsMax = 100;

/** `service/web updated`, and below it `  ~ spec.replicas: 2 → 3`; empty when nothing differs. */
export function renderDiff({ changes, diff = [] }: ApplyAnswer): string {
  return changes
    .filter(({ action }) => action !== 'unchanged')
    .map((change) => blockOf(change, diff, ''))
    .join('');
}

function blockOf(change: ApplyAnswer['changes'][number], diff: readonly ObjectDiff[], note: string): string {
  const { kind, name, action } = change;
  const fields = diff.filter((one) => one.kind === kind && one.name === name);
  return [
    `${objectName(kind, name)} ${action}${note}\n`,
    ...fields.map((one) => `  ${fieldText(one)}\n`),
  ].join('');
}

/** `+`: new; `-`: gone; `~`: another value. */
function fieldText({ path, before, after }: ObjectDiff): string {
  if (before === undefined) return `+ ${path}: ${valueText(after)}`;
  if (after === undefined) return `- ${path}: ${valueText(before)}`;
  return `~ ${path}: ${valueText(before)} → ${valueText(after)}`;
}

function valueText(value: unknown): string {
  const text = printable(JSON.stringify(value));
  return text.length <= valueCharsMax ? text : `${text.slice(0, valueCharsMax)}…`;
}

/** Every service with what would change of it, then placements and warnings. */
export function renderDryRun({ changes, diff = [], placement = [], warnings = [] }: ApplyAnswer): string {
  const note = ' (dry run)';
  const places = placement.map(({ service, index, node, reason }) => {
    const where = node === null ? `nowhere: ${reason ?? 'no node fits'}` : `on ${node}`;
    return `${objectName('service', service)}: replica ${index} ${where}\n`;
  });
  return [
    changes.length === 0 ? `nothing to change${note}\n` : '',
    ...changes.map((change) => blockOf(change, diff, note)),
    ...places,
    ...warnings.map((warning) => `warning: ${printable(warning)}\n`),
  ].join('');
}
