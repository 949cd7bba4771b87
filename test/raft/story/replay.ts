// A story file: prose, commands behind `> `, and below each command what came of it, indented by two spaces.

import { messageOf } from '../../../src/lib/errors.ts';
import { play } from './commands.ts';
import { Stage } from './stage.ts';

const prompt = '> ';
const indent = '  ';

/** The story as it goes now: prose and commands as in `text`, results as the cores gave them. */
export function replay(text: string): string {
  const stage = new Stage();
  const lines: string[] = [];
  let isResult = false;
  text.split('\n').forEach((line, i) => {
    const isCommand = line.startsWith(prompt);
    if (isResult && line.startsWith(indent)) return;
    isResult = isCommand;
    lines.push(line);
    if (isCommand) lines.push(...results(stage, line.slice(prompt.length), i + 1));
  });
  return lines.join('\n');
}

function results(stage: Stage, command: string, lineNumber: number): string[] {
  try {
    return play(stage, command).map((line) => `${indent}${line}`);
  } catch (error) {
    throw new Error(`line ${lineNumber}, "${command}": ${messageOf(error)}`, { cause: error });
  }
}
