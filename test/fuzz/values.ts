// Values made from JSON Schemas: sound ones, and sound ones in which something is wrong.

import * as fc from 'fast-check';
import type { JsonSchema } from '../../src/protocol/json-schemas.ts';

type Schemas = Readonly<Record<string, JsonSchema>>;

/** Long enough to be odd, short enough to have many. */
const listMax = 3;

/** Values that fit `schema`, as far as its form tells; `schemas` are those that it may refer to. */
export function soundValue(schema: JsonSchema, schemas: Schemas): fc.Arbitrary<unknown> {
  const { $ref, const: only, enum: values, anyOf, oneOf, type, pattern } = schema;
  if (typeof $ref === 'string')
    return soundValue(schemas[$ref.slice($ref.lastIndexOf('/') + 1)] ?? {}, schemas);
  if (only !== undefined) return fc.constant(only);
  if (Array.isArray(values)) return fc.constantFrom(...(values as unknown[]));
  const choices = anyOf ?? oneOf;
  if (Array.isArray(choices))
    return fc.oneof(...choices.map((one) => soundValue(one as JsonSchema, schemas)));
  switch (type) {
    case 'object':
      return soundObject(schema, schemas);
    case 'array':
      return fc.array(soundValue((schema['items'] ?? {}) as JsonSchema, schemas), {
        minLength: Number(schema['minItems'] ?? 0),
        maxLength: listMax,
      });
    case 'string':
      if (typeof pattern === 'string') return fc.stringMatching(new RegExp(pattern));
      return fc.string({ minLength: Number(schema['minLength'] ?? 0), unit: 'grapheme' });
    case 'integer':
      return fc.integer(rangeOf(schema));
    case 'number':
      return fc.double({ ...rangeOf(schema), noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue();
  }
}

function rangeOf({ minimum, maximum }: JsonSchema): { min: number; max: number } {
  return { min: Number(minimum ?? -1_000), max: Math.min(Number(maximum ?? 1_000), 2 ** 31 - 1) };
}

function soundObject(schema: JsonSchema, schemas: Schemas): fc.Arbitrary<unknown> {
  const { properties, required, additionalProperties, propertyNames } = schema;
  if (typeof properties === 'object' && properties !== null) {
    const fields = Object.entries(properties as Schemas).map(
      ([key, field]) => [key, soundValue(field, schemas)] as const,
    );
    const requiredKeys = (Array.isArray(required) ? required : []) as string[];
    return fc.record(Object.fromEntries(fields), { requiredKeys, noNullPrototype: true });
  }
  const keys =
    typeof propertyNames === 'object' ? soundValue(propertyNames as JsonSchema, schemas) : fc.string();
  const values = soundValue((additionalProperties ?? {}) as JsonSchema, schemas);
  return fc.dictionary(keys as fc.Arbitrary<string>, values, { maxKeys: listMax });
}

/** JSON text of values that fit but for one place: something else stands there, nothing, or a key too many. */
export function spoiledText(sound: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  return fc.tuple(sound, fc.nat(), strangeValue).map(([value, where, strange]) => {
    const places: { readonly holder: Record<string, unknown>; readonly key: string }[] = [];
    const root = { value: structuredClone(value) };
    collect(root, places);
    const place = places[where % places.length];
    if (place === undefined) return JSON.stringify(strange);
    const kind = where % 3;
    if (kind === 0) delete place.holder[place.key];
    else if (kind === 1) place.holder[place.key] = strange;
    else place.holder[`${place.key}-too-many`] = strange;
    return JSON.stringify(root.value) ?? 'null';
  });
}

function collect(holder: object, places: { holder: Record<string, unknown>; key: string }[]): void {
  for (const [key, value] of Object.entries(holder)) {
    places.push({ holder: holder as Record<string, unknown>, key });
    if (typeof value === 'object' && value !== null) collect(value, places);
  }
}

const strangeValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom('\u0000', '\ud800', '__proto__', '${settings.x}', '../../etc', 'x'.repeat(70_000)),
  fc.constantFrom(-1, 0, 1e308, 2 ** 53, -0.1, null, true, [], {}, [[[[[]]]]]),
);
