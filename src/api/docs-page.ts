// The OpenAPI document as a page: HTML and style, without a script or an address of anybody else, so that it works on a
// machine that sees nothing but its cluster.

import type { JsonSchema } from '../protocol/json-schemas.ts';
import type { OpenApiDocument, Operation } from './openapi.ts';

export function docsPage(document: OpenApiDocument): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const tags = [...new Set(operations.map(({ operation }) => operation.tags[0] ?? ''))];
  const sections = tags.map((tag) => {
    const mine = operations.filter(({ operation }) => operation.tags.includes(tag));
    return `<h2 id="${tag}">${tag}</h2>${mine.map(operationHtml).join('')}`;
  });
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      `<details id="${name}"><summary><b>${name}</b> ${typeHtml(schema)}</summary>${schemaHtml(schema)}</details>`,
  );
  const links = [...tags, 'shapes'].map((name) => `<a href="#${name}">${name}</a>`).join('');
  const { title, version, description } = document.info;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${title} API</title>
<style>${style}</style></head><body><header><h1>${title} <small>${escaped(version)}</small></h1>
<p>${escaped(description)}</p><nav>${links}<a href="/api/openapi.json">openapi.json</a></nav></header>
<main>${sections.join('\n')}<h2 id="shapes">shapes</h2>${schemas.join('\n')}</main></body></html>
`;
}

function operationHtml(entry: {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}): string {
  const { path, method, operation } = entry;
  const { operationId, summary, description, parameters, requestBody, responses } = operation;
  const body = Object.values(requestBody?.content ?? {})[0];
  const types = Object.keys(requestBody?.content ?? {}).join(' or ');
  const need = requestBody?.required === true ? 'required' : 'optional';
  return `<details class="operation" id="${operationId}"><summary><span class="${method}">${method.toUpperCase()}</span>
<code>${escaped(path)}</code> ${escaped(summary)}</summary>
${description === undefined ? '' : `<p>${escaped(description)}</p>`}
${parameters.length === 0 ? '' : `<h3>Parameters</h3><table>${parameters.map(parameterHtml).join('')}</table>`}
${body === undefined ? '' : `<h3>Body</h3><p>${types}, ${need}: ${typeHtml(body.schema)}</p>`}
<h3>Answers</h3><table>${Object.entries(responses).map(responseHtml).join('')}</table></details>`;
}

const parameterHtml = ({ name, in: place, schema, description }: Operation['parameters'][number]): string =>
  `<tr><td><code>${name}</code></td><td>${place}</td><td>${typeHtml(schema)}</td><td>${escaped(description)}</td></tr>`;

function responseHtml([status, response]: readonly [string, Operation['responses'][string]]): string {
  const forms = Object.entries(response.content ?? {}).map(
    ([type, { schema }]) => `${type}: ${typeHtml(schema)}`,
  );
  const codes = (response['x-orion-codes'] ?? []).map((code) => `<code>${code}</code>`).join(' ');
  const headers = Object.keys(response.headers ?? {}).map((name) => `<code>${name}</code>`);
  const more = headers.length === 0 ? '' : `<br><small>headers ${headers.join(' ')}</small>`;
  const what = codes === '' ? escaped(response.description) + more : codes;
  return `<tr><td><b>${status}</b></td><td>${what}</td><td><small>${forms.join('<br>')}</small></td></tr>`;
}

/** What a value is, in a word or a link; nothing of what it holds. */
function typeHtml(schema: JsonSchema): string {
  const { $ref, type, enum: values, const: value, items, anyOf, oneOf } = schema;
  if (typeof $ref === 'string') {
    const name = $ref.slice($ref.lastIndexOf('/') + 1);
    return `<a href="#${name}">${name}</a>`;
  }
  if (value !== undefined) return `<code>${escaped(JSON.stringify(value))}</code>`;
  if (Array.isArray(values)) {
    return values.map((each) => `<code>${escaped(JSON.stringify(each))}</code>`).join(' | ');
  }
  const choices = anyOf ?? oneOf;
  if (Array.isArray(choices)) return choices.map((each) => typeHtml(each as JsonSchema)).join(' | ');
  if (type === 'array') return `array of ${typeHtml((items ?? {}) as JsonSchema)}`;
  return typeof type === 'string' ? type : 'any';
}

/** The fields of an object, and theirs. */
function schemaHtml(schema: JsonSchema): string {
  const { properties, required, items, additionalProperties, anyOf, oneOf } = schema;
  if (typeof properties === 'object') {
    const must = Array.isArray(required) ? required : [];
    const fields = Object.entries(properties as Readonly<Record<string, JsonSchema>>).map(([name, field]) => {
      const optional = must.includes(name) ? '' : ' <i>optional</i>';
      const told = typeof field['description'] === 'string' ? ` — ${escaped(field['description'])}` : '';
      return `<li><code>${escaped(name)}</code> ${typeHtml(field)}${optional}${told}${schemaHtml(field)}</li>`;
    });
    return `<ul>${fields.join('')}</ul>`;
  }
  const within = [items, additionalProperties, anyOf, oneOf].flat();
  return within.map((each) => (typeof each === 'object' ? schemaHtml(each as JsonSchema) : '')).join('');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (one) => entities[one] ?? one);

const style = `
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1rem 1.5rem 4rem; }
h1 small { font-weight: normal; color: gray; }
h2 { margin: 2rem 0 .5rem; border-bottom: 1px solid #8884; text-transform: capitalize; }
h3 { margin: .8rem 0 .2rem; font-size: 1rem; }
nav { display: flex; flex-wrap: wrap; gap: 1rem; }
details { border: 1px solid #8884; border-radius: 6px; margin: .4rem 0; padding: .4rem .8rem; }
summary { cursor: pointer; }
.operation summary span { display: inline-block; width: 4.2rem; font-weight: bold; }
.get { color: #1769aa; } .post { color: #2e7d32; } .put { color: #b26a00; } .delete { color: #c62828; }
code { font: .92em ui-monospace, monospace; }
table { border-collapse: collapse; } td { padding: .15rem .9rem .15rem 0; vertical-align: top; }
ul { margin: .1rem 0; padding-left: 1.3rem; }
`;
