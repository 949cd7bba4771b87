// The OpenAPI document as a contract: requests are named by its operations, each answer is judged by it, and what it names
// and nobody has seen yet can be told.
//
// K1. An answer has a status of its operation, a code of that status, and a body that fits the schema.

import { Ajv2020 } from 'ajv/dist/2020.js';
import { assert, present } from '../../src/lib/assert.ts';
import type { OpenApiDocument, Operation } from '../../src/api/openapi.ts';
import type { ErrorCode } from '../../src/lib/errors.ts';
import type { Problem } from '../../src/protocol/api.ts';
import { send, type WireAnswer, type WireRequest } from './wire.ts';

export interface Ask extends Omit<WireRequest, 'method' | 'target' | 'body'> {
  /** By the names in the path. */
  readonly path?: Readonly<Record<string, string>>;
  /** What follows `?`. */
  readonly query?: string;
  /** A text is sent as it is, as YAML; anything else as JSON. */
  readonly body?: unknown;
}

/** `put /api/settings/{name}`, and a status. */
type Place = `${string} ${string} ${number}`;

export class Contract {
  readonly document: OpenApiDocument;
  readonly #judge = new Ajv2020({ strict: false, validateFormats: false });
  readonly #seenPlaces = new Set<Place>();
  readonly #seenCodes = new Set<string>();
  /** What was answered that the document does not name. */
  readonly failures: string[] = [];

  constructor(document: OpenApiDocument) {
    this.document = document;
    this.#judge.addSchema(document, 'document');
  }

  /** Every operation, as `method path`. */
  get operations(): readonly { readonly name: string; readonly operation: Operation }[] {
    return Object.entries(this.document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
    );
  }

  /** Sends a request of the operation called `name` to `api`, and judges what is answered. */
  async ask(api: string, name: string, ask: Ask = {}): Promise<WireAnswer> {
    const [method = '', template = ''] = name.split(' ');
    const { path = {}, query, body, headers = {}, ...how } = ask;
    const target = template.replaceAll(/\{(\w+)\}/g, (_, key: string) =>
      encodeURIComponent(path[key] ?? 'none'),
    );
    const isText = typeof body === 'string';
    const type = { 'content-type': isText ? 'application/yaml' : 'application/json' };
    const answer = await send(api, {
      ...how,
      method: method.toUpperCase(),
      target: query === undefined ? target : `${target}?${query}`,
      headers: { ...(body === undefined ? {} : type), ...headers },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
    this.judge(name, answer);
    return answer;
  }

  /** As {@link ask}; throws unless the answer is that status, and that code. */
  async expect(api: string, name: string, outcome: string, ask: Ask = {}): Promise<WireAnswer> {
    const answer = await this.ask(api, name, ask);
    const seen = codeOf(answer) === undefined ? `${answer.status}` : `${answer.status} ${codeOf(answer)}`;
    if (seen === outcome) return answer;
    throw new Error(`${name} was answered with ${seen}, not ${outcome}: ${answer.text.slice(0, 500)}`);
  }

  /** Statuses of operations, and codes, that nobody was answered with; those aside for which `excused` codes are to blame. */
  missing(excused: readonly ErrorCode[]): string[] {
    const isNeeded = (codes: readonly ErrorCode[] | undefined): boolean =>
      codes === undefined || codes.some((code) => !excused.includes(code));
    const responses = this.operations.flatMap(({ name, operation }) =>
      Object.entries(operation.responses).map(([status, response]) => ({
        place: `${name} ${status}` as Place,
        codes: response['x-orion-codes'],
      })),
    );
    const problem = this.document.components.schemas['Problem'] as {
      readonly properties: { readonly code: { readonly enum: readonly ErrorCode[] } };
    };
    return [
      ...responses
        .filter(({ place, codes }) => isNeeded(codes) && !this.#seenPlaces.has(place))
        .map(({ place }) => place),
      ...problem.properties.code.enum.filter((code) => isNeeded([code]) && !this.#seenCodes.has(code)),
    ];
  }

  /** Operations that may be answered with `status`. */
  answering(status: number): readonly string[] {
    return this.operations.filter(({ operation }) => status in operation.responses).map(({ name }) => name);
  }

  /** Operations that may be answered with `code`. */
  refusing(code: ErrorCode): readonly string[] {
    const codesOf = ({ responses }: Operation): readonly ErrorCode[] =>
      Object.values(responses).flatMap((response) => response['x-orion-codes'] ?? []);
    return this.operations
      .filter(({ operation }) => codesOf(operation).includes(code))
      .map(({ name }) => name);
  }

  /** Judges what was answered to a request of the operation called `name`; the answer's status, and its code. */
  judge(name: string, answer: WireAnswer): string {
    this.#judgeAnswer(name, this.#operation(name), answer);
    const code = codeOf(answer);
    return code === undefined ? `${answer.status}` : `${answer.status} ${code}`;
  }

  /** An answer that belongs to no operation: its code counts. */
  note(answer: WireAnswer): WireAnswer {
    const code = codeOf(answer);
    if (code !== undefined) this.#seenCodes.add(code);
    return answer;
  }

  #operation(name: string): Operation {
    const [method = '', path = ''] = name.split(' ');
    return present(this.document.paths[path]?.[method], `${name} is in the document`);
  }

  #judgeAnswer(name: string, operation: Operation, answer: WireAnswer): void {
    const response = operation.responses[answer.status];
    const fail = (what: string): number =>
      this.failures.push(`${name} ${answer.status}: ${what}: ${answer.text.slice(0, 300)}`);
    if (response === undefined) return void fail('not a status of the document');
    this.#seenPlaces.add(`${name} ${answer.status}` as Place);
    const code = codeOf(answer);
    if (code !== undefined) {
      this.#seenCodes.add(code);
      if (response['x-orion-codes']?.includes(code) !== true) fail(`${code} is no code of it`);
    }
    const type = answer.headers['content-type']?.split(';')[0] ?? '';
    if (response.content === undefined) {
      if (answer.text !== '') fail('it should have no body');
      return;
    }
    const content = response.content[type];
    if (content === undefined) return void fail(`${type || 'no type'} is not a type of the document`);
    for (const header of Object.keys(response.headers ?? {})) {
      const isOptional = header === 'X-Orion-Last-Contact-Ms';
      if (!isOptional && answer.headers[header.toLowerCase()] === undefined) fail(`it lacks ${header}`);
    }
    if (!type.endsWith('json') || answer.text === '') return;
    const text = JSON.stringify(content.schema).replaceAll('"#/', '"document#/');
    const fits = this.#judge.compile(JSON.parse(text) as object);
    if (!fits(JSON.parse(answer.text))) fail(this.#judge.errorsText(fits.errors));
  }
}

function codeOf({ headers, text }: WireAnswer): ErrorCode | undefined {
  if (headers['content-type']?.startsWith('application/problem+json') !== true) return undefined;
  const { code, status } = JSON.parse(text) as Problem;
  assert(status >= 400, 'a problem has the status of an error');
  return code;
}
