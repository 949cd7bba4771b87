// What a dry run answers, for people: what would change, field by field, where new replicas would go, and what is odd.

import type { ApplyAnswer } from '../protocol/api.ts';
import type { ObjectDiff } from '../protocol/dry-run.ts';
import type { Paint } from './colour.ts';
import { objectName } from './kinds.ts';
import type { TableStyle } from './table.ts';
import { printable } from './text.ts';

/** A value that takes more is cut: whoever wants it all asks for JSON. */
const valueCharsMax = 100;

/** `service/web updated`, and below it `  ~ spec.replicas: 2 -> 3`; empty when nothing differs. */
export function renderDiff({ changes, diff = [] }: ApplyAnswer, { paint }: TableStyle): string {
  return changes
    .filter(({ action }) => action !== 'unchanged')
    .map((change) => blockOf(change, diff, { note: '', paint }))
    .join('');
}

/** What is deleted is named, and not told field by field. */
function blockOf(
  { kind, name, action }: ApplyAnswer['changes'][number],
  diff: readonly ObjectDiff[],
  { note, paint }: { readonly note: string; readonly paint: Paint },
): string {
  const fields = action === 'deleted' ? [] : diff.filter((one) => one.kind === kind && one.name === name);
  return [
    `${objectName(kind, name)} ${action}${note}\n`,
    ...fields.map((one) => `  ${fieldText(one, paint)}\n`),
  ].join('');
}

/** `+`: new; `-`: gone; `~`: another value. */
function fieldText({ path, before, after }: ObjectDiff, paint: Paint): string {
  if (before === undefined) return paint(`+ ${path}: ${valueText(after)}`, 'good');
  if (after === undefined) return paint(`- ${path}: ${valueText(before)}`, 'bad');
  return paint(`~ ${path}: ${valueText(before)} -> ${valueText(after)}`, 'warning');
}

function valueText(value: unknown): string {
  const text = printable(JSON.stringify(value));
  return text.length <= valueCharsMax ? text : `${text.slice(0, valueCharsMax)}...`;
}

/** Every service with what would change of it, then placements and warnings. */
export function renderDryRun(
  { changes, diff = [], placement = [], warnings = [] }: ApplyAnswer,
  { paint }: TableStyle,
): string {
  const note = ' (dry run)';
  const places = placement.map(({ service, index, node, reason }) => {
    const where = node === null ? `nowhere: ${reason ?? 'no node fits'}` : `on ${node}`;
    return `${objectName('service', service)}: replica ${index} ${where}\n`;
  });
  return [
    changes.length === 0 ? `nothing to change${note}\n` : '',
    ...changes.map((change) => blockOf(change, diff, { note, paint })),
    ...places,
    ...warnings.map((warning) => `${paint('warning:', 'warning')} ${printable(warning)}\n`),
  ].join('');
}
