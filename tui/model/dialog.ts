// A question in the middle of the screen: whom it strikes and what it does, before it is done.

import type { Canvas } from './canvas.ts';
import { span, widthOf } from './cells.ts';
import type { Glyphs } from './glyphs.ts';
import type { Question } from './outcome.ts';

export function paintQuestion(canvas: Canvas, { title, lines }: Question, glyphs: Glyphs): void {
  const inner = Math.max(widthOf(title) + 4, 24, ...lines.map((line) => widthOf(line.text)));
  const width = Math.min(canvas.width, inner + 4);
  const room = Math.max(1, canvas.height - 6);
  const shown =
    lines.length > room
      ? [...lines.slice(0, room - 1), { text: `and ${lines.length - room + 1} more`, tone: 'dim' as const }]
      : lines;
  const height = shown.length + 4;
  const x = Math.floor((canvas.width - width) / 2);
  const y = Math.max(0, Math.floor((canvas.height - height) / 2));
  canvas.frame({ x, y, width, height }, title, glyphs, 'warn');
  for (const [index, line] of shown.entries()) {
    canvas.put({ x: x + 2, y: y + 1 + index }, [span(line.text, line.tone)], width - 4, 'dialog');
  }
  const answers = [span('y', 'key'), span(' do it   '), span('n', 'key'), span(' leave it')];
  canvas.put({ x: x + 2, y: y + height - 2 }, answers, width - 4, 'dialog');
}
