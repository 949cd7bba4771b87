// Help: every view and every key, from the same tables that make them work.

import { type Line, span } from '../cells.ts';
import { actions } from '../actions.ts';
import { verbs } from '../verbs.ts';
import type { View } from '../view.ts';

const moving: readonly (readonly [string, string])[] = [
  ['up down j k', 'one row; PageUp PageDown, g G or Home End: more'],
  ['Enter', 'opens what is selected'],
  ['Esc', 'takes back: the filter, the marks, the view'],
  [':', 'command; Tab completes, up and down bring back old ones'],
  ['/', 'filter: regular expression, !not, -l label=value'],
  ['< > o', 'sort by the column to the left or right; o turns the order'],
  ['left right', 'closes and opens a row; scrolls a text'],
  ['space', 'marks: keys then act on all marked rows'],
  ['mouse', 'click selects or sorts, a second click opens, the wheel scrolls'],
  ['?', 'this help'],
  ['Ctrl-L', 'draws everything again'],
  ['q', 'back; from the first view: end'],
  ['Ctrl-C', 'ends; while a line is typed or a question stands, leaves that'],
];

export function helpView(views: () => readonly View[]): View {
  return {
    id: 'help',
    title: 'Help',
    digit: '9',
    aliases: ['h'],
    description: 'views, keys and commands',
    body: () => ({ kind: 'text', wrap: 16, lines: helpLines(views()) }),
  };
}

const entry = (key: string, text: string): Line => [span(` ${key.padEnd(14)} `, 'key'), span(text)];
const heading = (text: string): Line => [span(` ${text}`, 'accent')];

function helpLines(views: readonly View[]): readonly Line[] {
  return [
    heading('Views'),
    ...views.map((view) => entry(`${view.digit ?? ' '} :${view.id}`, view.description)),
    [],
    heading('Moving'),
    ...moving.map(([key, text]) => entry(key, text)),
    [],
    heading('On what is selected or marked'),
    ...actions.map((action) => entry(action.label, action.description)),
    [],
    heading('Logs'),
    entry('f', 'holds the screen, or follows again'),
    entry('w', 'wraps long lines, or cuts them'),
    entry('n N', 'the next line that matches the filter, or the one before, among all lines'),
    [],
    heading('Commands'),
    ...verbs.map((verb) => entry(`:${verb.name}`, `${verb.usage} ${verb.description}`.trim())),
  ];
}
