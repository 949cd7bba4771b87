// What a key or a command comes to, before the model does it.

import type { Tone } from './cells.ts';
import type { Effect, Write } from './messages.ts';
import type { Ref } from './refs.ts';
import type { ViewId } from './view-ids.ts';

/** Asked before something that cannot be taken back: what it does to whom. */
export interface Question {
  readonly title: string;
  readonly lines: readonly { readonly text: string; readonly tone: Tone }[];
  readonly writes: readonly Write[];
}

export type Outcome =
  | {
      readonly kind: 'go';
      readonly view: ViewId;
      readonly subject: Ref | undefined;
      readonly filter?: string;
    }
  | {
      readonly kind: 'logs';
      readonly service: string;
      readonly replica: number | undefined;
      readonly before: string | undefined;
    }
  | { readonly kind: 'ask'; readonly question: Question }
  | {
      readonly kind: 'prompt';
      readonly title: string;
      readonly text: string;
      readonly onText: (text: string) => Outcome;
    }
  | { readonly kind: 'do'; readonly effects: readonly Effect[] }
  | { readonly kind: 'sort'; readonly column: string; readonly descending: boolean }
  | { readonly kind: 'filter'; readonly text: string }
  | { readonly kind: 'say'; readonly tone: Tone; readonly text: string };

export const say = (text: string, tone: Tone = 'warn'): Outcome => ({ kind: 'say', tone, text });
