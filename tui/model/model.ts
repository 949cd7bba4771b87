// The screen as a machine without a terminal: keys, data and time in, effects and rows of cells out.
//
// M1. No promise, timer, socket or clock inside: the same inputs give the same screens.
// M2. An input is taken in one step and answered by effects; nothing is drawn until somebody asks for the screen.
// M3. A key acts on what the keys before it led to, also when they came too fast to be painted between.
// M4. Data that comes late (of a log that was closed, of a service that nobody looks at) changes nothing.

import { unreachable } from '../../src/lib/assert.ts';
import { actions } from './actions.ts';
import { browseKey, browseMouse, targetsOf } from './browsing.ts';
import { paintBody, tableWidth } from './body.ts';
import { Canvas } from './canvas.ts';
import { paintQuestion } from './dialog.ts';
import { type FrameFacts, paintFrame, rowsAbove, rowsBelow } from './frame.ts';
import type { PeerEvent } from './freshness.ts';
import { addLines } from './log-session.ts';
import type { Effect, Input, Now } from './messages.ts';
import { type ModelOptions, State } from './state.ts';
import { suggestionOf, typeKey } from './typing.ts';
import type { Body, ViewContext } from './view.ts';
import { viewOf } from './views.ts';
import { describeWrite } from './writes.ts';

/** The least that is drawn; smaller terminals get a line that says so. */
const smallest = { width: 40, height: 8 };

export class Model {
  readonly #state: State;
  /** URL of the peer that was heard last. */
  #heard: string | undefined;
  /** What is laid out is from before the last key. */
  #isOld = false;

  constructor(options: ModelOptions, now: Now) {
    this.#state = new State(options, now);
  }

