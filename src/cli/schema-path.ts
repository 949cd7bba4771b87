// A field of a schema, found by its path: what `orion explain` shows.

import { OrionError } from '../lib/errors.ts';
import type { JsonSchema } from '../protocol/json-schemas.ts';
import { didYouMean } from './nearest.ts';

interface Field {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  /** Empty when there is nothing to say. */
  readonly description: string;
}

export interface Explained extends Omit<Field, 'name'> {
  readonly fields: readonly Field[];
  readonly schema: JsonSchema;
}

/**
 * The field at `path` below `root`; items of lists and values of maps are passed through (`spec.ports.name`). Throws
 * `USAGE` with the fields that there are.
 */
export function explainPath(root: JsonSchema, path: readonly string[]): Explained {
  let schema = root;
  let required = true;
  for (const [depth, name] of path.entries()) {
    const parent = inner(schema);
    const properties = childrenOf(parent);
    const next = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (next === undefined) {
      const names = Object.keys(properties);
      const where = path.slice(0, depth).join('.') || 'this kind';
      const all = names.length === 0 ? 'it has none' : `its fields are ${names.join(', ')}`;
      const meant = didYouMean(name, names) || ';';
      throw new OrionError('USAGE', `${where} has no field "${name}"${meant} ${all}`);
    }
    required = requiredIn(parent).includes(name);
    schema = next;
  }
  const parent = inner(schema);
  const fields = Object.entries(childrenOf(parent)).map(([name, child]) => ({
    name,
    type: typeOf(child),
    required: requiredIn(parent).includes(name),
    description: descriptionOf(child),
  }));
  return {
    type: typeOf(schema),
    required,
    description: descriptionOf(schema),
    fields,
    schema,
  };
}

/** What a list or a map holds, a union's object, or the schema itself. */
function inner(schema: JsonSchema): JsonSchema {
  const within =
    asSchema(schema['items']) ??
    (schema['properties'] === undefined ? asSchema(schema['additionalProperties']) : undefined) ??
    variantsOf(schema).find((one) => one['properties'] !== undefined);
  return within === undefined ? schema : inner(within);
}

function childrenOf(schema: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return (schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>;
}

function requiredIn(schema: JsonSchema): readonly string[] {
  const { required } = schema;
  return Array.isArray(required) ? required : [];
}

/** In words: `list of objects`, `one of spread, binpack`, `integer, 1 to 65535, default 1`. */
function typeOf(schema: JsonSchema): string {
  const bounds = [
    ...rangeOf(schema),
    ...(isTelling(schema['default']) ? [`default ${JSON.stringify(schema['default'])}`] : []),
  ];
  return [nameOf(schema), ...bounds].join(', ');
}

/** An empty list or map is what anybody expects. */
function isTelling(value: unknown): boolean {
  return value !== undefined && JSON.stringify(value) !== '{}' && JSON.stringify(value) !== '[]';
}

function nameOf(schema: JsonSchema): string {
  const { type, items, additionalProperties } = schema;
  const choices = schema['enum'];
  if (Array.isArray(choices)) return `one of ${choices.join(', ')}`;
  if (schema['const'] !== undefined) return JSON.stringify(schema['const']);
  const variants = variantsOf(schema);
  if (variants.length > 0) return [...new Set(variants.map(nameOf))].join(' or ');
  if (type === 'array') return `list of ${nameOf(asSchema(items) ?? {})}`;
  const values = asSchema(additionalProperties);
  if (type === 'object' && values !== undefined) return `map of ${nameOf(values)}`;
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  return types.map((one) => (typeof one === 'string' ? one : 'any')).join(' or ');
}

/** Bounds that somebody chose: those of every whole number are not told. */
function rangeOf({ minimum, maximum }: JsonSchema): readonly string[] {
  if (isBound(minimum) && isBound(maximum)) return [`${minimum} to ${maximum}`];
  return isBound(minimum) ? [`at least ${minimum}`] : [];
}

function isBound(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER;
}

function variantsOf(schema: JsonSchema): readonly JsonSchema[] {
  const variants = schema['anyOf'] ?? schema['oneOf'];
  return Array.isArray(variants) ? (variants as readonly JsonSchema[]) : [];
}

function descriptionOf(schema: JsonSchema): string {
  const { description } = schema;
  return typeof description === 'string' ? description : '';
}

function asSchema(value: unknown): JsonSchema | undefined {
  return typeof value === 'object' && value !== null ? (value as JsonSchema) : undefined;
}
