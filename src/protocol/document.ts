// Text into values: YAML or JSON as a person or a program wrote it, with the line of whatever is wrong in it.
//
// D1. Whatever the text, the outcome is a value or a MALFORMED error: deep nesting and alias bombs included. (The
//     library recurses. A stack that overflows inside a regular expression ends the process, hence `nestingMax`.)
// D2. The work is linear in the text, and bounded. (The library's own check for duplicate keys is quadratic, hence the
//     one here, and each of its errors is dear, hence the bounds on tokens.)

import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  Composer,
  Lexer,
  Parser,
  type Pair,
  type Scalar,
  visit,
  type YAMLMap,
} from 'yaml';
import { type Issue, isOrionError, messageOf, OrionError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import { type JsonFault, jsonFault, repeatedKeys } from './json-fault.ts';

export type DocumentFormat = 'yaml' | 'json';

/** Keys and positions from the root down, as zod gives them. */
export type ValuePath = readonly PropertyKey[];

export interface SourceDocument {
  readonly value: unknown;
  /** Where it stands in its text: empty for the only document, else its number, from 0. */
  readonly root: ValuePath;
  /** Line (from 1) of the deepest part of `path` that the text has; undefined for JSON. */
  readonly lineOf: (path: ValuePath) => number | undefined;
}

/** Tokens of one text: a manifest as large as may be has fewer. */
const tokensMax = 400_000;
/** Of those that stand outside any collection: comments, directives, documents, errors. */
const outerTokensMax = 10_000;

/** Collections within collections. A manifest has seven. */
const nestingMax = 64;

/** Aliases that one document may resolve, counted with those inside of what they name. */
const aliasesMax = 100;

const keyTwice = 'A key may stand once.';

/** What a text without any document holds. */
const nothing: SourceDocument = { value: null, root: [], lineOf: () => undefined };

/**
 * Parses one document. Throws MALFORMED with every syntax error and duplicate key, and INVALID when the text holds
 * several documents.
 */
export function parseDocument(text: string, format: DocumentFormat): SourceDocument {
  const [first, second] = parseAll(text, format);
  if (second !== undefined) {
    const line = second.lineOf([]);
    throw new OrionError('INVALID', 'The text holds several documents: apply each by itself.', {
      issues: [
        { path: '', ...(line === undefined ? {} : { line }), message: 'a second document starts here' },
      ],
    });
  }
  return first ?? nothing;
}

/**
 * Parses every document of a text, at least one: those of a YAML stream, and the items of one that is a list. Empty ones
 * of a stream are left out where others are there. Throws MALFORMED as {@link parseDocument}.
 */
export function parseDocuments(text: string, format: DocumentFormat): readonly SourceDocument[] {
  const all = parseAll(text, format);
  const filled = all.filter(({ value }) => value !== null);
  const documents = (filled.length === 0 ? [nothing] : filled).flatMap(itemsOf);
  if (documents.length === 1) return documents;
  return documents.map(({ value, lineOf }, number) => ({ value, lineOf, root: [number] }));
}

function itemsOf(document: SourceDocument): readonly SourceDocument[] {
  const { value, lineOf } = document;
  if (!Array.isArray(value) || value.length === 0) return [document];
  return value.map((item: unknown, index) => ({
    value: item,
    root: [],
    lineOf: (path) => lineOf([index, ...path]),
  }));
}

function parseAll(text: string, format: DocumentFormat): readonly SourceDocument[] {
  try {
    return format === 'json'
      ? [{ value: parseJson(text), root: [], lineOf: () => undefined }]
      : parseYaml(text);
  } catch (error) {
    if (isOrionError(error)) throw error;
    const fault = format === 'json' ? jsonFault(text) : undefined;
    if (fault !== undefined) throw notJson(fault);
    throw new OrionError('MALFORMED', `The text is not valid ${format.toUpperCase()}: ${messageOf(error)}`);
  }
}

function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  const issues = repeatedKeys(text);
  if (issues.length > 0) throw new OrionError('MALFORMED', keyTwice, { issues });
  return value;
}

function notJson({ line, column, message }: JsonFault): OrionError {
  const issues = [{ path: '', line, message: `column ${column}: ${message}` }];
  return new OrionError('MALFORMED', 'The text is not valid JSON.', { issues });
}

