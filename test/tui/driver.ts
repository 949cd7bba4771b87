// A model under test: keys and data in, the screen as text out. Time stands still unless a test moves it.

import { present } from '../../src/lib/assert.ts';
import type { Canvas } from '../../tui/model/canvas.ts';
import { emptyMemory } from '../../tui/model/memory.ts';
import type { Effect, Input, Key } from '../../tui/model/messages.ts';
import { Model } from '../../tui/model/model.ts';
import type { ModelOptions } from '../../tui/model/state.ts';
import { demoRevisions, demoStats } from './demo-cluster.ts';
import { demoMs, demoObjects } from './demo.ts';

export class Driver {
  readonly effects: Effect[] = [];
  readonly #model: Model;
  #elapsedMs = 0;

  constructor(options: Partial<ModelOptions> = {}) {
    const all = {
      width: 80,
      height: 24,
      context: undefined,
      readOnly: false,
      ascii: false,
      memory: emptyMemory,
    };
    this.#model = new Model({ ...all, ...options }, this.#now());
  }

  /** One that shows the demo's cluster, told of it for 40 seconds. */
  static live(options: Partial<ModelOptions> = {}): Driver {
    const driver = new Driver(options);
    driver.take({ kind: 'peer', event: { kind: 'open', peer: 'http://10.0.0.1:6060' } });
    driver.take({ kind: 'reset', items: demoObjects, resourceVersion: '18233' });
    for (let second = 0; second < 40; second += 1) driver.take({ kind: 'stats', stats: demoStats(second) });
    driver.canvas();
    return driver;
  }

  take(input: Input): readonly Effect[] {
    const effects = this.#model.step(input, this.#now());
    this.effects.push(...effects);
    for (const effect of effects) {
      if (effect.kind === 'revisions')
        this.take({ kind: 'revisions', service: effect.service, items: demoRevisions });
    }
    return effects;
  }

  /** Presses keys; after each the screen is drawn, as it is for a person. */
  press(...keys: readonly Key[]): readonly Effect[] {
    return keys.flatMap((key) => {
      const effects = this.take({ kind: 'key', key });
      this.canvas();
      return effects;
    });
  }

  /** Types `text`, and Enter. */
  type(text: string): readonly Effect[] {
    return this.press(...Array.from(text, (one) => (one === ' ' ? 'space' : one)), 'enter');
  }

  pass(milliseconds: number): void {
    this.#elapsedMs += milliseconds;
  }

  canvas(): Canvas {
    return this.#model.screen(this.#now());
  }

  text(): string {
    return this.canvas().texts().join('\n');
  }

  /** The row of the screen that holds `part`. */
  row(part: string): string {
    const found = this.canvas()
      .texts()
      .find((text) => text.includes(part));
    return present(found, `the screen shows "${part}":\n${this.text()}`);
  }

  #now(): { readonly wallMs: number; readonly monotonicMs: number } {
    return { wallMs: demoMs + this.#elapsedMs, monotonicMs: this.#elapsedMs };
  }
}
