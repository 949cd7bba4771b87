// What the HTTP API answers beside the objects themselves, as docs/interface.md gives it: shared by the peers, which
// write it, and the client, which reads it. Fields may be added; none changes its meaning.
// Types are inferred from schemas, which `GET /api/openapi.json` shows as they are.

import { z } from 'zod';
import type { ErrorCode, Issue } from '../lib/errors.ts';
import type { Origin } from './command.ts';
import { objectDiff, plannedReplica } from './dry-run.ts';
import {
  type Assignment,
  type Event,
  type Node,
  type Service,
  serviceSpecSchema,
  type Setting,
  timestampSchema,
} from './objects.ts';

/** The kinds that have routes, by the last part of the route. */
export interface Collections {
  readonly services: Service;
  readonly nodes: Node;
  readonly assignments: Assignment;
  readonly settings: Setting;
  readonly events: Event;
}
export type Collection = keyof Collections;

export interface List<T> {
  readonly items: readonly T[];
  /** The log index that the list is as of. */
  readonly resourceVersion: string;
  /** Asks for what comes next, where `limit` cut the list off. */
  readonly continue?: string;
  /** How many more there are, where `limit` cut the list off. */
  readonly remaining?: number;
}

const versionSchema = z
  .string()
  .regex(/^[0-9]{1,16}$/)
  .describe('the log index that this is as of');

export const listSchema = <T extends z.ZodType>(item: T) =>
  z.strictObject({
    items: z.array(item).readonly(),
    resourceVersion: versionSchema,
    continue: z.string().exactOptional().describe('asks for what comes next, where limit cut the list off'),
    remaining: z
      .int()
      .min(0)
      .exactOptional()
      .describe('how many more there are, where limit cut the list off'),
  });

const changesSchema = z
  .array(
    z.strictObject({
      kind: z.literal('Service'),
      name: z.string(),
      action: z.enum(['created', 'updated', 'deleted', 'unchanged']),
    }),
  )
  .readonly();

export const applyAnswerSchema = z.strictObject({
  status: z
    .enum(['accepted', 'dryRun'])
    .describe('accepted: the request is committed; that says nothing of what runs'),
  resourceVersion: versionSchema,
  changes: changesSchema,
  diff: z.array(objectDiff).readonly().exactOptional().describe('of a dry run: what would change'),
  placement: z
    .array(plannedReplica)
    .readonly()
    .exactOptional()
    .describe('of a dry run: where the replicas of the services that change would stand'),
  warnings: z
    .array(z.string())
    .readonly()
    .exactOptional()
    .describe('of a dry run: what to think about first, in sentences'),
});
export type ApplyAnswer = z.infer<typeof applyAnswerSchema>;

const revisionSchema = z.strictObject({
  revision: z.int().min(1),
  time: timestampSchema.describe('when it was asked for'),
  actor: z.string().describe('who asked for it'),
  result: z.enum(['progressing', 'complete', 'failed', 'superseded']).describe('what became of its rollout'),
  spec: serviceSpecSchema,
  labels: z.record(z.string(), z.string()),
  repeats: z
    .int()
    .min(1)
    .exactOptional()
    .describe('the revision that first asked for this workload, where this one runs it again'),
});
/** One version of a service. */
export type RevisionView = z.infer<typeof revisionSchema>;

/** `GET /api/services/NAME/revisions`, newest first. */
export const revisionListSchema = listSchema(revisionSchema);

export const liveAnswerSchema = z.strictObject({ status: z.literal('ok') });

export const readyAnswerSchema = z.strictObject({
  status: z.enum(['ok', 'unavailable']),
  reasons: z
    .array(z.string())
    .readonly()
    .describe('why it cannot serve yet, in sentences; empty when it can'),
});
export type ReadyAnswer = z.infer<typeof readyAnswerSchema>;

const issueSchema: z.ZodType<Issue> = z.strictObject({
  path: z.string().describe('dotted path from the root of what was sent; empty for the whole'),
  line: z.int().min(1).exactOptional().describe('line in what was sent, from 1'),
  message: z.string().describe('what would be right'),
});

/** RFC 9457, with a stable code. */
export const problemSchema = z.strictObject({
  type: z.string().describe('urn:orion:problem:CODE'),
  title: z.string(),
  status: z.int().describe('the status of this answer'),
  detail: z.string().describe('what happened'),
  code: (z.string() as unknown as z.ZodType<ErrorCode>).describe('stable, for programs'),
  help: z.string().describe('what the caller can do now'),
  errors: z.array(issueSchema).readonly().exactOptional().describe('everything that is wrong, at once'),
  operation: z
    .string()
    .exactOptional()
    .describe('with OUTCOME_UNKNOWN, of a write: where to ask how it ended'),
});
export type Problem = z.infer<typeof problemSchema>;