  /** Takes one input. Answers what is to be done now. */
  step(input: Input, now: Now): readonly Effect[] {
    this.#state.now = now;
    const isHand = input.kind === 'key' || input.kind === 'mouse';
    if (isHand && this.#isOld) this.screen(now); // M3
    this.#isOld ||= isHand;
    this.#take(input);
    return this.#state.takeEffects();
  }

  #take(input: Input): void {
    const state = this.#state;
    const { world, mode, now } = state;
    switch (input.kind) {
      case 'key':
        state.hush();
        if (mode.kind === 'browse') return browseKey(state, input.key);
        return typeKey(state, mode, input.key);
      case 'mouse':
        return mode.kind === 'browse' ? browseMouse(state, input.mouse) : undefined;
      case 'resize':
        [state.width, state.height] = [input.width, input.height];
        state.place.list.widths.clear();
        return undefined;
      case 'peer':
        return this.#takePeer(input.event);
      case 'reset':
        world.reset(input.items, Number(input.resourceVersion));
        return this.#askRevisions(() => true);
      case 'changes':
        world.apply(input.changes, Number(input.resourceVersion));
        return this.#askRevisions((service) =>
          input.changes.some(({ object }) => object.kind === 'Service' && object.metadata.name === service),
        );
      case 'stats':
        world.measure(input.stats);
        return state.freshness.onStats(input.stats, now.monotonicMs);
      case 'view':
        world.cluster = input.cluster;
        return state.freshness.onView(input.cluster);
      case 'log.lines':
      case 'log.end':
        return this.#takeLog(input);
      case 'revisions':
        return void state.revisions.set(input.service, input.items);
      case 'written':
        return state.say(`${describeWrite(input.write)}: ${input.outcome}`, 'good');
      case 'failed':
        return state.say(`${input.what}: ${input.error}`, 'bad');
      default:
        return unreachable(input);
    }
  }

  /** A move to another peer is told, however quick it was. */
  #takePeer(event: PeerEvent): void {
    const state = this.#state;
    if (event.kind === 'open') {
      const before = this.#heard;
      this.#heard = event.peer;
      if (before !== undefined && before !== event.peer) {
        state.say(
          `now with ${this.#peerName(event.peer)}; ${this.#peerName(before)} is gone or silent`,
          'warn',
        );
      }
    }
    state.freshness.onPeer(event, state.now.monotonicMs);
  }

  #takeLog(input: Extract<Input, { kind: 'log.lines' | 'log.end' }>): void {
    const { logs } = this.#state.place;
    if (logs?.stream !== input.stream) return; // M4
    if (input.kind === 'log.lines') addLines(logs, input.lines);
    else logs.ended = { error: input.error };
  }

  /** While revisions are on the screen, they follow their service. */
  #askRevisions(hasChanged: (service: string) => boolean): void {
    const { view, subject } = this.#state.place;
    if (view !== 'revisions' || subject === undefined || !hasChanged(subject.name)) return;
    this.#state.effect({ kind: 'revisions', service: subject.name });
  }

  /** What is to be seen at `now`. */
  screen(now: Now): Canvas {
    const state = this.#state;
    state.now = now;
    this.#isOld = false;
    const { width, height, options } = state;
    const canvas = new Canvas({ width, height, ascii: options.ascii });
    if (width < smallest.width || height < smallest.height) {
      canvas.put(
        { x: 0, y: 0 },
        [{ text: `orion needs ${smallest.width}x${smallest.height}`, tone: 'warn' }],
        width,
      );
      return canvas;
    }
    const banner = state.freshness.banner(now.monotonicMs, (url) => this.#peerName(url));
    const y = rowsAbove + (banner === undefined ? 0 : 1);
    const area = { x: 0, y, width, height: height - y - rowsBelow };
    const { body, context } = this.#body(area);
    state.layout = paintBody(canvas, area, body, context);
    paintFrame(canvas, { ...this.#frameFacts(body), banner });
    if (state.mode.kind === 'ask') paintQuestion(canvas, state.mode.question, state.glyphs);
    return canvas;
  }

  #body(area: { readonly width: number; readonly height: number }): {
    readonly body: Body;
    readonly context: ViewContext;
  } {
    const { place, world, freshness, now, glyphs, revisions } = this.#state;
    const view = viewOf(place.view);
    const base = {
      world,
      freshness,
      now,
      glyphs,
      revisions,
      subject: place.subject,
      list: place.list,
      logs: place.logs,
    };
    const context: ViewContext = { ...base, width: area.width, height: area.height };
    const body = view.body(context);
    if (body.kind !== 'table' || tableWidth(area.width) === area.width) return { body, context };
    return { body: view.body({ ...context, width: tableWidth(area.width) }), context };
  }

  #frameFacts(body: Body): Omit<FrameFacts, 'banner'> {
    const state = this.#state;
    const { world, glyphs, options, freshness, places, place, flash, mode, now, layout } = state;
    const url = freshness.peer;
    return {
      world,
      glyphs,
      context: options.context,
      readOnly: options.readOnly,
      peer: url === undefined ? undefined : this.#peerName(url),
      live: freshness.isLive(now.monotonicMs),
      view: place.view,
      path: places.path,
      count:
        body.kind !== 'table' || layout?.kind !== 'table'
          ? undefined
          : {
              shown: layout.table.shown.filter((one) => one.depth === 0).length,
              all: body.rows.length,
              marked: layout.table.shown.filter(({ row }) => place.list.marks.has(row.key)).length,
            },
      filter: place.list.filter?.source,
      note: this.#note(),
      hints: this.#hints(),
      flash,
      mode,
      suggestion: suggestionOf(state),
    };
  }

  #note(): string | undefined {
    const { logs } = this.#state.place;
    if (logs === undefined) return undefined;
    const how = logs.following ? 'following' : 'held';
    const end = logs.ended === undefined ? how : (logs.ended.error ?? 'ended');
    return `${logs.before === undefined ? '' : 'before its last start, '}${logs.lines.length} lines, ${end}${logs.wrapped ? ', wrapped' : ''}`;
  }

  /** Keys that mean something here and now. */
  #hints(): readonly (readonly [string, string])[] {
    const state = this.#state;
    const general: readonly (readonly [string, string])[] = [
      ['?', 'help'],
      [':', 'command'],
      ['/', 'filter'],
    ];
    if (state.place.logs !== undefined)
      return [['f', 'follow'], ['w', 'wrap'], ['n N', 'find'], ['Esc', 'back'], ...general];
    const targets = targetsOf(state);
    const possible = actions.filter(
      (one) =>
        !(one.writes && state.options.readOnly) &&
        targets.length > 0 &&
        one.run(targets, state.world) !== undefined,
    );
    return [...general, ...possible.map((one) => [one.label, one.hint] as const)];
  }

  /** Peers by id where they are known. */
  #peerName(url: string): string {
    const peer = this.#state.world.cluster?.peers.find((one) => one.api === url);
    return peer?.id ?? url.replace(/^https?:\/\//, '');
  }
}
