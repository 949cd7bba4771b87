// Where somebody is: a stack of places, each with its own list, so that Esc leads back to what was there before.
//
// P1. There is always a place, and the lowest one is a view that is about nothing in particular.
// P2. A view comes back as it was left: selection, filter, order.

import { assert, present } from '../../src/lib/assert.ts';
import { type ListState, newListState } from './list-state.ts';
import type { LogSession } from './log-session.ts';
import type { Sort } from './memory.ts';
import { type Ref, refText } from './refs.ts';
import type { ViewId } from './view-ids.ts';
import { viewOf } from './views.ts';

export interface Place {
  readonly view: ViewId;
  readonly subject: Ref | undefined;
  readonly list: ListState;
  readonly logs: LogSession | undefined;
}

/** Deeper than anybody finds back from. */
const depthMax = 32;

export class Places {
  #stack: Place[];
  /** Lists of views that were left, by view (P2). */
  readonly #left = new Map<string, ListState>();
  readonly #sorts: Map<string, Sort>;

  constructor(view: ViewId, sorts: Readonly<Record<string, Sort>>) {
    this.#sorts = new Map(Object.entries(sorts));
    const first = viewOf(view).about === undefined ? view : 'pulse'; // P1
    this.#stack = [this.#make(first, undefined, undefined)];
  }

  get current(): Place {
    return present(this.#stack.at(-1), 'there is always a place');
  }

  get root(): Place {
    return present(this.#stack[0], 'there is always a place');
  }

  get isDeep(): boolean {
    return this.#stack.length > 1;
  }

  get sorts(): Readonly<Record<string, Sort>> {
    return Object.fromEntries(this.#sorts);
  }

  /** Titles from the lowest place to this one. */
  get path(): readonly string[] {
    return this.#stack.map(({ view, subject }) => {
      const { title } = viewOf(view);
      return subject === undefined ? title : `${title} ${refText(subject)}`;
    });
  }

  /** Begins anew with a view of all. Answers the places that are left. */
  jump(view: ViewId): readonly Place[] {
    assert(viewOf(view).about === undefined, 'a view of all');
    const left = this.#stack;
    for (const place of left) this.#keep(place);
    this.#stack = [this.#make(view, undefined, undefined)];
    return left;
  }

  /** Goes one deeper. Answers the place that nobody finds back to any more, if there is one. */
  push(view: ViewId, subject: Ref | undefined, logs?: LogSession): readonly Place[] {
    const left = this.#stack.length >= depthMax ? this.#stack.splice(1, 1) : [];
    this.#stack.push(this.#make(view, subject, logs));
    return left;
  }

  /** Goes back. Answers the place that is left. */
  pop(): Place {
    assert(this.isDeep, 'the lowest place stays');
    const place = present(this.#stack.pop(), 'there is always a place');
    this.#keep(place);
    return place;
  }

  sortBy(sort: Sort): void {
    this.current.list.sort = sort;
    this.#sorts.set(this.current.view, sort);
  }

  #make(view: ViewId, subject: Ref | undefined, logs: LogSession | undefined): Place {
    const known = subject === undefined ? this.#left.get(view) : undefined; // P2
    const list = known ?? newListState(this.#sorts.get(view) ?? viewOf(view).sort);
    return { view, subject, list, logs };
  }

  #keep({ view, subject, list }: Place): void {
    if (subject === undefined) this.#left.set(view, list);
  }
}