/** A change of members, as a user asks for it. */
export type MemberRequest =
  | {
      readonly kind: 'add';
      readonly id: string;
      readonly api: string;
      readonly raft: string;
      /** `voter` is promoted by the leader when it has caught up. */
      readonly as: 'voter' | 'learner';
      /** It takes the place of the peer of that id, whose disk is lost. */
      readonly replace: boolean;
    }
  | { readonly kind: 'remove'; readonly id: string }
  | { readonly kind: 'promote'; readonly id: string };

/** Leadership is handed over: to the voter of that name, or to the one that holds most. */
export interface TransferRequest {
  readonly kind: 'transfer';
  readonly to: string | undefined;
}

/** What only the leader can do, beside applying commands: passed on to it by the peer that was asked. */
export type LeaderRequest = MemberAsked | TransferRequest | { readonly kind: 'stats' };

/** A change of members, and who asked for it. */
export type MemberAsked = MemberRequest & { readonly origin: Origin };

const memberSchema = z.strictObject({
  id: z.string(),
  storeId: z.string(),
  api: z.string(),
  raft: z.string(),
});

const configurationViewSchema = z.strictObject({
  index: z.int().min(0).describe('log index from which on it is in effect'),
  voters: z.array(memberSchema).readonly(),
  learners: z
    .array(z.strictObject({ ...memberSchema.shape, wants: z.enum(['voter', 'learner']) }))
    .readonly(),
});
export type ConfigurationView = z.infer<typeof configurationViewSchema>;

const beforeAndAfterSchema = z.strictObject({
  before: z.int().min(0),
  after: z.int().min(0).describe('once everything has come true that was asked, promotions included'),
});

/** Answers a change of members. */
export const membersAnswerSchema = z.strictObject({
  configuration: configurationViewSchema,
  voters: beforeAndAfterSchema,
  tolerance: beforeAndAfterSchema.describe('how many voters may be lost while the others still decide'),
});
export type MembersAnswer = z.infer<typeof membersAnswerSchema>;

/** Answers a transfer. */
export const transferAnswerSchema = z.strictObject({
  ...membersAnswerSchema.shape,
  before: z.string().describe('who led when it was asked for'),
  leader: z.string().describe('who leads now'),
});
export type TransferAnswer = z.infer<typeof transferAnswerSchema>;

const peerViewSchema = z.strictObject({
  id: z.string(),
  storeId: z.string().nullable().describe('null while its disk has not been heard of'),
  api: z.string(),
  raft: z.string(),
  role: z.enum(['leader', 'follower', 'candidate', 'learner', 'unknown']),
  voter: z.boolean(),
  match: z.int().min(0).nullable().describe("leader only: how far its log is known to equal the leader's"),
  replication: z
    .enum(['probe', 'replicate', 'snapshot'])
    .nullable()
    .describe(
      'leader only: how it is kept up to date; probe: the leader looks for where their logs part; replicate: it is ' +
        "sent what is new; snapshot: it needs what the leader's log no longer holds, and is sent the whole state",
    ),
  lastContactMs: z.number().min(0).nullable().describe('milliseconds since it was last heard by this peer'),
  version: z.string().nullable(),
});
export type PeerView = z.infer<typeof peerViewSchema>;

const alarmViewSchema = z.strictObject({
  peer: z.string().describe('id of the peer that it is about'),
  kind: z.enum(['corruption', 'disk-full', 'state-differs', 'disk-stalled']),
  message: z.string().describe('what happened, and what to do'),
  sinceMs: z.number().min(0).describe('since when, in milliseconds since 1970'),
});

/** `GET /api/cluster`, answered from this peer's own knowledge alone. */
export const clusterViewSchema = z.strictObject({
  clusterId: z.string().nullable(),
  name: z.string(),
  self: z.string(),
  leader: z.string().nullable(),
  term: z.int().min(0),
  commitIndex: z.int().min(0),
  appliedIndex: z.int().min(0),
  peers: z.array(peerViewSchema).readonly(),
  quorum: z.strictObject({
    need: z.int(),
    have: z
      .int()
      .nullable()
      .describe('voters that the leader heard within an election time-out, itself included; null elsewhere'),
    voters: z.int(),
  }),
  log: z
    .strictObject({ base: z.int().min(0), lastIndex: z.int().min(0), bytes: z.int().min(0) })
    .describe("this peer's own: entries up to base were cut off"),
  alarms: z
    .array(alarmViewSchema)
    .readonly()
    .describe('what is wrong with any peer, as far as this one has heard of it'),
});
export type ClusterView = z.infer<typeof clusterViewSchema>;
