// Everything that the screen depends on, and the few ways in which it changes as a whole.

import type { RevisionView } from '../../src/protocol/api.ts';
import type { Layout } from './body.ts';
import type { Tone } from './cells.ts';
import { Freshness } from './freshness.ts';
import type { Glyphs } from './glyphs.ts';
import { glyphsFor } from './glyphs.ts';
import { setFilter } from './list-state.ts';
import { newLogSession } from './log-session.ts';
import { commandsMax, type Memory } from './memory.ts';
import type { Effect, Now } from './messages.ts';
import { browse, type Mode } from './mode.ts';
import type { Outcome } from './outcome.ts';
import { type Place, Places } from './places.ts';
import type { Ref } from './refs.ts';
import type { ViewId } from './view-ids.ts';
import { unreachable } from '../../src/lib/assert.ts';
import { World } from './world.ts';

export interface ModelOptions {
  readonly width: number;
  readonly height: number;
  /** Name of the context; undefined when peers were named by hand. */
  readonly context: string | undefined;
  /** Nothing that writes. */
  readonly readOnly: boolean;
  /** Draw with ASCII alone. */
  readonly ascii: boolean;
  readonly memory: Memory;
}

/** Lines of a log to begin with, of each replica. */
const tail = 500;
/** For what a replica wrote before its last start, all that a reader may ask for. */
const tailPrevious = 10_000;
/** How long a message stands in place of the hints, in milliseconds. */
const flashMs = 6_000;

export class State {
  readonly options: ModelOptions;
  readonly world = new World();
  readonly freshness: Freshness;
  readonly places: Places;
  readonly glyphs: Glyphs;
  readonly revisions = new Map<string, readonly RevisionView[]>();
  /** Command lines, oldest first. */
  readonly commands: string[];
  mode: Mode = browse;
  width: number;
  height: number;
  now: Now;
  wrapLogs: boolean;
  /** What the last screen showed, for clicks and pages. */
  layout: Layout | undefined;
  #flash: { readonly text: string; readonly tone: Tone; readonly untilMs: number } | undefined;
  #effects: Effect[] = [];
  #streams = 0;

  constructor(options: ModelOptions, now: Now) {
    this.options = options;
    this.now = now;
    this.width = options.width;
    this.height = options.height;
    this.freshness = new Freshness(now.monotonicMs);
    this.glyphs = glyphsFor(options.ascii);
    this.places = new Places(options.memory.view, options.memory.sorts);
    this.commands = [...options.memory.commands];
    this.wrapLogs = options.memory.wrap;
  }

  get place(): Place {
    return this.places.current;
  }

  get flash(): { readonly text: string; readonly tone: Tone } | undefined {
    return this.#flash !== undefined && this.#flash.untilMs > this.now.monotonicMs ? this.#flash : undefined;
  }

  say(text: string, tone: Tone): void {
    this.#flash = { text, tone, untilMs: this.now.monotonicMs + flashMs };
  }

  /** What was said was read: somebody goes on. */
  hush(): void {
    this.#flash = undefined;
  }

  effect(effect: Effect): void {
    this.#effects.push(effect);
  }

  takeEffects(): readonly Effect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  /** Does what a key or a command came to. */
  settle(outcome: Outcome): void {
    switch (outcome.kind) {
      case 'go':
        this.go(outcome.view, outcome.subject);
        if (outcome.filter !== undefined) setFilter(this.place.list, outcome.filter);
        return;
      case 'logs':
        return this.#openLogs(outcome);
      case 'ask':
        this.mode = { kind: 'ask', question: outcome.question };
        return;
      case 'prompt': {
        const { title, text, onText } = outcome;
        this.mode = { kind: 'prompt', title, editor: { text, at: text.length }, onText };
        return;
      }
      case 'do':
        for (const effect of outcome.effects) this.effect(effect);
        return;
      case 'sort':
        return this.sortBy(outcome.column, outcome.descending);
      case 'filter':
        return setFilter(this.place.list, outcome.text);
      case 'say':
        return this.say(outcome.text, outcome.tone);
      default:
        return unreachable(outcome);
    }
  }

  go(view: ViewId, subject: Ref | undefined): void {
    const left = subject === undefined ? this.places.jump(view) : this.places.push(view, subject);
    for (const place of left) this.#close(place);
    if (view === 'revisions' && subject !== undefined)
      this.effect({ kind: 'revisions', service: subject.name });
    this.remember();
  }

  /** One place back. */
  back(): void {
    if (this.places.isDeep) this.#close(this.places.pop());
  }

  sortBy(column: string, descending: boolean): void {
    const titles = this.#titles();
    const found = titles.find((title) => title.toLowerCase() === column.toLowerCase());
    if (found === undefined) return this.say(`there is no column ${column}: ${titles.join(', ')}`, 'warn');
    this.places.sortBy({ column: found, descending });
    this.remember();
  }

  #titles(): readonly string[] {
    return this.layout?.kind === 'table' ? this.layout.table.columns.map((one) => one.title) : [];
  }

  addCommand(text: string): void {
    const line = text.trim();
    if (line === '' || this.commands.at(-1) === line) return;
    this.commands.push(line);
    if (this.commands.length > commandsMax) this.commands.shift();
    this.remember();
  }

  remember(): void {
    const { view } = this.places.root;
    const memory: Memory = {
      view,
      sorts: this.places.sorts,
      commands: [...this.commands],
      wrap: this.wrapLogs,
    };
    this.effect({ kind: 'remember', memory });
  }

  /** Ends all streams, and says so: nothing is left open behind a screen that ends. */
  quit(): void {
    this.remember();
    this.effect({ kind: 'quit' });
  }

  #openLogs({ service, replica, before }: Extract<Outcome, { kind: 'logs' }>): void {
    this.#streams += 1;
    const stream = this.#streams;
    const session = newLogSession({ stream, service, replica, before, wrapped: this.wrapLogs });
    for (const place of this.places.push('logs', { kind: 'Service', name: service }, session)) {
      this.#close(place);
    }
    const isPrevious = before !== undefined;
    this.effect({
      kind: 'logs.open',
      stream,
      service,
      replica,
      follow: !isPrevious,
      tail: isPrevious ? tailPrevious : tail,
    });
  }

  #close({ logs }: Place): void {
    if (logs !== undefined) this.effect({ kind: 'logs.close', stream: logs.stream });
  }
}
