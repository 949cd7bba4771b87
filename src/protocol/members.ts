// Changes of members as they come over HTTP: `POST /api/cluster/peers`.

import { z } from 'zod';
import { apiAddress, isDialable, parseAddress } from '../lib/address.ts';
import { type Issue, OrionError } from '../lib/errors.ts';
import type { MemberRequest } from './api.ts';
import type { SourceDocument } from './document.ts';
import { nameSchema } from './objects.ts';

export const addSchema = z.strictObject({
  id: nameSchema,
  api: z
    .string()
    .refine((url) => apiAddress(url) !== undefined, 'a URL of the form http://HOST:PORT is needed'),
  raft: z
    .string()
    .refine((text) => isDialable(parseAddress(text)), 'HOST:PORT is needed, with a port from 1 to 65535'),
  as: z.enum(['voter', 'learner']).default('voter'),
  replace: z.boolean().default(false),
});

/** The request in a body. Throws INVALID with every problem. */
export function parseAddRequest({ value, lineOf }: SourceDocument): MemberRequest {
  const parsed = addSchema.safeParse(value);
  if (parsed.success) return { kind: 'add', ...parsed.data };
  const issueOf = (path: readonly PropertyKey[], message: string): Issue => {
    const line = lineOf(path.map(String));
    return line === undefined ? { path: path.join('.'), message } : { path: path.join('.'), line, message };
  };
  const issues = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => issueOf([key], 'unknown key'))
      : [issueOf(issue.path, issue.message)],
  );
  throw new OrionError('INVALID', 'The request is not valid: mend what is listed.', { issues });
}
