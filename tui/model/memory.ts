// What is remembered from one start to the next: where somebody was, how tables were sorted, what was typed.

import { isViewId, type ViewId } from './view-ids.ts';

export interface Sort {
  /** Title of the column. */
  readonly column: string;
  readonly descending: boolean;
}

export interface Memory {
  readonly view: ViewId;
  readonly sorts: Readonly<Record<string, Sort>>;
  /** Command lines, oldest first. */
  readonly commands: readonly string[];
  readonly wrap: boolean;
}

/** Lines of history that are kept. */
export const commandsMax = 100;

export const emptyMemory: Memory = { view: 'pulse', sorts: {}, commands: [], wrap: false };

/** What `text` remembers; whatever in it is not understood is forgotten. */
export function parseMemory(text: string): Memory {
  const value = jsonOf(text);
  if (value === undefined) return emptyMemory;
  const { view, sorts, commands, wrap } = value;
  return {
    view: typeof view === 'string' && isViewId(view) ? view : emptyMemory.view,
    sorts: isRecord(sorts) ? Object.fromEntries(Object.entries(sorts).flatMap(sortEntry)) : {},
    commands: Array.isArray(commands)
      ? commands.filter((one) => typeof one === 'string').slice(-commandsMax)
      : [],
    wrap: wrap === true,
  };
}

function sortEntry([view, sort]: [string, unknown]): [string, Sort][] {
  if (!isRecord(sort) || typeof sort['column'] !== 'string') return [];
  return [[view, { column: sort['column'], descending: sort['descending'] === true }]];
}

function jsonOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
