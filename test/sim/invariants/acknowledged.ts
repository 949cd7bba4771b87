// What a client was told about its write is true for good: an acknowledged one is applied at its index and is in every
// state in the end (R8); a refused one never shows up anywhere.

import type { Observation } from '../observation.ts';
import { decodeCommand } from '../state-machine.ts';
import type { Invariant } from './invariant.ts';

export class Acknowledged implements Invariant {
  readonly name = 'acknowledged writes stay, refused ones never come';
  /** By index: the command that some peer applied there. */
  readonly #applied = new Map<number, number>();
  readonly #acknowledged = new Set<number>();
  readonly #refused = new Set<number>();
  readonly #everApplied = new Set<number>();

  check(observation: Observation): string | undefined {
    switch (observation.kind) {
      case 'applied': {
        const { payload, index } = observation.entry;
        if (payload.kind !== 'command') return undefined;
        const command = decodeCommand(payload.data);
        this.#applied.set(index, command);
        this.#everApplied.add(command);
        return this.#refused.has(command) ? `command ${command} was refused and applied` : undefined;
      }
      case 'acknowledged': {
        const { command, index } = observation;
        this.#acknowledged.add(command);
        if (this.#applied.get(index) === command) return undefined;
        return `command ${command} is acknowledged at ${index}, where it was not applied`;
      }
      case 'refused':
        this.#refused.add(observation.command);
        if (!this.#everApplied.has(observation.command)) return undefined;
        return `command ${observation.command} was applied and refused`;
      case 'settled': {
        const held = new Set(observation.commands);
        for (const command of this.#acknowledged) {
          if (!held.has(command)) return `${observation.peer} lost acknowledged command ${command}`;
        }
        return held.size === observation.commands.length
          ? undefined
          : `${observation.peer} applied a command twice`;
      }
      default:
        return undefined;
    }
  }
}
