// Commands: the only way to change the state. One command is one log entry; `state.apply` answers each with a result.
// Made by the API (on behalf of a user), by controllers and by the agents' gateway (both on the leader only, fenced).
//
// C1. A command says everything that applying it needs: no clock, no chance, no lookup outside the state.
// C2. What was decided on behalf of the cluster carries the term it was decided in (`fence`) and the versions it was
//     planned on; apply refuses it (STALE) when either has moved.
// C3. `schema` names the form. A peer that does not know it stops; it never skips a committed command.

import type { ErrorCode, Issue } from '../lib/errors.ts';
import type {
  AssignmentState,
  Condition,
  Event,
  NodeState,
  OrionObject,
  Resources,
  Runtime,
  ServiceSpec,
} from './objects.ts';

export const commandSchemaVersion = 1;

/** Preconditions of HTTP: `If-Match: "RV"` (or `*`: exists) and `If-None-Match: *` (does not exist). */
export interface Preconditions {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: boolean | undefined;
}

/** Refused unless the entry's term is this one: its author led when it planned, and leads still. */
interface Fenced {
  readonly fence: { readonly term: number };
}

export interface ManifestService {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: ServiceSpec;
}

/** What one `kind: Config` document asks for, normalised: defaults filled in, commands split, sizes in bytes. */
export interface Manifest {
  /** `metadata.name`. */
  readonly owner: string;
  readonly services: readonly ManifestService[];
}

/** What an agent says of one replica. */
export interface AssignmentReport {
  readonly assignmentId: string;
  readonly sequence: number;
  readonly state: Exclude<AssignmentState, 'pending' | 'lost'>;
  readonly pid?: number | undefined;
  readonly startedAt?: string | undefined;
  readonly ports: Readonly<Record<string, number>>;
  readonly restarts: number;
  readonly exitCode?: number | undefined;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}

/** Something that happened `count` times since the last command that told of it. */
export type SeenEvent = Event['spec'] & Event['status'];

export type CommandBody =
  // Users. ------------------------------------------------------------------------------------------------
  /** All or nothing. `prune` also deletes what these owners applied before and no longer list. */
  | ({
      readonly kind: 'manifest.apply';
      readonly manifests: readonly Manifest[];
      readonly prune: boolean;
      /** With one service alone, and without `prune`. */
    } & Preconditions)
  /** Leadership was handed over, as a user asked: done already, and written down alone. */
  | { readonly kind: 'leadership.moved'; readonly before: string; readonly after: string }
  | ({ readonly kind: 'service.scale'; readonly name: string; readonly replicas: number } & Preconditions)
  /** A new revision with the workload of `revision`; absent, of the one before what it runs. Replicas stay as they are. */
  | ({
      readonly kind: 'service.undo';
      readonly name: string;
      readonly revision?: number | undefined;
    } & Preconditions)
  /** A new revision with the same spec: every replica is replaced. */
  | ({ readonly kind: 'service.restart'; readonly name: string } & Preconditions)
  /** Its replicas are asked to stop in the same entry; each is deleted once its end is reported. */
  | ({ readonly kind: 'service.delete'; readonly name: string } & Preconditions)
  | ({ readonly kind: 'setting.put'; readonly name: string; readonly data: string } & Preconditions)
  | ({ readonly kind: 'setting.delete'; readonly name: string } & Preconditions)
  /** Only a node that is down; its lost assignments go with it. */
  | ({ readonly kind: 'node.delete'; readonly name: string } & Preconditions)
  // Controllers. --------------------------------------------------------------------------------------------
  /**
   * Places replica `index` of a service's `revision` on a node. Refused when the service's generation has moved, when
   * the slot (service uid, revision, index) is held by an assignment neither stopped nor lost, or when the replica no
   * longer fits the node.
   */
  | (Fenced & {
      readonly kind: 'assignment.create';
      readonly service: string;
      readonly serviceUid: string;
      readonly generation: number;
      readonly revision: number;
      readonly index: number;
      readonly node: string;
    })
  /**
   * Asks for its end: `desired` becomes stopped. Refused when its resourceVersion or its service's generation has moved:
   * the replica may be wanted again by now.
   */
  | (Fenced & {
      readonly kind: 'assignment.stop';
      readonly assignmentId: string;
      readonly resourceVersion: string;
      /** Of the service of that name; 0 when there is none. */
      readonly generation: number;
    })
  /** What the scheduler and the rollout have to say about a service. Refused when its generation or revision has moved. */
  | (Fenced & {
      readonly kind: 'service.conditions';
      readonly service: string;
      readonly serviceUid: string;
      readonly generation: number;
      readonly revision: number;
      /** Replaced by type; `lastTransitionTime` is kept where the status is the same. */
      readonly conditions: readonly Omit<Condition, 'lastTransitionTime'>[];
    })
  /** A change of a node's state; `down` makes its assignments lost. Refused when its resourceVersion has moved. */
  | (Fenced & {
      readonly kind: 'node.state';
      readonly node: string;
      readonly resourceVersion: string;
      readonly state: NodeState;
      readonly reason: string;
    })
  /** What happened to objects, for people: counted by what it says. At most `limits.eventsMax` are kept. */
  | (Fenced & { readonly kind: 'event.record'; readonly events: readonly SeenEvent[] })
  // The agents' gateway. --------------------------------------------------------------------------------------
  /**
   * A node opened a session: it is ready, with these properties. Its lost assignments that it still runs come back if
   * nobody holds their slot by now; its lost assignments that it does not run are deleted.
   */
  | (Fenced & {
      readonly kind: 'node.register';
      readonly node: string;
      readonly address: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly capacity: Resources;
      readonly runtimes: readonly Runtime[];
      readonly running: readonly string[];
    })
  /**
   * What an agent observed. A report with a sequence not above the one applied is ignored, as is one about another
   * node's assignment. An assignment whose end was asked for is deleted once it is reported exited or failed.
   */
  | (Fenced & {
      readonly kind: 'assignment.report';
      readonly node: string;
      readonly reports: readonly AssignmentReport[];
    });

