// The user's own configuration (`~/.config/orion/config.toml`): clusters by name, each with a list of peers.
// Owns: the form of that file. Where it lies is the command line's.

import { parse, stringify } from 'smol-toml';
import { messageOf, OrionError } from '../lib/errors.ts';

export interface Contexts {
  /** The one that commands go by; undefined: none. */
  readonly current: string | undefined;
  /** By name: URLs of the cluster's peers, at least one. */
  readonly peers: ReadonlyMap<string, readonly string[]>;
}

export const noContexts: Contexts = { current: undefined, peers: new Map() };

/** `file` is named in errors. Throws CONFIG_INVALID, saying what is wrong. */
export function parseContexts(text: string, file: string): Contexts {
  const invalid = (why: string): OrionError => new OrionError('CONFIG_INVALID', `${file}: ${why}`);
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw invalid(messageOf(error));
  }
  const { current, context = {}, ...others } = value as Record<string, unknown>;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw invalid(`"${unknown}" is no key here`);
  if (!isTable(context)) throw invalid('"context" must be a table, as in [context.home]');
  const peers = new Map(
    Object.entries(context).map(([name, one]) => {
      const urls = isTable(one) ? one['peers'] : undefined;
      if (!isUrls(urls)) throw invalid(`[context.${name}] needs peers = ["http://HOST:6060", ...]`);
      return [name, urls];
    }),
  );
  if (current !== undefined && (typeof current !== 'string' || !peers.has(current))) {
    throw invalid('"current" must name one of the contexts');
  }
  return { current, peers };
}

/** The text that {@link parseContexts} reads. */
export function renderContexts({ current, peers }: Contexts): string {
  const context = Object.fromEntries([...peers].map(([name, urls]) => [name, { peers: [...urls] }]));
  return `${stringify({ ...(current === undefined ? {} : { current }), context })}\n`;
}

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isUrls = (value: unknown): value is readonly string[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((url) => typeof url === 'string' && /^https?:\/\//.test(url) && URL.canParse(url));
