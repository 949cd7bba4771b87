// What `/` takes: `text` (a regular expression, any case; taken literally where it is none), `!text` for what does not
// match, `-l key=value,key!=value,key` for labels. `-l` and a text may stand together.

export interface Filter {
  readonly source: string;
  /** `text` is what the row shows; `labels` those of its object. */
  matches(text: string, labels: Readonly<Record<string, string>>): boolean;
  /** The part that is sought in text; undefined when it only asks for labels, or for what is not there. */
  readonly highlight: RegExp | undefined;
}

type Requirement = (labels: Readonly<Record<string, string>>) => boolean;

/** Undefined for an empty one. */
export function parseFilter(source: string): Filter | undefined {
  const trimmed = source.trim();
  if (trimmed === '') return undefined;
  const labelled = /(?:^|\s)-l\s*(\S+)/.exec(trimmed);
  const requirements = labelled === null ? [] : (labelled[1] ?? '').split(',').flatMap(requirementOf);
  const rest = labelled === null ? trimmed : trimmed.replace(labelled[0], '').trim();
  const negated = rest.startsWith('!');
  const text = negated ? rest.slice(1).trim() : rest;
  const pattern = text === '' ? undefined : patternOf(text);
  return {
    source: trimmed,
    highlight: negated ? undefined : pattern,
    matches: (shown, labels) =>
      requirements.every((holds) => holds(labels)) &&
      (pattern === undefined || pattern.test(shown) !== negated),
  };
}

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text, 'iu');
  } catch {
    return new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`), 'i'); // half-typed, or meant as it stands
  }
}

function requirementOf(text: string): Requirement[] {
  const parts = /^(!?)([^=!]+)(?:(!=|==?)(.*))?$/.exec(text);
  if (parts === null) return [];
  const [, not, key = '', operator, value] = parts;
  if (operator === undefined) return [(labels) => (labels[key] !== undefined) !== (not === '!')];
  return [(labels) => (labels[key] === value) === (operator !== '!=')];
}
