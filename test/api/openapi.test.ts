// The table of routes beside what is served, and the document that is made of it.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { errorMeanings } from '../../src/protocol/error-meanings.ts';
import { openApiDocument } from '../../src/api/openapi.ts';
import { errorsOf } from '../../src/api/routes/route.ts';
import type { ErrorCode } from '../../src/lib/errors.ts';
import { routes } from '../../src/api/routes/table.ts';
import { app } from './harness.ts';

/** `METHOD /path/{name}` of every route of the server, from the tree that it prints; HEAD goes with GET. */
function served(): string[] {
  const parents: string[] = [];
  return app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const [, indent = '', part = '', methods = ''] =
        /^(.*?)[└├]── (\S*)(?: \(([A-Z, ]+)\))?/.exec(line) ?? [];
      const depth = indent.length / 4;
      parents[depth] = part;
      const path = parents
        .slice(0, depth + 1)
        .join('')
        .replaceAll(/:(\w+)/g, '{$1}');
      return methods.split(', ').flatMap((method) => (method === '' ? [] : [`${method} ${path}`]));
    })
    .filter((route) => !route.startsWith('HEAD '))
    .toSorted();
}

describe('the table of routes', () => {
  test('has an entry for every route that is served, and none for another', async () => {
    await app.ready();
    const listed = routes.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(listed.toSorted()).toEqual(served());
  });

  test('is written in docs/interface.md', () => {
    const page = readFileSync(new URL('../../docs/interface.md', import.meta.url), 'utf8');
    const first = (path: string): string => path.replace(/\/\{.*$/, '');
    expect(routes.map(({ path }) => first(path)).filter((path) => !page.includes(path))).toEqual([]);
  });

  test('names no error that means a bug of ours, and each one once', () => {
    for (const route of routes) {
      const codes = errorsOf(route);
      expect(codes.filter((code) => errorMeanings[code].status === 500)).toEqual([]);
      expect(new Set(codes).size).toBe(codes.length);
    }
  });
});

describe('the OpenAPI document', () => {
  test('is served by every peer, and is the one that the tables make', async () => {
    const answer = await app.inject('/api/openapi.json');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.json()).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
  });

  test('refers to nothing that it does not hold, and names each operation differently', () => {
    const document = openApiDocument();
    const text = JSON.stringify(document);
    const names = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !Object.hasOwn(document.components.schemas, name))).toEqual([]);
    expect(text.match(/"\$ref":"(?!#\/components\/schemas\/)[^"]*"/g)).toBeNull();
    const ids = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('names every code that a request can be answered with', () => {
    const { code } = openApiDocument().components.schemas.Problem!['properties'] as {
      code: { enum: ErrorCode[] };
    };
    const inside = new Set(['USAGE', 'STALE']); // of the command line, and of controllers
    const all = (Object.keys(errorMeanings) as ErrorCode[]).filter(
      (one) => errorMeanings[one].status !== 500 && !inside.has(one),
    );
    expect(code.enum.filter((one) => one !== 'INTERNAL')).toEqual(all.toSorted());
  });

  test('has schemas that can be read back, and tell what they describe', () => {
    for (const [name, schema] of Object.entries(openApiDocument().components.schemas)) {
      expect([name, schema['type'] ?? 'one of several']).not.toEqual([name, undefined]);
      const definitions = openApiDocument().components.schemas;
      const text = JSON.stringify({ ...schema, $defs: definitions });
      const whole = JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')) as Parameters<
        typeof z.fromJSONSchema
      >[0];
      expect(() => z.fromJSONSchema(whole)).not.toThrow();
    }
  });
});

describe('the page of it', () => {
  test('names every route and every shape, and asks nobody else for anything', async () => {
    const answer = await app.inject('/api/docs');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    for (const { path } of routes) expect(answer.body).toContain(`<code>${path}</code>`);
    for (const name of Object.keys(openApiDocument().components.schemas)) {
      expect(answer.body).toContain(`id="${name}"`);
    }
    const addresses = [...answer.body.matchAll(/(?:href|src)="([^"]*)"|url\(([^)]*)\)/g)];
    expect(addresses.map(([, address]) => address).filter((to) => !/^(#|\/api\/)/.test(to ?? ''))).toEqual(
      [],
    );
    expect(answer.body).not.toContain('<script');
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
  });
});
