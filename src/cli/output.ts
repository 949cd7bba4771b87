// The forms in which commands print values: tables for people, the others for programs.

import { Option } from 'clipanion';
import { unreachable } from '../lib/assert.ts';
import { OrionError } from '../lib/errors.ts';
import { didYouMean } from './nearest.ts';
import type { TableStyle } from './table.ts';

/** `wide` is a table with more columns, `name` one `KIND/NAME` a line. */
export type OutputFormat = 'table' | 'wide' | 'json' | 'yaml' | 'name';
export const outputFormats: readonly OutputFormat[] = ['table', 'wide', 'json', 'yaml', 'name'];

/** How a value looks to people, and what the objects in it are called. */
export interface Views<T> {
  readonly table: (value: T, style: TableStyle) => string;
  /** `KIND/NAME` each. */
  readonly names: (value: T) => readonly string[];
}

export const outputOption = (): string =>
  Option.String('-o,--output', 'table', { description: outputFormats.join(', ') });

/** Throws `USAGE`. */
export function parseOutputFormat(text: string): OutputFormat {
  const format = outputFormats.find((one) => one === text);
  if (format !== undefined) return format;
  const meant = didYouMean(text, outputFormats);
  throw new OrionError('USAGE', `--output is one of ${outputFormats.join(', ')}, not "${text}"${meant}`);
}

/** The text of `value` in `format`. */
export async function rendered<T>(
  format: OutputFormat,
  value: T,
  views: Views<T>,
  style: TableStyle,
): Promise<string> {
  switch (format) {
    case 'table':
    case 'wide':
      return views.table(value, style);
    case 'name':
      return views
        .names(value)
        .map((name) => `${name}\n`)
        .join('');
    case 'json':
      return `${JSON.stringify(value, undefined, 2)}\n`;
    case 'yaml': {
      const yaml = await import('yaml');
      return yaml.stringify(value, { aliasDuplicateObjects: false });
    }
    default:
      return unreachable(format);
  }
}
