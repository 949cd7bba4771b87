// The OpenAPI 3.1 document of the API: made of the table of routes, the table of errors and the schemas of the protocol.

import type { ErrorCode } from '../lib/errors.ts';
import { errorMeanings } from '../protocol/error-meanings.ts';
import { type JsonSchema, jsonSchemas, schemaPath } from '../protocol/json-schemas.ts';
import { version } from '../protocol/version.ts';
import { type Answer, errorsOf, type Parameter, type Route } from './routes/route.ts';
import { routes } from './routes/table.ts';

/** As much of the form of OpenAPI as this document uses. */
export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly parameters: readonly (Parameter & {
    readonly in: 'path' | 'query' | 'header';
    readonly required: boolean;
  })[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, Response>>;
}

interface Response {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly description: string; readonly schema: JsonSchema }>>;
  readonly content?: Content;
  /** The codes that an error of this status may have. */
  readonly 'x-orion-codes'?: readonly ErrorCode[];
}

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

const description = [
  'Every peer answers every request. Reads are linearizable unless they ask for less; reads and writes end within 2 s.',
  'Errors are application/problem+json: 503 says that nothing was applied, 504 that it may have been.',
  'A path that does not exist is 404 NOT_FOUND, another method on one that does 405 METHOD_NOT_ALLOWED, with Allow;',
  'every GET also answers HEAD. What this version answers has exactly the fields shown; later versions may add some.',
].join(' ');

export function openApiDocument(): OpenApiDocument {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routes)
    paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route) };
  const schemas = jsonSchemas();
  return {
    openapi: '3.1.0',
    info: { title: 'orion', version, description },
    paths,
    components: { schemas: { ...schemas, Problem: withCodes(schemas.Problem) } },
  };
}

function operationOf(route: Route): Operation {
  return {
    operationId: operationIdOf(route),
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    tags: [route.tag],
    parameters: [
      ...pathParameters(route.path),
      ...(route.query ?? []).map((one) => optional(one, 'query')),
      ...(route.headers ?? []).map((one) => optional(one, 'header')),
    ],
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: route.body.required,
            content: {
              ...content('application/json', reference(route.body.schema)),
              ...content('application/yaml', reference(route.body.schema)),
            },
          },
        }),
    responses: responsesOf(route),
  };
}

function pathParameters(path: string): Operation['parameters'] {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const schema = { type: 'string' };
  return names.map((name) => ({ name, description: 'of the object', schema, in: 'path', required: true }));
}

const optional = (
  { name, description, schema }: Parameter,
  place: 'query' | 'header',
): Operation['parameters'][number] => ({ name, description, schema, in: place, required: false });

const content = (type: string, schema: JsonSchema): Content => ({ [type]: { schema } });

const reference = (name: string): JsonSchema => ({ $ref: schemaPath(name) });

function responseOf({ description, content, headers = [] }: Answer): Response {
  return {
    description,
    ...(headers.length === 0
      ? {}
      : {
          headers: Object.fromEntries(
            headers.map(({ name, description, schema }) => [name, { description, schema }]),
          ),
        }),
    ...(content === undefined
      ? {}
      : {
          content: {
            [content.type]: {
              schema: typeof content.schema === 'string' ? reference(content.schema) : content.schema,
            },
          },
        }),
  };
}

/** One response for each status; an error of the same status as an answer is another type of its content. */
function responsesOf(route: Route): Record<string, Response> {
  const responses: Record<string, Response> = Object.fromEntries(
    Object.entries(route.answers).map(([status, answer]) => [status, responseOf(answer)]),
  );
  for (const code of errorsOf(route)) {
    const { status, title } = errorMeanings[code];
    const before = responses[status];
    responses[status] = {
      description: before === undefined ? title : `${before.description}; ${title}`,
      content: { ...before?.content, ...content('application/problem+json', reference('Problem')) },
      'x-orion-codes': [...(before?.['x-orion-codes'] ?? []), code],
    };
  }
  return responses;
}

/** `GET /api/services/{name}/logs` is getServicesNameLogs. */
function operationIdOf({ method, path }: Route): string {
  const words = path.split(/[^A-Za-z]+/).filter((word) => word !== '' && word !== 'api');
  return method + words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('');
}

/** Beside those of operations: of paths that have others, at the end of watches, and of what must never happen. */
const codesElsewhere: readonly ErrorCode[] = ['METHOD_NOT_ALLOWED', 'SLOW_WATCHER', 'INTERNAL'];

/** Which codes an answer has stands in the tables, not in a schema. */
function withCodes(problem: JsonSchema): JsonSchema {
  const { code, ...properties } = problem['properties'] as Readonly<Record<string, object>>;
  const codes = new Set([...routes.flatMap(errorsOf), ...codesElsewhere]);
  return { ...problem, properties: { ...properties, code: { ...code, enum: [...codes].toSorted() } } };
}
