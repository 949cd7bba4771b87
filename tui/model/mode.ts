// What the keyboard is for at this moment: the view, a line that is being typed, or an answer.

import type { Editor } from './line-editor.ts';
import type { Question } from './outcome.ts';
import type { Outcome } from './outcome.ts';

export type Mode =
  | { readonly kind: 'browse' }
  /** `back`: how many old commands up. */
  | { readonly kind: 'command'; readonly editor: Editor; readonly back: number }
  /** `before` comes back with Esc. */
  | { readonly kind: 'filter'; readonly editor: Editor; readonly before: string }
  | {
      readonly kind: 'prompt';
      readonly title: string;
      readonly editor: Editor;
      readonly onText: (text: string) => Outcome;
    }
  | { readonly kind: 'ask'; readonly question: Question };

export const browse: Mode = { kind: 'browse' };