/** Whose write a command is, and which: what the state remembers of it (records.ts, OperationRow). */
export interface Origin {
  /** `anonymous` until there are tokens. */
  readonly actor: string;
  readonly method: string;
  /** Without the query; at most `limits.operationPathCharsMax` characters. */
  readonly path: string;
  /** Remote address of whoever asked. */
  readonly from: string;
  /** Their User-Agent, at most `limits.operationAgentCharsMax` characters. */
  readonly agent: string;
  /** 32 hex digits: random, or a digest of actor, method, path and `Idempotency-Key`. Applied once, however often it comes. */
  readonly operation: string;
  /** With an `Idempotency-Key` alone: of the body, the query and the preconditions. */
  readonly bodyDigest?: string | undefined;
  /** Of a key `rv:RV:RANDOM`: a log index that its author had seen before the first try. */
  readonly since?: number | undefined;
}

export type Command = CommandBody & {
  readonly schema: typeof commandSchemaVersion;
  /** Names in logs a command that is no operation: a random UUID. */
  readonly requestId?: string | undefined;
  /** Of a user's command; controllers and agents have none, nor have commands of before there were operations. */
  readonly origin?: Origin | undefined;
};

export interface ObjectChange {
  readonly kind: 'Service';
  readonly name: string;
  readonly action: 'created' | 'updated' | 'deleted' | 'unchanged';
}

/** What applying a command answered; the same on every peer. */
export type CommandResult =
  | { readonly kind: 'applied'; readonly changes: readonly ObjectChange[] }
  /** The object as it is after the command. */
  | {
      readonly kind: 'object';
      readonly created: boolean;
      readonly object: OrionObject;
      /** Of a repeated command: the version that it made when it was applied. Default: that of `object`. */
      readonly version?: string | undefined;
    }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'done' }
  | {
      readonly kind: 'refused';
      readonly code: ErrorCode;
      readonly message: string;
      readonly issues: readonly Issue[];
    };

/** What applying one entry answered: an operation that was known already is not run again. */
export type EntryResult =
  | CommandResult
  | { readonly kind: 'repeated'; readonly index: number; readonly result: CommandResult };
