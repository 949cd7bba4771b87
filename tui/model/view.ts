// What a view is: a name, ways to it, and a function from what is known to a body.

import type { RevisionView } from '../../src/protocol/api.ts';
import type { Line } from './cells.ts';
import type { Freshness } from './freshness.ts';
import type { Glyphs } from './glyphs.ts';
import type { ListState } from './list-state.ts';
import type { LogSession } from './log-session.ts';
import type { Now } from './messages.ts';
import type { Ref } from './refs.ts';
import type { TableBody } from './table.ts';
import type { ViewId } from './view-ids.ts';
import type { World } from './world.ts';

export interface ViewContext {
  readonly world: World;
  readonly freshness: Freshness;
  readonly now: Now;
  readonly glyphs: Glyphs;
  /** Cells that the body has. */
  readonly width: number;
  readonly height: number;
  /** What the view is about, where it is about one thing. */
  readonly subject: Ref | undefined;
  readonly list: ListState;
  /** Of the services that somebody looked at; absent = not here yet. */
  readonly revisions: ReadonlyMap<string, readonly RevisionView[]>;
  readonly logs: LogSession | undefined;
}

export interface TextBody {
  readonly kind: 'text';
  readonly lines: readonly Line[];
  /** Lines too long for the screen go on in the next, behind so many spaces; absent = they are scrolled to the side. */
  readonly wrap?: number;
}

interface LogBody {
  readonly kind: 'log';
  readonly session: LogSession;
}

export type Body = TableBody | TextBody | LogBody;

export interface View {
  readonly id: ViewId;
  readonly title: string;
  /** Key that opens it from anywhere. */
  readonly digit?: string;
  /** Other names in command mode. */
  readonly aliases: readonly string[];
  /** What it is about: any object, or a service; absent = it shows all of a kind. */
  readonly about?: 'object' | 'service';
  /** One line for the help. */
  readonly description: string;
  readonly sort?: { readonly column: string; readonly descending: boolean };
  readonly body: (context: ViewContext) => Body;
}
