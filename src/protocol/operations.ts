// What the API tells of users' writes: `GET /api/operations/:id` and `GET /api/audit`.

import { z } from 'zod';
import type { ErrorCode } from '../lib/errors.ts';

const changeSchema = z.strictObject({
  kind: z.literal('Service'),
  name: z.string(),
  action: z.enum(['created', 'updated', 'deleted', 'unchanged']),
});

const namesSchema = z.strictObject({
  voters: z.array(z.string()).readonly(),
  learners: z.array(z.string()).readonly(),
});

export const operationSchema = z.strictObject({
  id: z.string().describe('names the operation; with an Idempotency-Key it follows from that'),
  state: z.enum(['applied', 'refused']),
  index: z.int().min(1).describe('log index at which it was applied, or refused'),
  time: z.string().describe('when, as RFC 3339'),
  actor: z.string().describe('who asked; anonymous until there are tokens'),
  method: z.string(),
  path: z.string(),
  from: z.string().describe('remote address of whoever asked'),
  agent: z.string().describe('their User-Agent'),
  bodyDigest: z
    .string()
    .exactOptional()
    .describe('with an Idempotency-Key: digest of body, query and preconditions'),
  code: (z.string() as unknown as z.ZodType<'OK' | ErrorCode>).describe('OK, or why it was refused'),
  status: z.int().describe('the status with which it was answered'),
  message: z.string().exactOptional().describe('why it was refused, or what was done, in a sentence'),
  object: z
    .strictObject({ kind: z.string(), name: z.string(), uid: z.string(), resourceVersion: z.string() })
    .exactOptional()
    .describe('what it wrote, and at which version'),
  changes: z.array(changeSchema).readonly().exactOptional().describe('what applying manifests did'),
  members: z
    .strictObject({ before: namesSchema, after: namesSchema })
    .exactOptional()
    .describe('of a change of members: ids of the peers before, and once it has ended'),
  leader: z
    .strictObject({ before: z.string(), after: z.string() })
    .exactOptional()
    .describe('of a transfer: ids of who led before and then'),
});
export type OperationView = z.infer<typeof operationSchema>;

export const auditAnswerSchema = z.strictObject({
  items: z.array(operationSchema).readonly().describe('newest first'),
  resourceVersion: z.string().describe('the log index that this is as of'),
  continue: z.string().exactOptional().describe('asks for the next page; absent on the last'),
  remaining: z.int().min(1).exactOptional().describe('how many older ones there are'),
});
export type AuditAnswer = z.infer<typeof auditAnswerSchema>;
