// `GET /api/openapi.json` and `GET /api/docs`: what this API is, for programs and for people. Both are made once.

import type { FastifyInstance } from 'fastify';
import { docsPage } from './docs-page.ts';
import { openApiDocument } from './openapi.ts';
import { queryOf } from './request.ts';

/** The page is HTML and style alone, and asks nobody for anything. */
const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'";

export function documentRoutes(app: FastifyInstance): void {
  let made: { readonly json: string; readonly page: string } | undefined;
  const documents = (): { readonly json: string; readonly page: string } => {
    if (made !== undefined) return made;
    const document = openApiDocument();
    made = { json: JSON.stringify(document), page: docsPage(document) };
    return made;
  };

  app.get('/api/openapi.json', async (request, reply) => {
    queryOf(request, []);
    return reply.header('content-type', 'application/json; charset=utf-8').send(documents().json);
  });

  app.get('/api/docs', async (request, reply) => {
    queryOf(request, []);
    return reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('content-security-policy', pagePolicy)
      .send(documents().page);
  });
}