function parseYaml(text: string): readonly SourceDocument[] {
  const lines = new LineCounter();
  const parser = new Parser(lines.addNewLine);
  const composer = new Composer({
    lineCounter: lines,
    uniqueKeys: false, // D2
    prettyErrors: false,
    logLevel: 'silent',
  });
  lines.addNewLine(0);
  const documents = [...composer.compose(boundedTokens(parser, text))];
  const lineAt = (offset: number): number => lines.linePos(offset).line;

  const issues: Issue[] = [];
  for (const error of documents.flatMap((each) => [...each.errors, ...each.warnings])) {
    issues.push({ path: '', line: lineAt(error.pos[0]), message: error.message });
  }
  const isYaml = issues.length === 0;
  for (const key of documents.flatMap(duplicateKeys)) {
    const line = lineAt(key.range?.[0] ?? 0);
    issues.push({ path: String(key.value), line, message: 'this key stands twice' });
  }
  if (issues.length > 0) {
    throw new OrionError('MALFORMED', isYaml ? keyTwice : 'The text is not valid YAML.', {
      issues: issues.slice(0, limits.issuesMax),
    });
  }
  return documents.map((document) => {
    takeEnvAsWritten(document);
    const indexes: KeyIndexes = new Map();
    return {
      value: document.toJS({ maxAliasCount: aliasesMax }),
      root: [],
      lineOf: (path) => lineAt(offsetOf(document, path, indexes)),
    };
  });
}

/** The tokens of `text`; throws MALFORMED where they nest too deeply (D1), or are too many (D2). */
function* boundedTokens(parser: Parser, text: string): ReturnType<Parser['parse']> {
  let inner = 0;
  let outer = 0;
  for (const lexeme of new Lexer().lex(text)) {
    inner += 1;
    for (const token of parser.next(lexeme)) {
      outer += 1;
      yield token;
    }
    if (parser.stack.length > nestingMax) throw new OrionError('MALFORMED', 'The text is nested too deeply.');
    if (inner > tokensMax || outer > outerTokensMax) {
      throw new OrionError('MALFORMED', 'The text has too many parts for one document: split it.');
    }
  }
  yield* parser.end();
}

function duplicateKeys(document: Document): readonly Scalar[] {
  const duplicates: Scalar[] = [];
  visit(document, {
    Map: (_, map) => {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (seen.has(String(key.value))) duplicates.push(key);
        seen.add(String(key.value));
      }
    },
  });
  return duplicates;
}

/** In `env:`, an unquoted `1.10`, `007` or `true` is the text that stands there, not the number YAML makes of it. */
function takeEnvAsWritten(document: Document): void {
  visit(document, {
    Pair: (_, pair) => {
      if (!isScalar(pair.key) || pair.key.value !== 'env' || !isMap(pair.value)) return;
      for (const { value } of pair.value.items) {
        if (!isScalar(value) || value.source === undefined) continue;
        if (typeof value.value === 'number' || typeof value.value === 'boolean') value.value = value.source;
      }
    },
  });
}

/** Where each key of a map stands, kept so that a thousand issues about one map are found fast. */
type KeyIndexes = Map<YAMLMap, ReadonlyMap<string, Pair>>;

function pairOf(map: YAMLMap, key: string, indexes: KeyIndexes): Pair | undefined {
  const index =
    indexes.get(map) ??
    new Map(
      map.items.flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair] as const] : [])),
    );
  indexes.set(map, index);
  return index.get(key);
}

function offsetOf(document: Document, path: ValuePath, indexes: KeyIndexes): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range?.[0] ?? document.range?.[0] ?? 0;
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = pairOf(node, String(part), indexes);
      if (pair === undefined || !isScalar(pair.key)) break;
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      const item: unknown = node.items[Number(part)];
      if (item === undefined) break;
      offset = (item as Partial<Scalar>).range?.[0] ?? offset;
      node = item;
    } else break;
  }
  return offset;
}

/** `spec.services[0].replicas`, from a path's parts. */
export function pathText(path: ValuePath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' ? String(part) : `.${String(part)}`;
  }
  return text;
}

/** The path that {@link pathText} wrote as `text`; a key that holds a dot comes back in parts. */
export function partsOf(text: string): ValuePath {
  return [...text.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, key = '']) =>
    index === undefined ? key : Number(index),
  );
}

/**
 * The line of each of `paths` (as issues give them, with the number of the document where there are several) in `text`,
 * which is known to parse; undefined where the format has no lines.
 */
export function linesOf(
  text: string,
  format: DocumentFormat,
  paths: readonly string[],
): readonly (number | undefined)[] {
  const documents = parseDocuments(text, format);
  return paths.map((path) => {
    const parts = partsOf(path);
    if (documents.length === 1) return documents[0]?.lineOf(parts);
    return documents[Number(parts[0])]?.lineOf(parts.slice(1));
  });
}
