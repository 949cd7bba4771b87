// Every shape that the HTTP API takes or gives, by name, as JSON Schema (2020-12): the `components` of its OpenAPI document.
//
// J1. What is shown is generated from the schemas by which bodies are judged and from which the types of answers are inferred.
//     (Bodies of one field are judged by hand, for speed; their schemas here say the same, which the fuzz test holds.)

import { z } from 'zod';
import { limits } from '../lib/limits.ts';
import {
  applyAnswerSchema,
  clusterViewSchema,
  listSchema,
  liveAnswerSchema,
  membersAnswerSchema,
  problemSchema,
  readyAnswerSchema,
  revisionListSchema,
  transferAnswerSchema,
} from './api.ts';
import { manifestSchema } from './manifest-schema.ts';
import { addSchema } from './members.ts';
import { auditAnswerSchema, operationSchema } from './operations.ts';
import { assignmentSchema, eventSchema, nodeSchema, serviceSchema, settingSchema } from './objects.ts';

/** What a peer answers. */
const given = {
  Service: serviceSchema,
  Node: nodeSchema,
  Assignment: assignmentSchema,
  Setting: settingSchema,
  Event: eventSchema,
  ServiceList: listSchema(serviceSchema),
  NodeList: listSchema(nodeSchema),
  AssignmentList: listSchema(assignmentSchema),
  SettingList: listSchema(settingSchema),
  EventList: listSchema(eventSchema),
  ApplyAnswer: applyAnswerSchema,
  RevisionList: revisionListSchema,
  LiveAnswer: liveAnswerSchema,
  ReadyAnswer: readyAnswerSchema,
  ClusterView: clusterViewSchema,
  MembersAnswer: membersAnswerSchema,
  TransferAnswer: transferAnswerSchema,
  Operation: operationSchema,
  AuditAnswer: auditAnswerSchema,
  Problem: problemSchema,
};

/** What a peer takes, as it is sent: before defaults are filled in. */
const taken = {
  Manifest: manifestSchema,
  Manifests: z
    .union([manifestSchema, z.array(manifestSchema).min(1)])
    .describe('one manifest, or several; in YAML also as several documents'),
  SettingBody: z.strictObject({
    data: z.string().describe(`the text; at most ${limits.settingBytesMax} bytes of UTF-8`),
  }),
  ScaleBody: z.strictObject({ replicas: z.int().min(0).max(limits.replicasMax) }),
  UndoBody: z.strictObject({
    revision: z.int().min(1).optional().describe('one that is kept; absent: the one before what runs'),
  }),
  RestartBody: z.strictObject({}),
  PromoteBody: z.strictObject({}),
  AddPeerBody: addSchema,
  TransferBody: z.strictObject({
    to: z.string().min(1).optional().describe('id of a voter; absent: the one that holds most'),
  }),
};

export type SchemaName = keyof typeof given | keyof typeof taken;

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Where the schema called `name` stands in the document. */
export const schemaPath = (name: string): string => `#/components/schemas/${name}`;

export function jsonSchemas(): Readonly<Record<SchemaName, JsonSchema>> {
  return { ...generated(given, 'output'), ...generated(taken, 'input') } as Record<SchemaName, JsonSchema>;
}

function generated(
  named: Readonly<Record<string, z.ZodType>>,
  io: 'input' | 'output',
): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { io, uri: schemaPath, override: showPiped });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, plain(schema)]));
}

/** Without what names it from outside. */
function plain(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema' && key !== '$id'));
}

/** A pipe that begins with a check of anything is shown by what comes behind the check. */
function showPiped({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: JsonSchema }): void {
  const { def } = zodSchema._zod;
  if (def.type !== 'pipe' || def.in._zod.def.type !== 'unknown') return;
  Object.assign(jsonSchema, plain(z.toJSONSchema(def.out, { io: 'input' })));
}
